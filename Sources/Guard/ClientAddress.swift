public import HTTPWire
public import Text

/// Finds the client of a request that a trusted proxy has passed on: the settings `trusted_proxies` and `client_address`.
///
/// Exactly one source is read, and only where the peer is trusted. Proxies append whom they were called by, so that a list
/// is believed from its end as long as trusted proxies have written it: the client is the last hop that is not one of them.
/// A hop that cannot be read ends the walk: what stands before it could be anybody's.
public struct ClientAddress: Sendable {
  /// Where a trusted proxy tells of its client.
  public enum Source: Equatable, Sendable {
    /// `X-Forwarded-For`: addresses, each with or without a port.
    case forwardedFor
    /// `Forwarded` (RFC 7239).
    case forwarded
    /// The PROXY protocol, before the first request of a connection: no field is read.
    case proxyProtocol
    /// A field of this name, in lower case, with one address.
    case header([UInt8])
  }

  /// Where trusted proxies tell of their clients.
  public let source: Source
  private let proxies: Networks

  /// What frames a message or belongs to one connection, and what is a secret.
  private static let never: Set<String> = [
    "authorization", "connection", "content-length", "cookie", "expect", "host", "keep-alive", "set-cookie", "te",
    "trailer", "transfer-encoding", "upgrade", "x-fal-target-url",
  ]

  /// - Parameters:
  ///   - text: as `client_address` has it; throws for anything else, and for a field that never tells of a client.
  public init(_ text: String, proxies: Networks) throws(PatternError) {
    self.proxies = proxies
    switch text {
    case "x-forwarded-for": source = .forwardedFor
    case "forwarded": source = .forwarded
    case "proxy_protocol": source = .proxyProtocol
    default:
      let name = text.hasPrefix("header:") ? text.dropFirst("header:".count).lowercased() : ""
      guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenByte) else {
        throw PatternError(
          problem: "is none of x-forwarded-for, forwarded, proxy_protocol and header:NAME, as in header:x-real-ip")
      }
      guard !Self.never.contains(name), !name.hasPrefix("proxy-") else {
        throw PatternError(
          problem:
            "names a field of the connection, of credentials or of the target; name the one in which the proxy in "
            + "front writes the client's address")
      }
      source = .header(Array(name.utf8))
    }
  }

  /// Whether anybody is trusted.
  public var trustsSome: Bool { !proxies.isEmpty }

  /// Whether requests of `peer` are somebody else's.
  public func trusts(_ peer: IPv6Address) -> Bool { proxies.contains(peer) }

  /// The client that a trusted peer tells of; nil where that is malformed, or names trusted proxies alone.
  public func client(in fields: borrowing FieldSection, _ head: Span<UInt8>) -> IPv6Address? {
    switch source {
    case .proxyProtocol: return nil
    case .header(let name): return single(name, in: fields, head)
    case .forwardedFor, .forwarded:
      let kind: FieldName = source == .forwardedFor ? .forwardedFor : .forwarded
      for index in fields.lines.indices.reversed() where fields.lines[index].kind == kind {
        switch walk(head.extracting(fields.lines[index].value)) {
        case .client(let address): return address
        case .malformed: return nil
        case .onlyProxies: continue
        }
      }
      return nil
    }
  }

  /// The name of the field with which a request tells of a client, believed or not; nil where there is none.
  public func field(in fields: borrowing FieldSection, _ head: Span<UInt8>) -> String? {
    for line in fields.lines {
      switch line.kind {
      case .forwardedFor: return "X-Forwarded-For"
      case .forwarded: return "Forwarded"
      case .realIP: return "X-Real-IP"
      default:
        guard case .header(let name) = source, head.extracting(line.name).equalsIgnoringCase(of: name.span) else {
          continue
        }
        return String(decoding: name, as: UTF8.self)
      }
    }
    return nil
  }

  private func single(_ name: [UInt8], in fields: borrowing FieldSection, _ head: Span<UInt8>) -> IPv6Address? {
    var found: Range<Int>?
    for line in fields.lines
    where line.name.count == name.count && head.extracting(line.name).equalsIgnoringCase(of: name.span) {
      guard found == nil else { return nil }
      found = line.value
    }
    guard let found, let address = ForwardedHop.address(head.extracting(found)), !trusts(address) else { return nil }
    return address
  }

  private enum Walk {
    case client(IPv6Address)
    case onlyProxies
    case malformed
  }

  /// Goes through the hops of one line from its end.
  private func walk(_ line: Span<UInt8>) -> Walk {
    var end = line.count
    while end >= 0 {
      let start = source == .forwarded ? ForwardedHop.elementStart(in: line, before: end) : plainStart(line, end)
      guard let start else { return .malformed }
      let hop = line.extracting(ForwardedHop.trimmed(start..<end, of: line))
      guard let address = source == .forwarded ? ForwardedHop.node(hop) : ForwardedHop.address(hop) else {
        return .malformed
      }
      guard trusts(address) else { return .client(address) }
      end = start - 1
    }
    return .onlyProxies
  }

  private func plainStart(_ line: Span<UInt8>, _ end: Int) -> Int? {
    var start = end
    while start > 0, line[start - 1] != UInt8(ascii: ",") { start -= 1 }
    return start
  }
}
