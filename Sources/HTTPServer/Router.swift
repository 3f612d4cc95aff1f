public import HTTPWire
internal import Observability
internal import Text

/// Finds the service for a path, or for all paths that begin alike. They are compared byte by byte, without the query; one
/// slash at the end makes no other path.
public final class Router: Service {
  private struct Route {
    /// Without a slash at its end, unless it is a prefix.
    let path: [UInt8]
    let isPrefix: Bool
    let name: StaticString
    let service: any Service
    let answersAnyHost: Bool
    let fields: StaticString
  }

  private var routes: [Route] = []
  /// Whose fields a refusal has that belongs to no route: it may have been meant for the most careful of them, the first.
  private var careful: (any Service)? { routes.first?.service }
  private let notFound: Cause
  private let hostRefusal: HostRefusal?

  /// Why a request that names this authority, or none, is refused; nil when it is not.
  public typealias HostRefusal = (_ authority: Span<UInt8>?) -> Cause?

  /// - Parameters:
  ///   - notFound: what is said where no route is.
  ///   - hostRefusal: asked for every route whose service does not answer any host.
  public init(notFound: Cause = .notFound, hostRefusal: HostRefusal? = nil) {
    self.notFound = notFound
    self.hostRefusal = hostRefusal
  }

  /// Adds a route; those added first are looked at first.
  /// - Parameter name: what the log calls it.
  public func add(_ path: String, _ name: StaticString, _ service: any Service) {
    let path = Array(path.utf8)
    add(path.last == UInt8(ascii: "/") ? path.dropLast() : path, isPrefix: false, name, service)
  }

  /// Adds a route for every path that begins with `prefix`, which should end with a slash.
  public func add(prefix: String, _ name: StaticString, _ service: any Service) {
    add(Array(prefix.utf8), isPrefix: true, name, service)
  }

  private func add(_ path: [UInt8], isPrefix: Bool, _ name: StaticString, _ service: any Service) {
    routes.append(
      Route(
        path: path, isPrefix: isPrefix, name: name, service: service, answersAnyHost: service.answersAnyHost,
        fields: service.commonFields))
  }

  /// It asks each route.
  public let answersWhenFull = true

  /// It asks each route.
  public let answersAnyHost = true

  public var commonFields: StaticString { careful?.commonFields ?? "" }

  public func addRefusalFields(for origin: Span<UInt8>, on stream: any RequestStream) {
    careful?.addRefusalFields(for: origin, on: stream)
  }

  public func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    guard head.method != .connect, !head.wantsWebSocket else {
      return refuse(.connectNotSupported, head, bytes, on: stream)
    }
    let path = bytes.extracting(Router.withoutQuery(head.path, in: bytes))
    // The server as a whole, in its two spellings (RFC 9110 §9.3.7, RFC 9112 §3.2.4).
    if head.method == .options, path.isEmpty || path.equals("*") { return .answer(.serverOptions) }
    // By index: a copy of a route would cost more than the comparison.
    for index in routes.indices where Router.matches(path, routes[index]) {
      stream.take(route: routes[index].name, fields: routes[index].fields)
      let service = routes[index].service
      guard stream.hasPlace || service.answersWhenFull else {
        return refuse(.overloaded, by: service, head, bytes, on: stream)
      }
      if !routes[index].answersAnyHost, let cause = refusal(ofHost: head, bytes) {
        return refuse(cause, by: service, head, bytes, on: stream)
      }
      return service.disposition(of: head, bytes, on: stream)
    }
    stream.record.note(.path, path)
    return refuse(refusal(ofHost: head, bytes) ?? notFound, head, bytes, on: stream)
  }

  private func refusal(ofHost head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Cause? {
    guard let hostRefusal else { return nil }
    guard let authority = head.authority else { return hostRefusal(nil) }
    return hostRefusal(bytes.extracting(authority))
  }

  /// Refuses what belongs to no route.
  private func refuse(
    _ cause: Cause, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    stream.take(route: "-", fields: commonFields)
    return refuse(cause, by: self, head, bytes, on: stream)
  }

  private func refuse(
    _ cause: Cause, by service: any Service, _ head: borrowing RequestHead, _ bytes: Span<UInt8>,
    on stream: any RequestStream
  ) -> Disposition {
    if let line = head.fields.first(.origin) {
      service.addRefusalFields(for: bytes.extracting(line.value), on: stream)
    }
    return .answer(LocalAnswer(cause))
  }

  private static func matches(_ path: Span<UInt8>, _ route: borrowing Route) -> Bool {
    switch path.count - route.path.count {
    case 0: break
    case 1 where path[path.count - 1] == UInt8(ascii: "/"): break
    case 1... where route.isPrefix: break
    default: return false
    }
    for index in route.path.indices where path[index] != route.path[index] { return false }
    return true
  }

  private static func withoutQuery(_ target: Range<Int>, in bytes: Span<UInt8>) -> Range<Int> {
    for index in target where bytes[index] == UInt8(ascii: "?") { return target.lowerBound..<index }
    return target
  }
}
