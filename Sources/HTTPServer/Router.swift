public import HTTPWire
internal import Text

/// Finds the service for a path. Paths are compared byte by byte, without the query.
public final class Router: Service {
  private struct Route {
    let path: [UInt8]
    let name: StaticString
    let service: any Service
    let fields: StaticString
  }

  private var routes: [Route] = []
  public private(set) var refusalFields: StaticString = ""

  public init() {}

  /// Adds a route; those added first are looked at first.
  /// - Parameter name: what the log calls it.
  public func add(_ path: String, _ name: StaticString, _ service: any Service) {
    routes.append(Route(path: Array(path.utf8), name: name, service: service, fields: service.refusalFields))
    // Whatever could not be read may have been meant for the most careful of the routes.
    if refusalFields.utf8CodeUnitCount == 0 { refusalFields = service.refusalFields }
  }

  public func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition { route(head, bytes, on: stream, isFull: false) }

  public func dispositionWhenFull(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition { route(head, bytes, on: stream, isFull: true) }

  private func route(
    _ head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream, isFull: Bool
  ) -> Disposition {
    guard head.method != .connect, !head.wantsWebSocket else {
      stream.take(route: "-", fields: refusalFields)
      return .answer(LocalAnswer(.connectNotSupported))
    }
    let path = bytes.extracting(Router.withoutQuery(head.path, in: bytes))
    // The server as a whole, in its two spellings (RFC 9110 §9.3.7, RFC 9112 §3.2.4).
    if head.method == .options, path.isEmpty || path.equals("*") { return .answer(.serverOptions) }
    // By index: a copy of a route would cost more than the comparison.
    for index in routes.indices where Router.isSame(path, routes[index].path) {
      stream.take(route: routes[index].name, fields: routes[index].fields)
      let service = routes[index].service
      return isFull
        ? service.dispositionWhenFull(of: head, bytes, on: stream) : service.disposition(of: head, bytes, on: stream)
    }
    return .answer(LocalAnswer(.notFound))
  }

  private static func isSame(_ path: Span<UInt8>, _ other: [UInt8]) -> Bool {
    guard path.count == other.count else { return false }
    for index in 0..<path.count where path[index] != other[index] { return false }
    return true
  }

  private static func withoutQuery(_ target: Range<Int>, in bytes: Span<UInt8>) -> Range<Int> {
    for index in target where bytes[index] == UInt8(ascii: "?") { return target.lowerBound..<index }
    return target
  }
}
