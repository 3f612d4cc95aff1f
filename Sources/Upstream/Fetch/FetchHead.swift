internal import HTTPWire
internal import Transport

/// The head of a request of the proxy's own.
enum FetchHead {
  private static let limits = HeadLimits()

  /// The bytes of the head, held against the rules every client's request is held against, so that nothing a caller puts
  /// into a value can become a field or a request of its own.
  static func bytes(of request: FetchRequest) throws(FetchError.Cause) -> [UInt8] {
    let destination = request.destination
    guard request.method != .other, request.method != .connect, destination.target.utf8.first == UInt8(ascii: "/")
    else { throw .reserved }
    guard (1...65_535).contains(destination.port) else { throw .invalid(.invalidHost) }
    guard destination.isTLS || AddressPolicy.isLoopback(host: destination.host) else { throw .plainText }
    var own = [FetchField("host", authority(of: destination)), FetchField("connection", "close")]
    if !request.fields.contains(where: { $0.name.lowercased() == "accept-encoding" }) {
      own.append(FetchField("accept-encoding", "identity"))
    }
    if !request.content.isEmpty || request.method == .post || request.method == .put {
      own.append(FetchField("content-length", "\(request.content.count)"))
    }
    var bytes = Array("\(request.method.name) \(destination.target) HTTP/1.1\r\n".utf8)
    for field in own + request.fields {
      bytes.append(contentsOf: field.name.utf8)
      bytes.append(contentsOf: ": ".utf8)
      bytes.append(contentsOf: field.value.utf8)
      bytes.append(contentsOf: "\r\n".utf8)
    }
    bytes.append(contentsOf: "\r\n".utf8)
    try check(bytes, own: own.count, all: own.count + request.fields.count)
    return bytes
  }

  /// `host[:port]` as it stands in Host (RFC 9110 §7.2).
  private static func authority(of destination: FetchDestination) -> String {
    let host = destination.host.utf8.contains(UInt8(ascii: ":")) ? "[\(destination.host)]" : destination.host
    return destination.port == (destination.isTLS ? 443 : 80) ? host : "\(host):\(destination.port)"
  }

  private static func check(_ bytes: [UInt8], own: Int, all: Int) throws(FetchError.Cause) {
    var parser = RequestHeadParser(limits: limits)
    var scanned = 0
    let length: Int?
    do throws(WireError) {
      length = try parser.parse(bytes.span, scanned: &scanned)
    } catch {
      throw .invalid(error)
    }
    let lines = parser.head.fields.lines
    // A chunked body without content would be part of the head.
    if length == nil, parser.head.framing == .chunked { throw .invalid(.unexpectedContent) }
    guard length == bytes.count, lines.count == all else { throw .invalid(.malformedField) }
    for line in lines.dropFirst(own) {
      switch line.kind {
      case .host, .connection, .contentLength, .transferEncoding, .expect, .upgrade, .trailer, .hopByHop:
        throw .reserved
      default: continue
      }
    }
  }
}
