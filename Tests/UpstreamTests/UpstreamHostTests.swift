import Testing

@testable import Transport
@testable import Upstream

/// Says what it hears.
private final class User: UpstreamUser {
  var connection: UpstreamConnection?
  var failures: [DialFailure] = []
  var deadlines = 0
  var onConnected: (() -> Void)?
  var onFailed: (() -> Void)?
  var onReady: (() -> Void)?

  func upstreamConnected(_ connection: UpstreamConnection) {
    self.connection = connection
    onConnected?()
  }

  func upstreamFailed(_ failure: DialFailure) {
    failures.append(failure)
    onFailed?()
  }

  func upstreamReady(_ events: ReadyEvents) { onReady?() }

  func upstreamDeadlineReached() { deadlines += 1 }
}

/// A host, a server and what a test does with them.
private final class HostBench {
  let loop: EventLoop
  let server: TestServer
  let host: UpstreamHost
  var users: [User] = []
  private var timers: [Timer] = []

  init(on loop: EventLoop, limits: UpstreamLimits) throws {
    self.loop = loop
    server = try TestServer(on: loop) { _ in }
    host = UpstreamHost(on: loop, name: "127.0.0.1", port: server.address.port, tlsContext: nil, limits: limits)
  }

  /// A user that waits for a fresh connection; `body` is called when it has one.
  @discardableResult
  func borrowFresh(_ body: @escaping (User, UpstreamConnection) -> Void) -> User {
    let user = User()
    users.append(user)
    user.onConnected = { [unowned user] in user.connection.map { body(user, $0) } }
    #expect(host.lend(to: user, freshOnly: true) == nil)
    return user
  }

  /// A user that must not get an idle connection.
  func borrowOther() -> User {
    let user = User()
    users.append(user)
    #expect(host.lend(to: user) == nil)
    return user
  }

  func after(_ milliseconds: UInt64, _ body: @escaping () -> Void) {
    timers.append(Timer(on: loop, milliseconds: milliseconds, body))
  }

  /// Calls `body` once `holds`, which is asked at each turn of the timers' wheel for some ten seconds.
  func when(_ holds: @escaping () -> Bool, _ body: @escaping () -> Void) {
    look(holds, turns: 300, body)
  }

  private func look(_ holds: @escaping () -> Bool, turns: Int, _ body: @escaping () -> Void) {
    if holds() { return body() }
    guard turns > 0 else {
      Issue.record("it never came about")
      return body()
    }
    after(1) { [unowned self] in look(holds, turns: turns - 1, body) }
  }

  func close() {
    host.closeIdle()
    for user in users { user.connection?.close() }
    host.dialer.close()
    server.close()
    timers = []
  }
}

@Suite("Upstream host", .serialized)
struct UpstreamHostTests {
  private func bench(
    limits: UpstreamLimits = .usual,
    _ body: @escaping @Sendable (HostBench, _ end: @escaping () -> Void) throws -> Void
  ) async throws {
    let _: Bool = try await TestLoop.ended { loop, end in
      do {
        let bench = try HostBench(on: loop, limits: limits)
        try body(bench) {
          bench.close()
          end(true)
        }
      } catch {
        Issue.record(error)
        end(false)
      }
    }
  }

  @Test("a connection is fresh once and lent again after a whole exchange, the last one first")
  func reuse() async throws {
    try await bench { bench, end in
      bench.borrowFresh { first, one in
        #expect(!one.isReused && one.isOpen)
        bench.borrowFresh { second, other in
          one.finishLoan(isReusable: true)
          other.finishLoan(isReusable: true)
          bench.after(1) {
            #expect(bench.host.lend(to: first) === other)
            #expect(bench.host.lend(to: second, checked: true) === one)
            #expect(one.isReused && other.isReused)
            let third = User()
            bench.users.append(third)
            #expect(bench.host.lend(to: third) == nil)
            third.onConnected = end
          }
        }
      }
    }
  }

  @Test("a connection rests until the loop has looked at it since it came back")
  func rest() async throws {
    try await bench { bench, end in
      bench.borrowFresh { user, connection in
        let mark = bench.loop.looks
        connection.finishLoan(isReusable: true)
        #expect(!connection.hasBeenLookedAt)
        let other = bench.borrowOther()
        bench.host.stopWaiting(other)
        bench.when({ bench.loop.looks > mark }) {
          #expect(bench.host.lend(to: user) === connection)
          end()
        }
      }
    }
  }

