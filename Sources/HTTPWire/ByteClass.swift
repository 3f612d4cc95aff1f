/// Character classes of RFC 9110 and RFC 3986 as 128-bit masks: no table, no global to initialise.
extension UInt8 {
  @inline(__always)
  func isIn(_ low: UInt64, _ high: UInt64) -> Bool {
    if self < 64 { return (low >> UInt64(self)) & 1 != 0 }
    if self < 128 { return (high >> UInt64(self - 64)) & 1 != 0 }
    return false
  }

  /// tchar of RFC 9110 §5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``.
  @inline(__always)
  var isTokenByte: Bool { isIn(0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE) }

  /// A byte that may stand in a field value: HTAB, SP, VCHAR, obs-text (RFC 9110 §5.5).
  @inline(__always)
  var isFieldValueByte: Bool { self >= 0x20 ? self != 0x7F : self == 0x09 }

  /// Optional whitespace (RFC 9110 §5.6.3).
  @inline(__always)
  var isWhitespace: Bool { self == 0x20 || self == 0x09 }

  @inline(__always)
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }

  @inline(__always)
  var hexDigit: UInt8? {
    switch self {
    case 0x30...0x39: self &- 0x30
    case 0x41...0x46: self &- 0x37
    case 0x61...0x66: self &- 0x57
    default: nil
    }
  }

  /// unreserved of RFC 3986 §2.3: letters, digits and `-._~`.
  @inline(__always)
  var isUnreserved: Bool { isIn(0x03FF_6000_0000_0000, 0x47FF_FFFE_87FF_FFFE) }
}
