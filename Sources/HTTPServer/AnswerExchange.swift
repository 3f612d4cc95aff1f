internal import HTTPWire
internal import Observability
internal import Transport

/// The rest of an answer made at once that did not fit the output.
final class AnswerExchange: Exchange {
  let stream: any RequestStream
  private var rest: ArraySlice<UInt8>

  init(on stream: any RequestStream, rest: ArraySlice<UInt8>) {
    self.stream = stream
    self.rest = rest
  }

  func start() { clientReady() }

  func clientReady() {
    while true {
      stream.put(&rest)
      switch stream.flush() {
      case .done where rest.isEmpty: return stream.finish()
      case .done: continue
      case .blocked: return stream.awaitClient()
      case .failed: return stream.abort(by: .client)
      }
    }
  }

  func clientTimedOut() { stream.abort(by: .client) }

  func cancel() {}

  /// The answer is complete here: its client has what is left of the time.
  func endNow() {}
}
