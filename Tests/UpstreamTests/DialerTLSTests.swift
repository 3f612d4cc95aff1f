import Testing

@testable import Transport

@Suite("Dialer with TLS", .serialized)
struct DialerTLSTests {
  private struct Outcome: Sendable {
    var failures: [DialFailure?] = []
    var milliseconds: UInt64 = 0
  }

  /// Dials `host` so many times, one after another, at an address that takes connections and says nothing, and then at
  /// `second`.
  private func dial(
    _ times: Int, host: String, second: SocketAddress? = nil, trusting path: String? = nil
  ) async throws -> (outcome: Outcome, silent: SocketAddress) {
    let actor = try await TestLoop.actor
    let server = try await actor.run { loop in OnLoop(try TestServer(on: loop) { _ in }) }
    let silent = await actor.run { _ in server.value.address }
    let tlsContext = path.map { TLSContext(trusting: $0) } ?? TestLoop.tlsContext
    try tlsContext.waitUntilLoaded()
    let outcome: Outcome = try await TestLoop.ended { loop, end in
      var limits = DialLimits()
      limits.tls = 200_000_000
      let dialer = Dialer(
        on: loop, host: host, port: silent.port, tlsContext: tlsContext, limits: limits,
        resolver: FakeResolver(.addresses([silent] + (second.map { [$0] } ?? []))).resolver)
      let began = loop.now
      let outcome = OnLoop(Outcome())
      func next() {
        dialer.dial { _, failure in
          outcome.value.failures.append(failure)
          if outcome.value.failures.count < times { return next() }
          outcome.value.milliseconds = (loop.now - began) / 1_000_000
          dialer.close()
          end(outcome.value)
        }.start()
      }
      next()
    }
    await actor.run { _ in server.value.close() }
    return (outcome, silent)
  }

  @Test("a handshake that stands still ends with its own limit")
  func silentHandshake() async throws {
    let (outcome, silent) = try await dial(1, host: "localhost")
    #expect(outcome.failures == [.tlsTimedOut(silent)])
    #expect((200...900).contains(outcome.milliseconds), "\(outcome.milliseconds) ms")
  }

  @Test("an address that connects and never shakes hands is not first the next time, nor is it preferred")
  func distrusted() async throws {
    let certificate = try Certificate(names: "DNS:several.test")
    let server = try TLSServer(certificate, answer: .whole)
    let second = try address("127.0.0.1", port: server.port)
    let (outcome, silent) = try await dial(2, host: "several.test", second: second, trusting: certificate.path)
    #expect(outcome.failures == [.tlsTimedOut(silent), nil])
  }
}
