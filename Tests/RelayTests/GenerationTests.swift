import Glibc
import HTTPServer
import Observability
import Settings
import System
import Testing
import Transport

@testable import Relay

@Suite("A newer generation takes over", .serialized)
struct GenerationTests {
  /// The proxy on one loop; of fal nothing can be reached.
  private struct Bench {
    let actor: LoopActor
    let address: SocketAddress

    init(_ generation: Generation) async throws {
      actor = try LoopActor(label: "generations")
      // Or the test could end while it is still loading certificates.
      let tls = TLSContext()
      try tls.waitUntilLoaded()
      let shared = LoopServices.Shared(
        generation: generation, gate: ConnectionGate(limit: 100), memory: MemoryBudget(limit: 1 << 30), tlsContext: tls,
        keyVerdicts: KeyVerdicts(report: { _ in }), forwardingNotices: ForwardingNotices(report: { _ in }))
      address = try await actor.run { loop throws(SystemError) in
        try LoopServices.start(
          on: loop, address: SocketAddress(literal: "127.0.0.1", port: 0)!, shared,
          log: AccessLog(format: .json, writer: LogWriter(descriptor: -1, limit: 1 << 16) { _ in }))
      }
      await actor.start()
    }

    func adopt(_ generation: Generation) async {
      await actor.run { LoopServices.of($0)?.adopt(generation) }
    }
  }

  private func generation(_ variables: [String: String]) throws -> Generation {
    let nobody = "queue.fal.run=http://127.0.0.1:1,rest.fal.ai=http://127.0.0.1:1"
    let given = ["FAL_KEY": "id:secret", "FAL_PROXY_ORIGIN_OVERRIDES": nobody].merging(variables) { $1 }
    var loaded = SettingsLoader.load(configPath: nil, environment: FakeVariables(values: given), keyRequired: true)
    return try #require(Generation(&loaded, key: loaded.falKey!, version: "0"))
  }

  private func submit(_ path: String, to endpoint: String) -> String {
    "POST \(path) HTTP/1.1\r\nhost: a\r\nx-fal-target-url: https://queue.fal.run/\(endpoint)\r\ncontent-length: 0\r\n\r\n"
  }

  @Test("what callers have used outlasts it, and is held against its limits")
  func rates() async throws {
    let limits = ["FAL_PROXY_ALLOWED_ENDPOINTS": "a/b", "FAL_PROXY_PATH": "/p", "FAL_PROXY_RATES_SUBMITS": "1/1h"]
    let bench = try await Bench(try generation(limits))
    let client = Client(bench.address)
    #expect(client.status(of: submit("/p", to: "a/b")) == 502)
    #expect(client.status(of: submit("/p", to: "a/b")) == 429)
    await bench.adopt(try generation(limits))
    #expect(client.status(of: submit("/p", to: "a/b")) == 429)
    await bench.adopt(try generation(limits.merging(["FAL_PROXY_RATES_SUBMITS": "off"]) { $1 }))
    #expect(client.status(of: submit("/p", to: "a/b")) == 502)
  }

  @Test("an open connection is served under it from its next request on: path, policy and limits")
  func nextRequest() async throws {
    let bench = try await Bench(try generation(["FAL_PROXY_ALLOWED_ENDPOINTS": "a/b", "FAL_PROXY_PATH": "/one"]))
    let client = Client(bench.address)
    #expect(client.status(of: submit("/one", to: "c/d")) == 403)
    await bench.adopt(
      try generation([
        "FAL_PROXY_ALLOWED_ENDPOINTS": "c/d", "FAL_PROXY_PATH": "/two", "FAL_PROXY_LIMITS_FIELDS": "10",
      ]))
    #expect(client.status(of: submit("/one", to: "c/d")) == 404)
    #expect(client.status(of: submit("/two", to: "a/b")) == 403)
    // Admitted: it is fal that cannot be reached.
    #expect(client.status(of: submit("/two", to: "c/d")) == 502)
    let fields = (0..<11).map { "x-\($0): 1\r\n" }.joined()
    #expect(client.status(of: "GET /healthz HTTP/1.1\r\nhost: a\r\n\(fields)\r\n") == 431)
  }

  @Test("a request whose checks have begun is judged by the one it came under, whatever came since")
  func heldToTheEnd() async throws {
    let bench = try await Bench(try generation(["FAL_PROXY_TOKENS_ENABLED": "true"]))
    let content = #"{"allowed_apps": ["flux-differential-diffusion"], "token_expiration": 60}"#
    let head =
      "POST /api/fal/proxy HTTP/1.1\r\nhost: a\r\nx-fal-target-url: https://rest.fal.ai/tokens/\r\n"
      + "content-type: application/json\r\ncontent-length: \(content.utf8.count)\r\n"
    let (begun, later) = (Client(bench.address), Client(bench.address))
    // The invitation to go on says that the checks have come to the content.
    #expect(begun.status(of: head + "expect: 100-continue\r\n\r\n") == 100)
    await bench.adopt(try generation(["FAL_PROXY_TOKENS_ENABLED": "false"]))
    #expect(later.status(of: head + "\r\n" + content) == 403)
    #expect(begun.status(of: content) == 502)
  }
}

/// A connection that sends texts and reads the heads of answers, with content of a stated length.
private final class Client {
  private let socket: OwnedDescriptor
  private var input: [UInt8] = []

  init(_ address: SocketAddress) {
    socket = try! Syscalls.streamSocket(family: AF_INET)
    var time = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(address.port).bigEndian
    name.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    // The socket is non-blocking: loopback connects at once or is on its way, and writes wait for nothing.
    let flags = fcntl(socket.number, F_GETFL)
    _ = fcntl(socket.number, F_SETFL, flags & ~O_NONBLOCK)
    let result = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(result == 0)
  }

  /// Sends `text` and reads one answer; nil when there is none.
  func status(of text: String) -> Int? {
    _ = text.withCString { write(socket.number, $0, strlen($0)) }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let all = String(decoding: input, as: UTF8.self)
      if let end = all.firstRange(of: "\r\n\r\n")?.upperBound {
        let head = all[..<end]
        let stated = head.firstRange(of: "content-length: ").map { head[$0.upperBound...].prefix { $0.isNumber } }
        let length = head.utf8.count + (stated.flatMap { Int($0) } ?? 0)
        if input.count >= length {
          input.removeFirst(length)
          return Int(head.dropFirst(9).prefix(3))
        }
      }
      let count = read(socket.number, &piece, piece.count)
      guard count > 0 else { return nil }
      input += piece[..<count]
    }
  }
}

/// An environment of a test's own.
struct FakeVariables: EnvironmentSource {
  let values: [String: String]

  func withValue<Result>(of name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    values[name].map { value in Array(value.utf8).withUnsafeBytes(body) }
  }

  func names(startingWith prefix: String) -> [String] { values.keys.filter { $0.hasPrefix(prefix) } }
}
