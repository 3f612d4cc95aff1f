/// An IPv4 address, and its one text form that nobody reads differently: four decimal numbers without leading zeros.
public struct IPv4Address: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// The address as a number, 127.0.0.1 being 0x7F000001.
  public let value: UInt32

  public init(_ value: UInt32) { self.value = value }

  /// The address that the whole of `text` is (IPv4address of RFC 3986 §3.2.2); the short, octal and hexadecimal forms of
  /// inet_aton are none.
  public init?(_ text: Span<UInt8>) {
    var value: UInt32 = 0
    var start = 0
    for part in 0..<4 {
      let end = text.firstIndex(of: UInt8(ascii: "."), from: start, limit: text.count)
      // The last part goes to the end, and only the last.
      guard (end == text.count) == (part == 3), let number = Decimal.value(of: text.extracting(start..<end), digits: 3),
        number <= 255, end - start == 1 || text[start] != 0x30
      else { return nil }
      value = value << 8 | UInt32(number)
      start = end + 1
    }
    self.value = value
  }

  public init?(_ text: String) { self.init(text.utf8.span) }

  /// Whether traffic to it cannot leave the machine: 127.0.0.0/8.
  public var isLoopback: Bool { value >> 24 == 127 }

  /// Whether it is no address of one machine: 224.0.0.0/4 names groups, 255.255.255.255 all in reach.
  public var isMulticastOrBroadcast: Bool { value >> 28 == 14 || value == .max }

  /// Whether it is an address of one host on the public Internet: not of this machine or network, of a private one (RFC 1918,
  /// RFC 6598), link-local, for tests (RFC 2544), multicast or reserved.
  public var isPublic: Bool {
    switch (value >> 24, value >> 16 & 255) {
    case (0, _), (10, _), (127, _), (224..., _): false
    case (100, 64...127), (169, 254), (172, 16...31), (192, 168), (198, 18...19): false
    case (192, 0): value >> 8 & 255 != 0
    default: true
    }
  }

  public var description: String {
    "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
  }
}
