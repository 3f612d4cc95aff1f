import Glibc

/// The few questions asked about hosts in a configuration.
enum HostText {
  /// Four decimal numbers; the short and octal forms that `inet_aton` takes are refused.
  static func isIPv4(_ text: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, text, &address) == 1 && isPrintable(text)
  }

  /// An IPv6 literal without brackets and without a zone.
  static func isIPv6(_ text: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET6, text, &address) == 1 && isPrintable(text)
  }

  /// A lower-case DNS name. A last label of digits only would be read as a number by some resolvers, so it is refused.
  static func isName(_ text: String) -> Bool {
    let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard text.utf8.count <= 253, let last = labels.last, !last.allSatisfy(isDigit), !last.starts(with: "0x".utf8)
    else {
      return false
    }
    return labels.allSatisfy { label in
      (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
        && label.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
    }
  }

  /// Whether traffic to `host` cannot leave the machine.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" { return true }
    if isIPv4(host) { return host.hasPrefix("127.") }
    var address = in6_addr()
    guard inet_pton(AF_INET6, host, &address) == 1 else { return false }
    return withUnsafeBytes(of: &address) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
  }

  /// A C function stops at NUL; a Swift string does not.
  private static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
  private static func isLetter(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }
}
