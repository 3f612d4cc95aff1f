internal import Text

/// The few questions asked about hosts in a configuration.
enum HostText {
  /// Four decimal numbers; the short and octal forms that `inet_aton` takes are refused.
  static func isIPv4(_ text: String) -> Bool { IPv4Address(text) != nil }

  /// An IPv6 literal without brackets and without a zone.
  static func isIPv6(_ text: String) -> Bool { IPv6Address(text) != nil }

  /// Whether something can listen on `host`: an address of one machine, or of all that it has, or `localhost`.
  static func isListenable(_ host: String) -> Bool {
    host == "localhost"
      || (IPv4Address(host)?.isMulticastOrBroadcast ?? IPv6Address(host)?.isMulticastOrBroadcast) == false
  }

  /// A lower-case DNS name. A last label that some resolvers would read as a number is refused.
  static func isName(_ text: String) -> Bool { text.utf8.span.isDNSName }

  /// Whether traffic to `host` cannot leave the machine.
  static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || IPv4Address(host)?.isLoopback ?? false || IPv6Address(host)?.isLoopback ?? false
  }
}
