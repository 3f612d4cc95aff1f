import Testing

@testable import Transport

/// A server on the test loop that does what a test tells it to once a request has come whole.
final class TestServer {
  /// One client. It is kept until it has gone.
  final class Client: EventHandler {
    fileprivate(set) var received: [UInt8] = []
    private(set) var isGone = false
    private let loop: EventLoop
    private weak var server: TestServer?
    private var channel: Channel?
    private var pending: ArraySlice<UInt8> = []
    private var finishes = false
    private var wasPlayed = false
    /// Bytes of the request; nil until its head has come.
    private var wholeLength: Int?
    /// Called when the client has closed its side, or the connection has broken.
    var onGone: (() -> Void)?

    fileprivate init(_ stream: consuming ByteStream, of server: TestServer) throws {
      self.server = server
      loop = server.loop
      super.init()
      loop.attach(self)
      try loop.watch(stream, for: self)
      channel = Channel(stream)
    }

    /// The beginning of what has come, which is longer than any head here.
    var text: String { String(decoding: received.prefix(1000), as: UTF8.self) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
      pending.append(contentsOf: bytes)
      flush()
    }

    /// Sends no more, once all has gone.
    func finish() {
      finishes = true
      flush()
    }

    /// Closes at once; a client that has sent what was not read is told so by a reset.
    func close() {
      loop.detach(self)
      channel = nil
    }

    private func flush() {
      while channel != nil {
        if channel!.output.isEmpty, !pending.isEmpty {
          let piece = pending.prefix(BufferPool.largeSize)
          _ = channel!.output.reserve(piece.count, from: loop.buffers)
          piece.withUnsafeBufferPointer { channel!.output.append($0) }
          pending = pending.dropFirst(piece.count)
        }
        guard channel!.flush() == .done else { return }
        guard pending.isEmpty else { continue }
        if finishes { channel!.stream.finishWriting() }
        return
      }
    }

    override func ready(_ events: ReadyEvents) {
      channel?.note(events)
      flush()
      while channel != nil, server?.reads == true {
        switch channel!.fill(from: loop.buffers) {
        case .bytes:
          received.append(contentsOf: channel!.input.readable)
          channel!.input.consume(channel!.input.count)
          playIfWhole()
        case .wouldBlock, .full: return
        case .end, .failed:
          isGone = true
          onGone?()
          return close()
        }
      }
    }

    /// A request is whole with its head and as many bytes as Content-Length says.
    private func playIfWhole() {
      guard !wasPlayed else { return }
      if wholeLength == nil, let head = text.firstRange(of: "\r\n\r\n").map({ text[..<$0.upperBound] }) {
        let stated = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
        wholeLength = head.utf8.count + (stated.flatMap { Int($0.dropFirst(16)) } ?? 0)
      }
      guard let wholeLength, received.count >= wholeLength else { return }
      wasPlayed = true
      server?.play(self)
    }
  }

  fileprivate let loop: EventLoop
  fileprivate let play: (Client) -> Void
  private var listener: Listener?
  let address: SocketAddress
  private(set) var clients: [Client] = []
  var onAccept: ((Client) -> Void)?
  /// Whether anything that clients send is read.
  var reads = true

  init(on loop: EventLoop, host: String = "127.0.0.1", play: @escaping (Client) -> Void) throws {
    self.loop = loop
    self.play = play
    let accepted = OnLoop<((consuming ByteStream) -> Void)?>(nil)
    let any = try #require(SocketAddress(literal: host, port: 0))
    let listener = try Listener(on: loop, address: any) { stream, _ in accepted.value?(stream) }
    self.listener = listener
    address = listener.address
    try listener.start()
    accepted.value = { [weak self] stream in self?.accept(stream) }
  }

  private func accept(_ stream: consuming ByteStream) {
    do {
      let client = try Client(stream, of: self)
      clients.append(client)
      onAccept?(client)
    } catch {
      Issue.record(error)
    }
  }

  func close() {
    listener?.close()
    listener = nil
    for client in clients { client.close() }
    clients = []
  }
}
