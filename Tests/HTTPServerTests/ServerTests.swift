import Glibc
import HTTPWire
import Observability
import System
import Testing
import Transport

@testable import HTTPServer

/// A server on a loop of its own, and a client that reads as slowly as it likes.
private struct Bench {
  let actor: LoopActor
  let port: Int

  static func start(_ make: @escaping @Sendable (EventLoop) -> any Service) async throws -> Bench {
    let actor = try LoopActor(label: "test")
    let options = ServerOptions(
      headLimits: HeadLimits(), contentLimit: 10 << 20, headTimeout: 5_000_000_000, idleTimeout: 5_000_000_000,
      stallTimeout: 5_000_000_000, lingerTimeout: 1_000_000_000, logged: .none)
    let bound = try await actor.run { loop throws(SystemError) in
      let server = Server(on: loop, options: options, gate: ConnectionGate(limit: 10), log: nil)
      loop.attachment = server
      return try server.listen(on: SocketAddress(literal: "127.0.0.1", port: 0)!) { _ in make(loop) }
    }
    await actor.start()
    return Bench(actor: actor, port: Int(bound.description.split(separator: ":").last!)!)
  }

  /// A connected socket whose reads give up after five seconds.
  func connect() -> Int32 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var time = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(result == 0)
    return socket
  }
}

private func send(_ socket: Int32, _ text: String) { _ = text.withCString { write(socket, $0, strlen($0)) } }

/// Reads until `isEnough` or the end.
private func read(_ socket: Int32, until isEnough: ([UInt8]) -> Bool) -> [UInt8] {
  var all: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 64 << 10)
  while !isEnough(all) {
    let count = Glibc.read(socket, &piece, piece.count)
    guard count > 0 else { break }
    all += piece[..<count]
  }
  return all
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// Answers every request with the same.
private final class FixedService: Service {
  let answer: LocalAnswer

  init(_ answer: LocalAnswer) { self.answer = answer }

  func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition { .answer(answer) }
}

/// Answers with the content it was sent.
private final class Echo: LocalApplication {
  func respond(to request: LocalRequest, _ responder: LocalResponder) {
    responder.answer(200, content: request.content)
  }
}

/// Streams for as long as it is allowed to, and says how much that was.
private final class Flood: LocalApplication {
  let ended: AsyncStream<Int>.Continuation

  init(_ ended: AsyncStream<Int>.Continuation) { self.ended = ended }

  func respond(to request: LocalRequest, _ responder: LocalResponder) {
    var sent = 0
    responder.onClose = { [ended] in ended.yield(sent) }
    responder.beginStream(200, fields: [])
    let piece = [UInt8](repeating: 0x78, count: 64 << 10)
    while responder.isOpen, sent < 256 << 20 {
      sent += piece.count
      responder.send(piece)
    }
    ended.yield(sent)
  }
}

@Suite("A server and its local answers", .serialized)
struct ServerTests {
  @Test(
    "an answer made at once may be of any size, and the connection serves the next request",
    arguments: [
      0, 1, 60_000, 62_000, 63_488, 65_535, 65_536, 70_000, 3_000_000,
    ])
  func large(size: Int) async throws {
    let bench = try await Bench.start { _ in
      FixedService(LocalAnswer(200, contentType: "text/plain", content: [UInt8](repeating: 0x61, count: size)))
    }
    let socket = bench.connect()
    defer { close(socket) }
    for _ in 0..<2 {
      send(socket, "GET / HTTP/1.1\r\nhost: a\r\n\r\n")
      let got = read(socket) { bytes in
        guard let end = text(Array(bytes.prefix(2000))).range(of: "\r\n\r\n") else { return false }
        let head = text(Array(bytes.prefix(2000)))[..<end.upperBound]
        return bytes.count >= head.utf8.count + size
      }
      #expect(text(Array(got.prefix(300))).contains("content-length: \(size)\r\n"))
      #expect(got.filter { $0 == 0x61 }.count >= size)
    }
  }

  @Test("a static file is sent whole once, and not again to whom has it (RFC 9110 §13.1.2)")
  func staticFile() async throws {
    let bench = try await Bench.start { _ in
      let router = Router()
      router.add(
        "/page", "page",
        StaticFile(
          [UInt8](repeating: 0x61, count: 100_000), contentType: "text/html; charset=utf-8", tag: "abc",
          fields: [("content-security-policy", "default-src 'self'")]))
      return router
    }
    let socket = bench.connect()
    defer { close(socket) }
    func ask(_ method: String, _ fields: String, _ length: Int = 0) -> String {
      send(socket, "\(method) /page HTTP/1.1\r\nhost: a\r\n\(fields)\r\n")
      let got = read(socket) { bytes in
        guard let end = text(bytes).firstRange(of: "\r\n\r\n") else { return false }
        return bytes.count >= text(bytes)[..<end.upperBound].utf8.count + length
      }
      #expect(got.count >= length)
      return String(text(got).prefix(400))
    }
    let whole = ask("GET", "", 100_000)
    #expect(whole.hasPrefix("HTTP/1.1 200 OK\r\n") && whole.contains("etag: \"abc\"\r\n"))
    #expect(whole.contains("cache-control: no-cache\r\n") && whole.contains("content-security-policy: default-src"))
    #expect(ask("HEAD", "").contains("content-length: 100000\r\n"))
    for tags in ["\"abc\"", "W/\"abc\"", "\"x\" , \"abc\"", "*"] {
      let answer = ask("GET", "if-none-match: \(tags)\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 304 Not Modified\r\n") && answer.contains("etag: \"abc\"\r\n"), "\(tags)")
      #expect(!answer.contains("content-length") && answer.hasSuffix("\r\n\r\n"))
    }
    for tags in ["abc", "\"abcd\"", "\"ab\"", "w/\"abc\"", ""] {
      #expect(ask("GET", "if-none-match: \(tags)\r\n", 100_000).hasPrefix("HTTP/1.1 200 "), "\(tags)")
    }
    #expect(ask("POST", "content-length: 0\r\n", 40).hasPrefix("HTTP/1.1 405 "))
  }

  @Test("a local application invites a client that waits for 100 (Continue)")
  func invitation() async throws {
    let bench = try await Bench.start { _ in LocalService(Echo()) }
    let socket = bench.connect()
    defer { close(socket) }
    send(socket, "PUT / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n")
    let invited = read(socket) { text($0).contains("\r\n\r\n") }
    #expect(text(invited) == "HTTP/1.1 100 Continue\r\n\r\n")
    send(socket, "hello")
    let answer = read(socket) { text($0).hasSuffix("hello") }
    #expect(text(answer).hasPrefix("HTTP/1.1 200 OK\r\n"))
  }

  @Test("what waits for a client that does not read has a limit")
  func unread() async throws {
    let (ended, continuation) = AsyncStream.makeStream(of: Int.self)
    let bench = try await Bench.start { _ in LocalService(Flood(continuation)) }
    let socket = bench.connect()
    defer { close(socket) }
    send(socket, "GET / HTTP/1.1\r\nhost: a\r\n\r\n")
    for await sent in ended {
      // One MiB here, and what the kernel's buffers of a loopback connection take.
      #expect(sent < 32 << 20)
      return
    }
  }
}

extension String {
  /// Where `part` stands first.
  fileprivate func range(of part: String) -> Range<String.Index>? { ranges(of: part).first }
}
