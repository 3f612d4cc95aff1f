/// Classes of bytes, as 128-bit masks where they are no ranges: no table, no global to initialise.
extension UInt8 {
  @inlinable @inline(__always)
  public var isDigit: Bool { self >= 0x30 && self <= 0x39 }

  @inlinable @inline(__always)
  public var isLowercaseLetter: Bool { self >= 0x61 && self <= 0x7A }

  @inlinable @inline(__always)
  public var isLetter: Bool { (self | 0x20).isLowercaseLetter }

  @inlinable @inline(__always)
  public var isLetterOrDigit: Bool { isLetter || isDigit }

  /// This byte, an upper-case ASCII letter turned into its lower-case form.
  @inlinable @inline(__always)
  public var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }

  /// VCHAR of RFC 5234: ASCII without controls and space.
  @inlinable @inline(__always)
  public var isVisible: Bool { self > 0x20 && self < 0x7F }

  /// Optional whitespace (RFC 9110 §5.6.3): SP or HTAB.
  @inlinable @inline(__always)
  public var isWhitespace: Bool { self == 0x20 || self == 0x09 }

  /// tchar of RFC 9110 §5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``.
  @inlinable @inline(__always)
  public var isTokenByte: Bool { isIn(0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE) }

  /// A byte that may stand in a field value: HTAB, SP, VCHAR, obs-text (RFC 9110 §5.5).
  @inlinable @inline(__always)
  public var isFieldValueByte: Bool { self >= 0x20 ? self != 0x7F : self == 0x09 }

  /// unreserved of RFC 3986 §2.3, which needs no escape anywhere in a URL: letters, digits and `-._~`.
  @inlinable @inline(__always)
  public var isUnreserved: Bool { isIn(0x03FF_6000_0000_0000, 0x47FF_FFFE_87FF_FFFE) }

  /// A byte that may stand for itself in a query: unreserved, sub-delims and `:@/?` (RFC 3986 §3.4), and what the URL
  /// Standard leaves as it is there, `[ ] { } | ^ \` and the backtick; `%` is left to the caller, who must see two digits.
  @inlinable @inline(__always)
  public var isQueryByte: Bool { isIn(0xAFFF_FFD2_0000_0000, 0x7FFF_FFFF_FFFF_FFFF) }

  @inlinable @inline(__always)
  public func isIn(_ low: UInt64, _ high: UInt64) -> Bool {
    if self < 64 { return (low >> UInt64(self)) & 1 != 0 }
    if self < 128 { return (high >> UInt64(self - 64)) & 1 != 0 }
    return false
  }
}
