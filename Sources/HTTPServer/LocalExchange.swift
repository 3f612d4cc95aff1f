internal import HTTPWire
internal import Observability
internal import Transport

/// The exchange behind a `LocalResponder`: it collects the content, asks the application, and sends what that says.
final class LocalExchange: Exchange {
  /// Bytes of a streamed answer that may wait for a client that does not read; one that lets more gather is cut.
  private static let waitingLimit = 1 << 20
  /// Bytes that are sent in one turn of the loop.
  private static let turnSize = 1 << 20

  let stream: any RequestStream
  private var request: LocalRequest
  private let application: any LocalApplication
  private var responder: LocalResponder?
  private var collector: ContentCollector
  /// What still has to go, framing included, from its first byte.
  private var waiting: ArraySlice<UInt8> = []
  private var output: BodyPump.Output?
  private let hasContent: Bool
  private var isWhole = false
  private var isFinished = false

  init(on stream: any RequestStream, request: LocalRequest, application: any LocalApplication) {
    self.stream = stream
    self.request = request
    self.application = application
    hasContent = request.method != .head
    collector = ContentCollector(limit: stream.options.contentLimit)
  }

  func start() { collect() }

  func clientReady() {
    guard responder != nil else { return collect() }
    if stream.clientIsGone { return stream.abort(by: .client) }
    pump()
  }

  var holdsMemory: Bool { !collector.content.isEmpty }

  func clientTimedOut() { stream.abort(by: .client) }

  func cancel() {
    collector.discard(to: stream.loop.buffers)
    let responder = self.responder
    self.responder = nil
    responder?.close()
  }

  private func collect() {
    switch collector.collect(from: stream) {
    case .waiting: stream.awaitClient()
    case .gone: stream.abort(by: .client)
    case .tooLarge: stream.give(LocalAnswer(.contentTooLarge))
    case .invalid(let fault): stream.give(LocalAnswer(.wire(fault)))
    case .done:
      request.content = collector.content
      collector.discard(to: stream.loop.buffers)
      stream.awaitNothing()
      let responder = LocalResponder(self)
      self.responder = responder
      application.respond(to: request, responder)
    }
  }

  // MARK: For the responder

  func begin(status: Int, fields: [(String, String)], length: Int?) {
    guard output == nil else { return }
    isWhole = length != nil
    let stated: ResponseLength = status == 204 ? .none : length.map { .exactly(UInt64($0)) } ?? .unknown
    let room = fields.reduce(256) { $0 + $1.0.utf8.count + $1.1.utf8.count + 4 }
    let output = reasonPhrase(status).withSpan { reason in
      stream.beginResponse(status, reason: reason, length: stated, room: room) { writer in
        for (name, value) in fields { writer.field(name, value) }
        return false
      }
    }
    guard let output else { return stream.abort(by: .proxy) }
    self.output = output
  }

  func send(_ bytes: [UInt8]) {
    guard !bytes.isEmpty, hasContent, let output else { return }
    if output == .chunked {
      waiting.append(chunk: bytes)
    } else if waiting.isEmpty {
      waiting = bytes[...]
    } else {
      waiting += bytes
    }
    guard isWhole || waiting.count <= LocalExchange.waitingLimit else { return stream.abort(by: .client) }
    pump()
  }

  func finish() {
    guard !isFinished, let output else { return }
    isFinished = true
    if output == .chunked, hasContent { waiting.appendLastChunk() }
    pump()
  }

  func abort() { stream.abort(by: .proxy) }

  /// Ends where it stands; what the client has not taken by now is lost.
  func breakOff() {
    guard output != nil else { return }
    let responder = self.responder
    self.responder = nil
    responder?.close()
    stream.breakOff()
  }

  private func pump() {
    // Others have their turn while much is sent to a client that takes it as fast.
    let turnEnd = waiting.count - LocalExchange.turnSize
    while output != nil {
      stream.put(&waiting)
      switch stream.flush() {
      case .failed: return stream.abort(by: .client)
      case .blocked: return stream.awaitClient()
      case .done where !waiting.isEmpty && waiting.count > turnEnd: continue
      case .done where !waiting.isEmpty: return stream.callAgain()
      case .done:
        stream.awaitNothing()
        guard isFinished else { return stream.releaseIdleMemory() }
        let responder = self.responder
        self.responder = nil
        responder?.close()
        return stream.finish()
      }
    }
  }
}
