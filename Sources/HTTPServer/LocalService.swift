public import HTTPWire
/// A request that is answered by an application in this process, whole content first.
public struct LocalRequest {
  /// The method.
  public let method: Method
  /// The path without query, as it was sent.
  public let path: String
  /// The query without the question mark; empty when there is none.
  public let query: String
  /// The authority the client used: Host, or the address it connected to.
  public let authority: String
  /// Field lines, names in lower case.
  public let fields: [(name: String, value: String)]
  /// The content.
  public internal(set) var content: [UInt8] = []

  /// The value of the first field line with that lower-case name.
  public func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// An application that answers requests in this process: the sandbox, pages.
public protocol LocalApplication: AnyObject {
  /// Answers `request`, now or later, through `responder`; the content has arrived whole.
  func respond(to request: LocalRequest, _ responder: LocalResponder)
}

/// Hands every request of a server to one application.
public final class LocalService: Service {
  private let application: any LocalApplication

  /// A service for `application`.
  public init(_ application: any LocalApplication) { self.application = application }

  /// Collects the content, then asks the application.
  public func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    guard head.method != .connect, !head.wantsWebSocket else {
      return .answer(LocalAnswer(.connectNotSupported))
    }
    if case .contentLength(let length) = head.framing, length > stream.options.contentLimit {
      return .answer(LocalAnswer(.contentTooLarge))
    }
    let target = LocalService.text(bytes.extracting(head.path))
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let request = LocalRequest(
      method: head.method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
      authority: head.authority.map { LocalService.text(bytes.extracting($0)) } ?? stream.localAuthority,
      fields: head.fields.lines.map { line in
        (
          LocalService.text(bytes.extracting(line.name)).lowercased(),
          LocalService.text(bytes.extracting(line.value))
        )
      })
    return .exchange(LocalExchange(on: stream, request: request, application: application))
  }

  private static func text(_ bytes: Span<UInt8>) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}