  @Test("what the loop was told of a connection, but has not passed on yet, keeps it from being lent")
  func pending() async throws {
    try await bench { bench, end in
      bench.borrowFresh { first, one in
        bench.borrowFresh { second, other in
          // Both are readable in one batch: whoever is told first must not be lent the other's connection.
          var told = 0
          let hear: (UpstreamConnection) -> Void = { unheard in
            told += 1
            #expect(bench.loop.hasLooked(at: unheard, since: 0) == (told == 2))
            if told == 2 { end() }
          }
          first.onReady = { if one.mayHaveMore, told < 2 { hear(other) } }
          second.onReady = { if other.mayHaveMore, told < 2 { hear(one) } }
          bench.when({ bench.server.clients.count == 2 }) { for client in bench.server.clients { client.send("x") } }
        }
      }
    }
  }

  @Test("a connection that cannot be used again is closed")
  func notReusable() async throws {
    try await bench { bench, end in
      bench.borrowFresh { user, connection in
        connection.finishLoan(isReusable: false)
        #expect(!connection.isOpen)
        #expect(bench.host.lend(to: user) == nil)
        bench.host.stopWaiting(user)
        end()
      }
    }
  }

  @Test("a surplus byte is not left to the next exchange")
  func surplus() async throws {
    try await bench { bench, end in
      bench.server.onAccept = { $0.send("x") }
      bench.borrowFresh { user, connection in
        user.onReady = {
          guard connection.mayHaveMore else { return }
          user.onReady = nil
          connection.finishLoan(isReusable: true)
          #expect(!connection.isOpen)
          end()
        }
      }
    }
  }

  @Test("an idle connection that its peer closes, or speaks on unasked, is forgotten", arguments: ["", "x"])
  func idleEvent(word: String) async throws {
    try await bench { bench, end in
      bench.borrowFresh { user, connection in
        connection.finishLoan(isReusable: true)
        bench.when({ !bench.server.clients.isEmpty }) {
          for client in bench.server.clients { if word.isEmpty { client.close() } else { client.send(word) } }
          bench.when({ !connection.isOpen }) {
            #expect(bench.host.lend(to: user) == nil)
            bench.host.stopWaiting(user)
            end()
          }
        }
      }
    }
  }

  @Test("no more connections wait than the limit says, and none for longer")
  func limits() async throws {
    var limits = UpstreamLimits.usual
    limits.idleConnections = 1
    limits.idle = 100_000_000
    try await bench(limits: limits) { bench, end in
      bench.borrowFresh { _, one in
        bench.borrowFresh { _, other in
          one.finishLoan(isReusable: true)
          other.finishLoan(isReusable: true)
          #expect(one.isOpen && !other.isOpen)
          bench.when({ !one.isOpen }, end)
        }
      }
    }
  }

  @Test("a user that stops waiting hears nothing more, and others still do")
  func stopWaiting() async throws {
    try await bench { bench, end in
      let gone = bench.borrowFresh { _, _ in Issue.record("connected all the same") }
      let other = bench.borrowFresh { _, _ in bench.after(100, end) }
      bench.host.stopWaiting(gone)
      bench.host.stopWaiting(gone)
      #expect(gone.connection == nil && gone.failures.isEmpty && other.failures.isEmpty)
    }
  }

  @Test("a failure is told once, and a later request may try again")
  func failure() async throws {
    try await bench { bench, end in
      bench.server.close()
      let user = User()
      bench.users.append(user)
      user.onFailed = {
        user.onFailed = {
          #expect(user.failures.count == 2)
          end()
        }
        #expect(bench.host.lend(to: user) == nil)
      }
      #expect(bench.host.lend(to: user) == nil)
    }
  }

  @Test("the deadline of a loan is its user's, and ends with it")
  func deadline() async throws {
    try await bench { bench, end in
      bench.borrowFresh { user, connection in
        connection.setDeadline(in: 50_000_000)
        bench.when({ user.deadlines == 1 }) {
          #expect(connection.isOpen)
          connection.setDeadline(in: 50_000_000)
          connection.finishLoan(isReusable: true)
          bench.after(200) {
            #expect(user.deadlines == 1)
            #expect(connection.isOpen)
            end()
          }
        }
      }
    }
  }
}

extension UpstreamLimits {
  /// Enough for loopback.
  static let usual = UpstreamLimits(
    connect: 5_000_000_000, tls: 5_000_000_000, idle: 50_000_000_000, idleConnections: 64, dnsTTL: 30_000_000_000)
}
