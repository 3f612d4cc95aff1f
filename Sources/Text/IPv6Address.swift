/// An IPv6 address, read in every form of RFC 4291 §2.2 and written in the one of RFC 5952.
public struct IPv6Address: Equatable, Hashable, Sendable, CustomStringConvertible {
  /// The address as a number, ::1 being 1.
  public let value: UInt128

  public init(_ value: UInt128) { self.value = value }

  /// The address that the whole of `text` is (IPv6address of RFC 3986 §3.2.2, without brackets). A zone (`%eth0`) means
  /// something on one machine only, and is refused.
  public init?(_ text: Span<UInt8>) {
    var groups = Groups()
    var index = 0
    if text.hasPrefix("::") {
      groups.gap = 0
      index = 2
    }
    while index < text.count {
      var end = index
      var group: UInt16 = 0
      while end < text.count, end - index < 4, let digit = text[end].hexDigit {
        group = group << 4 | UInt16(digit)
        end += 1
      }
      guard end > index else { return nil }
      if end < text.count, text[end] == UInt8(ascii: ".") {
        guard let tail = IPv4Address(text.extracting(index..<text.count)) else { return nil }
        groups.append(UInt16(tail.value >> 16))
        groups.append(UInt16(tail.value & 0xFFFF))
        break
      }
      groups.append(group)
      guard end < text.count else { break }
      // A colon stands between two groups; two of them stand for a gap, once, and may end the address.
      index = end + 1
      guard text[end] == UInt8(ascii: ":"), index < text.count else { return nil }
      if text[index] == UInt8(ascii: ":") {
        guard groups.gap == nil else { return nil }
        groups.gap = groups.count
        index += 1
      }
    }
    guard let value = groups.value else { return nil }
    self.value = value
  }

  public init?(_ text: String) { self.init(text.utf8.span) }

  /// The groups of 16 bits as they come.
  private struct Groups {
    var count = 0
    /// How many groups stand before the `::`.
    var gap: Int?
    private var bits: UInt128 = 0

    mutating func append(_ group: UInt16) {
      bits = bits << 16 | UInt128(group)
      count += 1
    }

    var value: UInt128? {
      guard let gap else { return count == 8 ? bits : nil }
      // The gap stands for one group at least (RFC 4291 §2.2).
      guard count <= 7 else { return nil }
      let after = 16 * (count - gap)
      let head = bits >> after
      return head << (16 * (8 - gap)) | (bits ^ head << after)
    }
  }

  /// The address of IPv4 that it stands for (RFC 4291 §2.5.5.2), if it does.
  public var mapped: IPv4Address? {
    value >> 32 == 0xFFFF ? IPv4Address(UInt32(truncatingIfNeeded: value)) : nil
  }

  /// The address that stands for `address`.
  public init(mapping address: IPv4Address) { self.init(0xFFFF << 32 | UInt128(address.value)) }

  /// Whether traffic to it cannot leave the machine: ::1 alone.
  public var isLoopback: Bool { value == 1 }

  /// Whether it is no address of one machine: ff00::/8 names groups; so does one that stands for such an address of IPv4.
  public var isMulticastOrBroadcast: Bool { value >> 120 == 0xFF || mapped?.isMulticastOrBroadcast == true }

  /// The form of RFC 5952 §4 and §5: lower case, no leading zeros, `::` for the longest run of two zero groups or more,
  /// and dots in an IPv4-mapped address.
  public var description: String {
    if let mapped { return "::ffff:\(mapped)" }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: value >> (112 - 16 * $0)) }
    let gap = IPv6Address.longestRunOfZeros(in: groups)
    func text(_ range: Range<Int>) -> String {
      groups[range].map { String(decoding: Array(HexadecimalDigits(UInt64($0))), as: UTF8.self) }.joined(separator: ":")
    }
    return gap.count < 2 ? text(0..<8) : "\(text(0..<gap.lowerBound))::\(text(gap.upperBound..<8))"
  }

  /// The first of the longest runs; empty when there is none.
  private static func longestRunOfZeros(in groups: [UInt16]) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 { start = index + 1 }
      if index + 1 - start > longest.count { longest = start..<(index + 1) }
    }
    return longest
  }
}
