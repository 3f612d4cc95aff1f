internal import Text

/// Where the sandbox is reached: its files and uploads below the proxy's path, at the address by which a client reached the
/// proxy, so that they load in a browser on another machine and from inside a container.
package struct SandboxPlace: Sendable {
  /// The sandbox's own listener, for direct use: `http://127.0.0.1:9123`.
  package let ownURL: String
  /// The proxy's path, without a slash at the end.
  let path: String

  /// - Parameters:
  ///   - ownURL: the sandbox's own listener, without a slash at the end.
  ///   - path: the proxy's path.
  package init(ownURL: String, path: String) {
    self.ownURL = ownURL
    self.path = SandboxPlace.trimmed(path)
  }

  /// Below which paths of the proxy `SandboxFiles` answers.
  package static func prefixes(below path: String) -> [String] {
    let path = trimmed(path)
    return ["\(path)/files/", "\(path)/uploads/"]
  }

  /// Under which path of the proxy `SandboxFiles` publishes the keys of webhooks.
  package static let keysPath = "/sandbox/.well-known/jwks.json"

  private static func trimmed(_ path: String) -> String { path.last == "/" ? String(path.dropLast()) : path }

  /// The field in which the proxy tells the sandbox what its client had in Host; a client's own never comes through it.
  private static let field = "x-forwarded-host"

  /// Where URLs of files begin for the client of a request that came through the proxy, or else for one of the sandbox.
  func base(for request: SandboxRequest) -> String { base(authority: request.field(SandboxPlace.field)) }

  /// Where URLs of files begin for a client that reached the proxy as `authority`.
  func base(authority: String?) -> String {
    authority.flatMap(SandboxPlace.safe).map { "http://\($0)\(path)" } ?? ownURL
  }

  /// `authority` if it can stand in a URL as it is: a host name that could be looked up, or an IP literal, and its port.
  private static func safe(_ authority: String) -> String? {
    let bytes = Array(authority.utf8).map(\.asciiLowercased)
    guard let parts = Authority(bytes.span) else { return nil }
    let host = bytes.span.extracting(parts.host)
    // The brackets of an IPv6 literal have been read; 253 is the limit of the DNS.
    guard host[0] == UInt8(ascii: "[") || host.count <= 253 && host.isHostName(underscores: true) else { return nil }
    if let port = parts.port, !port.isEmpty {
      guard let number = Int(String(decoding: bytes[port], as: UTF8.self)), (1...65535).contains(number) else {
        return nil
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
