/// The IPv6address of RFC 3986 §3.2.2, as it stands between the brackets of a host.
enum IPv6Literal {
  /// Where the address that begins at `start` ends; nil when there is none.
  static func end(in bytes: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    var groups = 0
    var isCompressed = false
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: ":") {
        // Only "::" may begin the address or follow a group without a further one.
        guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ":"), !isCompressed else { return nil }
        isCompressed = true
        index += 2
        if index >= bytes.count || bytes[index].hexDigit == nil { break }
      }
      if let afterIPv4 = ipv4End(in: bytes, from: index) {
        groups += 2
        index = afterIPv4
        break
      }
      let digits = index
      while index < bytes.count, index - digits < 4, bytes[index].hexDigit != nil { index += 1 }
      guard index > digits else { return nil }
      groups += 1
      guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else { break }
      // A single colon separates this group from the next; a double one is looked at above.
      if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ":") { continue }
      index += 1
      guard index < bytes.count, bytes[index].hexDigit != nil else { return nil }
    }
    return isCompressed ? (groups <= 7 ? index : nil) : (groups == 8 ? index : nil)
  }

  /// Where four decimal numbers of 0 to 255 with dots between them end.
  private static func ipv4End(in bytes: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    for part in 0..<4 {
      if part > 0 {
        guard index < bytes.count, bytes[index] == UInt8(ascii: ".") else { return nil }
        index += 1
      }
      let digits = index
      var value = 0
      while index < bytes.count, index - digits < 3, bytes[index].isDigit {
        value = value * 10 + Int(bytes[index] &- 0x30)
        index += 1
      }
      guard index > digits, value <= 255 else { return nil }
    }
    return index
  }
}
