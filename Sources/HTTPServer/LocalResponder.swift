public import Transport

/// How an application answers one request. After the client has gone, every call does nothing.
public final class LocalResponder {
  private var exchange: LocalExchange?
  /// Called once when the exchange is over, answered or not.
  public var onClose: (() -> Void)?

  init(_ exchange: LocalExchange) { self.exchange = exchange }

  /// Whether the client still waits.
  public var isOpen: Bool { exchange != nil }

  /// The loop the exchange lives on.
  public var loop: EventLoop? { exchange?.stream.loop }

  /// Answers whole.
  public func answer(_ status: Int, fields: [(String, String)] = [], content: [UInt8] = []) {
    exchange?.begin(status: status, fields: fields, length: content.count)
    exchange?.send(content)
    exchange?.finish()
  }

  /// Begins an answer whose length is not known; `send` and `finish` follow.
  public func beginStream(_ status: Int, fields: [(String, String)]) {
    exchange?.begin(status: status, fields: fields, length: nil)
  }

  /// Sends a part of the content, at once.
  public func send(_ bytes: [UInt8]) { exchange?.send(bytes) }

  /// Ends the answer.
  public func finish() { exchange?.finish() }

  /// Resets the connection in place of an answer.
  public func abort() { exchange?.abort() }

  /// Answers with the first half of `content`, after which `breakOff` is to follow.
  public func answerHalf(_ status: Int, fields: [(String, String)], content: [UInt8]) {
    exchange?.begin(status: status, fields: fields, length: content.count)
    exchange?.send(Array(content.prefix(content.count / 2)))
  }

  /// Ends an answer where it stands, which its client can tell.
  public func breakOff() { exchange?.breakOff() }

  func close() {
    exchange = nil
    let onClose = self.onClose
    self.onClose = nil
    onClose?()
  }
}
