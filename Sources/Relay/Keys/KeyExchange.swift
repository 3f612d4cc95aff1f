internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import Observability
internal import Transport

/// A request that waits until the keys of its token's issuer were asked for: it keeps the head, and lets the admission go on.
///
/// The wait ends by itself: an answer that does not come within the time of such a question is none.
final class KeyExchange: Exchange {
  typealias GoOn = (consuming Admission, borrowing RequestHead, Span<UInt8>) -> Disposition

  let stream: any RequestStream
  private let proxy: ProxyService
  /// Nil once it has gone on, or is given up.
  private var admission: Admission?
  private let head: RequestHead
  private let bytes: [UInt8]
  private let issuer: Int
  private let goOn: GoOn

  /// - Parameter goOn: what becomes of the request once it is known who calls.
  init(
    on stream: any RequestStream, proxy: ProxyService, admission: consuming Admission, head: borrowing RequestHead,
    _ bytes: Span<UInt8>, issuer: Int, goOn: @escaping GoOn
  ) {
    self.stream = stream
    self.proxy = proxy
    self.admission = consume admission
    self.head = copy head
    self.bytes = bytes.withUnsafeBufferPointer { [UInt8]($0) }
    self.issuer = issuer
    self.goOn = goOn
  }

  func start() {
    stream.awaitNothing()
    guard let sources = proxy.keySources else { return answered() }
    let (handle, issuer) = (stream.loop.handle, issuer)
    // It is touched on its loop alone.
    nonisolated(unsafe) let exchange = self
    Task {
      await sources.ask(issuer)
      handle.perform { _ in exchange.answered() }
    }
  }

  private func answered() {
    guard var admission = admission.take() else { return }
    let (head, bytes) = (head, bytes)
    proxy.identify(&admission, bytes.span, value: bytes.span.extracting(head.falTarget ?? 0..<0), stream.record)
    switch goOn(admission, head, bytes.span) {
    case .answer(let answer): stream.give(answer)
    case .exchange(let exchange): stream.go(on: exchange)
    }
  }

  func clientReady() { if stream.clientIsGone { stream.abort(by: .client) } }

  func clientTimedOut() {}

  func cancel() { _ = admission.take() }
}
