import Testing

@testable import Transport

@Suite("The gate of connections")
struct ConnectionGateTests {
  @Test("one client's limit is told apart from everybody's, and what leaves makes room")
  func limits() {
    let gate = ConnectionGate(limit: 3, clientLimit: 2)
    #expect(
      [1, 1, 1, 2, 2, 1].map { gate.enter($0) } == [
        .entered, .entered, .clientIsFull, .entered, .isFull, .clientIsFull,
      ])
    gate.enterReserve()
    #expect(gate.count == 4)
    gate.leave(2)
    #expect([1, 3, 2].map { gate.enter($0) } == [.clientIsFull, .entered, .isFull])
    gate.leave(1)
    gate.leaveReserve()
    #expect(gate.enter(1) == .entered)
    #expect(gate.count == 3)
  }

  @Test("who is many clients has the limit of all alone, and is counted like any other")
  func unlimited() {
    let gate = ConnectionGate(limit: 3, clientLimit: 1)
    #expect((0..<4).map { _ in gate.enter(1, isUnlimited: true) } == [.entered, .entered, .entered, .isFull])
    gate.leave(1)
    #expect(gate.enter(1) == .clientIsFull && gate.enter(2) == .entered)
  }

  @Test(
    "a client is an address of IPv4, whatever the family of the socket, or a /64 of IPv6",
    arguments: [
      ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("127.0.0.1", "::1", false),
      ("192.0.2.1", "::ffff:192.0.2.1", true), ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
      ("2001:db8::1", "2001:db8::ffff:1", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
    ])
  func client(one: String, other: String, isSame: Bool) throws {
    let first = try #require(SocketAddress(literal: one, port: 1))
    let second = try #require(SocketAddress(literal: other, port: 2))
    #expect((first.host.clientNetwork == second.host.clientNetwork) == isSame)
  }
}
