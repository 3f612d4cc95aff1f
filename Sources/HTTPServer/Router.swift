package import HTTPWire
internal import Observability

/// Finds the service for a path. Paths are compared byte by byte, without the query.
package final class Router: Service {
  private struct Route {
    let path: [UInt8]
    let name: StaticString
    let service: any Service
  }

  private var routes: [Route] = []
  package private(set) var refusalFields: StaticString = ""

  package init() {}

  /// Adds a route; those added first are looked at first.
  /// - Parameter name: what the log calls it.
  package func add(_ path: String, _ name: StaticString, _ service: any Service) {
    routes.append(Route(path: Array(path.utf8), name: name, service: service))
    // Whatever could not be read may have been meant for the most careful of the routes.
    if refusalFields.utf8CodeUnitCount == 0 { refusalFields = service.refusalFields }
  }

  package func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    guard head.method != .connect, !head.wantsWebSocket else {
      stream.routeFields = refusalFields
      return .answer(LocalAnswer(.connectNotSupported))
    }
    let path = bytes.extracting(Router.withoutQuery(head.path, in: bytes))
    for route in routes where path.equals(route.path.span) {
      stream.record.route = route.name
      stream.routeFields = route.service.refusalFields
      return route.service.disposition(of: head, bytes, on: stream)
    }
    return .answer(LocalAnswer(.notFound))
  }

  private static func withoutQuery(_ target: Range<Int>, in bytes: Span<UInt8>) -> Range<Int> {
    for index in target where bytes[index] == UInt8(ascii: "?") { return target.lowerBound..<index }
    return target
  }
}
