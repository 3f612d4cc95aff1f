internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import Observability
internal import Transport
internal import Upstream

/// A request that waits for the answer to a question of `Admission`: it keeps the head, gathers the content, and lets the
/// admission go on.
final class AdmissionExchange: Exchange {
  let stream: any RequestStream
  private let proxy: ProxyService
  /// Nil once it has gone on.
  private var admission: Admission?
  private let host: UpstreamHost
  private let head: RequestHead
  private let bytes: [UInt8]
  private var collector: ContentCollector

  /// - Parameters:
  ///   - host: where the request goes if it is admitted.
  ///   - limit: bytes of content that are gathered at most.
  init(
    on stream: any RequestStream, proxy: ProxyService, admission: consuming Admission, host: UpstreamHost,
    head: borrowing RequestHead, _ bytes: Span<UInt8>, limit: UInt64
  ) {
    self.stream = stream
    self.proxy = proxy
    self.admission = consume admission
    self.host = host
    self.head = copy head
    self.bytes = bytes.withUnsafeBufferPointer { [UInt8]($0) }
    collector = ContentCollector(limit: limit)
  }

  func start() { collect() }

  func clientReady() {
    if stream.clientIsGone { return stream.abort(by: .client) }
    collect()
  }

  var holdsMemory: Bool { !collector.content.isEmpty }

  func clientTimedOut() { stream.give(LocalAnswer(.contentTimedOut)) }

  func cancel() { collector.discard(to: stream.loop.buffers) }

  private func collect() {
    switch collector.collect(from: stream) {
    case .waiting: stream.awaitClient()
    case .gone: stream.abort(by: .client)
    case .tooLarge: stream.give(LocalAnswer(.collectedTooLarge))
    case .invalid(let fault): stream.give(LocalAnswer(.wire(fault)))
    case .done:
      stream.awaitNothing()
      guard var admission = admission.take() else { return }
      let (head, bytes) = (head, bytes)
      admission.take(content: collector.content)
      collector.discard(to: stream.loop.buffers)
      switch proxy.disposition(of: admission, head: head, bytes.span, host: host, on: stream, stream.record) {
      case .answer(let answer): stream.give(answer)
      case .exchange(let exchange): stream.go(on: exchange)
      }
    }
  }
}
