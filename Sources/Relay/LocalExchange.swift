public import HTTPWire
internal import Observability
internal import Transport

/// A request that is answered by an application in this process, whole content first.
public struct LocalRequest {
  /// The method.
  public let method: Method
  /// The path without query, as it was sent.
  public let path: String
  /// The query without the question mark; empty when there is none.
  public let query: String
  /// The authority the client used: Host.
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
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: DownstreamConnection
  ) -> Disposition {
    guard head.method != .connect, !head.wantsWebSocket else {
      return .answer(LocalAnswer(ProxyError.connectNotSupported))
    }
    if case .contentLength(let length) = head.framing, length > connection.server.options.contentLimit {
      return .answer(LocalAnswer(ProxyError.contentTooLarge))
    }
    let target = LocalService.text(bytes.extracting(head.path))
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let request = LocalRequest(
      method: head.method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
      authority: head.authority.map { LocalService.text(bytes.extracting($0)) } ?? "",
      fields: head.fields.lines.map { line in
        (
          LocalService.text(bytes.extracting(line.name)).lowercased(),
          LocalService.text(bytes.extracting(line.value))
        )
      })
    return .exchange(LocalExchange(on: connection, request: request, application: application))
  }

  private static func text(_ bytes: Span<UInt8>) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}

/// The exchange behind a `LocalResponder`.
final class LocalExchange: Exchange {
  private var request: LocalRequest
  private let application: any LocalApplication
  private var responder: LocalResponder?
  private var pending: [UInt8] = []
  private var pendingStart = 0
  private var isFinished = false
  private var isChunked = false

  init(on connection: DownstreamConnection, request: LocalRequest, application: any LocalApplication) {
    self.request = request
    self.application = application
    super.init(on: connection)
  }

  override func start() { collect() }

  override func downstreamReady() {
    if responder == nil { return collect() }
    if connection.channel.peerFinished { return connection.abort(.client) }
    pump()
  }

  override func downstreamDeadlineReached() { connection.abort(.client) }

  override func cancel() {
    responder?.close()
    responder = nil
  }

  private func collect() {
    while !connection.content.isDone {
      let input = connection.channel.input.readable
      if !input.isEmpty {
        do {
          switch try connection.content.next(input.span) {
          case .needMore(let consumed):
            connection.channel.input.consume(consumed)
            if consumed > 0 { continue }
          case .content(let skip, let count):
            request.content.append(contentsOf: input[skip..<skip + count])
            connection.channel.input.consume(skip + count)
            connection.record.bytesIn += UInt64(count)
            guard connection.record.bytesIn <= connection.server.options.contentLimit else {
              return connection.give(LocalAnswer(ProxyError.contentTooLarge))
            }
            continue
          case .end(let consumed):
            connection.channel.input.consume(consumed)
            continue
          }
        } catch {
          return connection.give(LocalAnswer(ProxyError.wire(error)))
        }
      }
      switch connection.channel.fill(from: connection.loop.buffers) {
      case .bytes, .full: continue
      case .wouldBlock: return connection.awaitProgress()
      case .end, .failed: return connection.abort(.client)
      }
    }
    connection.setDeadline(in: nil)
    let responder = LocalResponder(self)
    self.responder = responder
    application.respond(to: request, responder)
  }

  // MARK: For the responder

  func begin(status: Int, fields: [(String, String)], length: Int?) {
    guard !connection.responseStarted else { return }
    isChunked = length == nil && !connection.isHTTP10
    if length == nil, connection.isHTTP10 { connection.closeAfterwards() }
    guard connection.channel.output.reserve(8192, from: connection.loop.buffers) else { return }
    var writer = HeadWriter(connection.channel.output.writable)
    connection.beginResponse(&writer, status: status)
    for (name, value) in fields { writer.write(Array("\(name): \(value)\r\n".utf8)) }
    if isChunked {
      writer.write("transfer-encoding: chunked\r\n")
    } else if let length, status != 204 {
      writer.write("content-length: ")
      writer.write(decimal: UInt64(length))
      writer.write("\r\n")
    }
    writer.write(connection.server.dateField)
    connection.endResponseHead(&writer)
    guard !writer.overflowed else { return connection.abort(.proxy) }
    connection.channel.output.commit(writer.count)
  }

  func send(_ bytes: [UInt8]) {
    guard !bytes.isEmpty, !connection.isHead else { return }
    if isChunked {
      pending += Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [0x0D, 0x0A]
    } else {
      pending += bytes
    }
    pump()
  }

  func finish() {
    guard !isFinished else { return }
    isFinished = true
    if isChunked, !connection.isHead { pending += Array("0\r\n\r\n".utf8) }
    pump()
  }

  private func pump() {
    while true {
      if pendingStart < pending.count,
        connection.channel.output.reserve(1, from: connection.loop.buffers)
      {
        let count = min(pending.count - pendingStart, connection.channel.output.room)
        pending.withUnsafeBufferPointer { bytes in
          connection.channel.output.append(UnsafeBufferPointer(rebasing: bytes[pendingStart..<pendingStart + count]))
        }
        pendingStart += count
      }
      switch connection.channel.flush() {
      case .failed: return connection.abort(.client)
      case .blocked: return connection.awaitProgress()
      case .done:
        if pendingStart < pending.count { continue }
        pending.removeAll(keepingCapacity: true)
        pendingStart = 0
        connection.setDeadline(in: nil)
        guard isFinished else {
          return connection.channel.output.releaseIfEmpty(to: connection.loop.buffers)
        }
        responder?.close()
        responder = nil
        return connection.finish()
      }
    }
  }
}
