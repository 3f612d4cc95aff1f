package import Transport

/// How an application answers one request. After the client has gone, every call does nothing.
package final class LocalResponder {
  private var exchange: LocalExchange?
  /// Called once when the exchange is over, answered or not.
  package var onClose: (() -> Void)?

  init(_ exchange: LocalExchange) { self.exchange = exchange }

  /// Whether the client still waits.
  package var isOpen: Bool { exchange != nil }

  /// The loop the exchange lives on.
  package var loop: EventLoop? { exchange?.stream.loop }

  /// Answers whole.
  package func answer(_ status: Int, fields: [(String, String)] = [], content: [UInt8] = []) {
    exchange?.begin(status: status, fields: fields, length: content.count)
    exchange?.send(content)
    exchange?.finish()
  }

  /// Begins an answer whose length is not known; `send` and `finish` follow.
  package func beginStream(_ status: Int, fields: [(String, String)]) {
    exchange?.begin(status: status, fields: fields, length: nil)
  }

  /// Sends a part of the content, at once.
  package func send(_ bytes: [UInt8]) { exchange?.send(bytes) }

  /// Ends the answer.
  package func finish() { exchange?.finish() }

  func close() {
    exchange = nil
    let onClose = self.onClose
    self.onClose = nil
    onClose?()
  }
}
