import HTTPWire
import Testing

@testable import Transport
@testable import Upstream

@Suite("Fetch over TLS")
struct FetchTLSTests {
  private func fetch(
    host: String, port: Int, trusting path: String?, timeout: UInt64 = 10_000_000_000
  ) async throws -> Result<FetchResponse, FetchError> {
    let fetch = await Fetch(
      on: try await TestLoop.actor, tlsContext: path.map { TLSContext(trusting: $0) } ?? TestLoop.tlsContext)
    var request = FetchRequest(.get, FetchDestination(host: host, port: port, isTLS: true, target: "/keys"))
    request.timeout = timeout
    do throws(FetchError) {
      return .success(try await fetch.fetch(request))
    } catch {
      return .failure(error)
    }
  }

  private func tlsReason(_ answer: Result<FetchResponse, FetchError>) -> String? {
    guard case .failure(let error) = answer, case .notConnected(.tlsFailed(let reason, _)) = error.cause else {
      return nil
    }
    return reason.description
  }

  @Test("a host that is who it should be", arguments: [("localhost", "DNS:localhost"), ("127.0.0.1", "IP:127.0.0.1")])
  func trusted(host: String, names: String) async throws {
    let certificate = try Certificate(names: names)
    let server = try TLSServer(certificate, answer: .whole)
    let answer = try await fetch(host: host, port: server.port, trusting: certificate.path)
    #expect(try answer.get().content == Array("hello".utf8))
    #expect(server.seen()?.hasPrefix("GET /keys HTTP/1.1\r\nhost: \(host):\(server.port)\r\n") == true)
  }

  @Test(
    "a host that is somebody else is told nothing",
    arguments: [("localhost", "DNS:other.test"), ("127.0.0.1", "DNS:127.0.0.1"), ("localhost", "IP:127.0.0.1")])
  func wrongName(host: String, names: String) async throws {
    let certificate = try Certificate(names: names)
    let server = try TLSServer(certificate, answer: .whole)
    let answer = try await fetch(host: host, port: server.port, trusting: certificate.path)
    #expect(tlsReason(answer)?.contains("mismatch") == true, "\(answer)")
    #expect(server.seen() == nil)
  }

  @Test("a certificate nobody vouches for is refused")
  func stranger() async throws {
    let certificate = try Certificate(names: "DNS:localhost")
    let server = try TLSServer(certificate, answer: .whole)
    let answer = try await fetch(
      host: "localhost", port: server.port, trusting: try Certificate(names: "DNS:localhost").path)
    #expect(tlsReason(answer) != nil, "\(answer)")
    #expect(server.seen() == nil)
  }

  @Test("an answer that ends with the connection needs the goodbye of TLS", arguments: [true, false])
  func untilClose(says: Bool) async throws {
    let certificate = try Certificate(names: "DNS:localhost")
    let server = try TLSServer(certificate, answer: .untilClose(says: says))
    let answer = try await fetch(host: "localhost", port: server.port, trusting: certificate.path)
    if says {
      #expect(try answer.get().content == Array("hello".utf8))
    } else {
      #expect(answer == .failure(FetchError(cause: .cut, requestMayHaveArrived: true)))
    }
  }

  @Test("a server that speaks no TLS", .timeLimit(.minutes(1)))
  func noTLS() async throws {
    let actor = try await TestLoop.actor
    let server = try await actor.run { loop in
      let server = try TestServer(on: loop) { _ in }
      server.onAccept = { $0.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
      return OnLoop(server)
    }
    let port = await actor.run { _ in server.value.address.port }
    let answer = try await fetch(host: "localhost", port: port, trusting: nil)
    #expect(tlsReason(answer) != nil, "\(answer)")
    await actor.run { _ in server.value.close() }
  }
}
