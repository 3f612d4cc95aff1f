extension Span where Element == UInt8 {
  /// Whether these bytes are labels of lower-case letters, digits and dashes with single dots between them: what a URL
  /// parser leaves of a host that is a name or an IPv4 address, IDNs in their `xn--` form.
  /// - Parameter underscores: whether `_` counts as a letter. No host of the Internet has one, but some intranets' do.
  public func isHostName(underscores: Bool = false) -> Bool {
    var length = 0
    for index in 0..<count {
      let byte = self[index]
      if byte == UInt8(ascii: ".") {
        guard length > 0 else { return false }
        length = 0
      } else {
        guard
          byte.isLowercaseLetter || byte.isDigit || byte == UInt8(ascii: "-")
            || (underscores && byte == UInt8(ascii: "_"))
        else { return false }
        length += 1
      }
    }
    return length > 0
  }

  /// Whether this host name can stand in the DNS (RFC 1035 §2.3.4, RFC 1123 §2.1): 253 bytes, labels of at most 63, no
  /// dash at either end of one; and whether nobody reads it as an address.
  public var isDNSName: Bool {
    guard count <= 253, isHostName(), !endsInNumber else { return false }
    var start = 0
    while start < count {
      let end = firstIndex(of: UInt8(ascii: "."), from: start, limit: count)
      guard end - start <= 63, self[start] != UInt8(ascii: "-"), self[end - 1] != UInt8(ascii: "-") else {
        return false
      }
      start = end + 1
    }
    return true
  }

  /// Whether URL parsers and resolvers read a host name as an IPv4 address because its last label is a number, decimal
  /// or with `0x` (URL Standard, "ends in a number checker").
  private var endsInNumber: Bool {
    var start = count
    while start > 0, self[start - 1] != UInt8(ascii: ".") { start -= 1 }
    let isHexadecimal = extracting(start..<count).hasPrefix("0x")
    for index in (isHexadecimal ? start + 2 : start)..<count {
      guard isHexadecimal ? self[index].isHexDigit : self[index].isDigit else { return false }
    }
    return true
  }
}
