public import Text

/// The entries of `trusted_proxies`: networks of either family, each a first address with a prefix length
/// (RFC 4632 §3.1, RFC 4291 §2.3), or an address alone.
public struct Networks: Sendable {
  private struct Network {
    let first: UInt128
    let mask: UInt128
    let isIPv4: Bool
  }

  private let networks: [Network]
  /// Whether there is none.
  public var isEmpty: Bool { networks.isEmpty }

  /// Compiles entries such as `10.0.0.0/8`, `2001:db8::/32` and `192.0.2.7`; throws for what is no network.
  public init(_ entries: [String]) throws(PatternError) {
    var networks: [Network] = []
    for entry in entries { networks.append(try Self.network(entry)) }
    self.networks = networks
  }

  /// Whether one of them holds `address`. Those of IPv6 hold no address of IPv4, in whatever form.
  public func contains(_ address: IPv6Address) -> Bool {
    let isIPv4 = address.mapped != nil
    for network in networks where address.value & network.mask == network.first && network.isIPv4 == isIPv4 {
      return true
    }
    return false
  }

  /// Whether one of them holds every address of its family.
  public var holdsEverybody: Bool {
    networks.contains { $0.mask == Self.mask($0.isIPv4 ? 96 : 0) }
  }

  private static func network(_ entry: String) throws(PatternError) -> Network {
    let bytes = Array(entry.utf8)
    let slash = bytes.firstIndex(of: Byte.slash) ?? bytes.count
    let text = bytes.span.extracting(0..<slash)
    let isDotted = IPv4Address(text)
    guard let address = isDotted.map({ IPv6Address(mapping: $0) }) ?? IPv6Address(text) else {
      throw PatternError(
        problem: "is no network: write an address, with or without a prefix length, as in 10.0.0.0/8, 192.0.2.7 or "
          + "2001:db8::/32, without brackets, port or name")
    }
    let (before, longest) = isDotted == nil ? (0, 128) : (96, 32)
    var length = longest
    if slash < bytes.count {
      let digits = bytes.span.extracting((slash + 1)..<bytes.count)
      guard let number = Decimal.value(of: digits, digits: 3), number <= longest, number == 0 || digits[0] != 0x30
      else {
        throw PatternError(problem: "has no prefix length of 0 to \(longest) behind the slash")
      }
      length = Int(number)
    }
    let mask = mask(before + length)
    guard address.value & mask == address.value else {
      let first = IPv6Address(address.value & mask)
      let written = isDotted == nil ? "\(first)" : first.mapped.map { "\($0)" } ?? ""
      throw PatternError(
        problem:
          "has bits set behind its prefix length: write \(written)/\(length) for the network, or the address alone")
    }
    return Network(first: address.value, mask: mask, isIPv4: before + length >= 96 && address.mapped != nil)
  }

  /// Ones for so many of the highest bits.
  private static func mask(_ length: Int) -> UInt128 { length == 0 ? 0 : UInt128.max << (128 - length) }
}
