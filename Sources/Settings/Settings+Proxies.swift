internal import Text

/// The settings about servers in front of this one.
extension Settings {
  static let proxyKeys: [SettingKey<Settings>] = [
    .words(
      "trusted_proxies", \.trustedProxies,
      """
      The addresses of the servers in front of this one, in IPv4 and IPv6: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`. What \
      they say of their clients' addresses is believed, and `limits.connections_per_address` does not bind them. Without \
      any, all clients behind one address count as one.
      """,
      of: "addresses and networks", emptyVariable: .none),
    .text(
      "client_address", \.clientAddress,
      """
      Where these servers tell of the client, the one place that is read: `x-forwarded-for` or `forwarded` (RFC 7239), of \
      which the last address counts that is not of `trusted_proxies`; `header:NAME`, a field with one address; or \
      `proxy_protocol`, a header of version 1 or 2 before the first request, without which their connections are cut. \
      Where it names nobody else, or cannot be read, the server in front is the client.
      """,
      range: "x-forwarded-for, forwarded, proxy_protocol or header:NAME", isClientAddress),
  ]

  @Sendable private static func isClientAddress(_ text: String) -> Bool {
    [forwardedFor, "forwarded", "proxy_protocol"].contains(text)
      || text.hasPrefix("header:") && text.utf8.count > 7 && text.utf8.dropFirst(7).allSatisfy(\.isTokenByte)
  }
}
