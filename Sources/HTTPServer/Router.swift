public import HTTPWire

/// Finds the service for a path, or for all paths that begin alike. They are compared byte by byte, without the query.
public final class Router: Service {
  private struct Route {
    let path: [UInt8]
    let isPrefix: Bool
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
    add(path, isPrefix: false, name, service)
  }

  /// Adds a route for every path that begins with `prefix`, which should end with a slash.
  public func add(prefix: String, _ name: StaticString, _ service: any Service) {
    add(prefix, isPrefix: true, name, service)
  }

  private func add(_ path: String, isPrefix: Bool, _ name: StaticString, _ service: any Service) {
    routes.append(
      Route(
        path: Array(path.utf8), isPrefix: isPrefix, name: name, service: service, fields: service.refusalFields))
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
    // By index: a copy of a route would cost more than the comparison.
    for index in routes.indices where Router.matches(path, routes[index]) {
      stream.take(route: routes[index].name, fields: routes[index].fields)
      let service = routes[index].service
      return isFull
        ? service.dispositionWhenFull(of: head, bytes, on: stream) : service.disposition(of: head, bytes, on: stream)
    }
    return .answer(LocalAnswer(.notFound))
  }

  private static func matches(_ path: Span<UInt8>, _ route: borrowing Route) -> Bool {
    let count = route.path.count
    guard path.count == count || route.isPrefix && path.count > count else { return false }
    for index in 0..<count where path[index] != route.path[index] { return false }
    return true
  }

  private static func withoutQuery(_ target: Range<Int>, in bytes: Span<UInt8>) -> Range<Int> {
    for index in target where bytes[index] == UInt8(ascii: "?") { return target.lowerBound..<index }
    return target
  }
}
