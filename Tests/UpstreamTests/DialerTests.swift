import System
import Testing

@testable import Transport

@Suite("Dialer", .serialized)
struct DialerTests {
  /// An attempt's delay, and as much more as a busy machine and the wheel of timers may add.
  static let oneDelay: ClosedRange<UInt64> = 250...900
  static let atOnce: ClosedRange<UInt64> = 0...249

  @Test("one address", arguments: ["127.0.0.1", "::1"])
  func one(host: String) async throws {
    let outcome = try await DialTrial((.listening, host)).run()
    #expect(outcome.failure == nil)
    #expect(outcome.sockets == [1])
    #expect(outcome.socketsLeft == [0])
  }

  @Test("the second follows a silent first one after 250 ms, whose socket goes", arguments: ["127.0.0.1", "::1"])
  func silentFirst(host: String) async throws {
    let outcome = try await DialTrial((.silent, host), (.listening, "127.0.0.1")).run()
    #expect(outcome.winner == 1)
    #expect(DialerTests.oneDelay.contains(outcome.milliseconds), "\(outcome.milliseconds) ms")
    #expect(outcome.sockets == [0, 1])
    #expect(outcome.socketsLeft == [0, 0])
  }

  @Test("families take turns: behind a dead family the other one comes second")
  func deadFamily() async throws {
    let outcome = try await DialTrial((.silent, "::1"), (.silent, "::1"), (.listening, "127.0.0.1")).run()
    #expect(outcome.winner == 2)
    #expect(DialerTests.oneDelay.contains(outcome.milliseconds), "\(outcome.milliseconds) ms")
    #expect(outcome.socketsLeft == [0, 0, 0])
  }

  @Test("the second follows a refusal at once")
  func refusedFirst() async throws {
    let outcome = try await DialTrial((.refusing, "127.0.0.1"), (.listening, "127.0.0.2")).run()
    #expect(outcome.winner == 1)
    #expect(DialerTests.atOnce.contains(outcome.milliseconds), "\(outcome.milliseconds) ms")
    #expect(outcome.socketsLeft == [0, 0])
  }

  @Test("a fast first address is the only one tried")
  func fastFirst() async throws {
    let outcome = try await DialTrial((.listening, "127.0.0.1"), (.listening, "127.0.0.2")).run()
    #expect(outcome.winner == 0)
    #expect(outcome.sockets == [1, 0])
  }

  @Test("the winner is first the next time")
  func winnerFirst() async throws {
    var trial = DialTrial((.silent, "::1"), (.listening, "127.0.0.1"))
    trial.before = 1
    let outcome = try await trial.run()
    #expect(outcome.winner == 1)
    #expect(DialerTests.atOnce.contains(outcome.milliseconds), "\(outcome.milliseconds) ms")
  }

  @Test("the winner is first although the resolver has answered anew")
  func winnerFirstAfterLookUp() async throws {
    var trial = DialTrial((.silent, "::1"), (.listening, "127.0.0.1"))
    trial.before = 1
    trial.limits.dnsTTL = 0
    let outcome = try await trial.run()
    #expect(outcome.winner == 1)
    #expect(DialerTests.atOnce.contains(outcome.milliseconds), "\(outcome.milliseconds) ms")
  }

  @Test("every address has its share of a time that is too short for the delay")
  func shortLimit() async throws {
    var trial = DialTrial((.silent, "127.0.0.1"), (.listening, "127.0.0.2"))
    trial.limits.connect = 400_000_000
    let outcome = try await trial.run()
    #expect(outcome.winner == 1)
    #expect((200...390).contains(outcome.milliseconds), "\(outcome.milliseconds) ms")
  }

  @Test("all refuse")
  func allRefuse() async throws {
    let outcome = try await DialTrial((.refusing, "127.0.0.1"), (.refusing, "::1"), (.refusing, "127.0.0.2")).run()
    guard case .connectFailed(let error, let address) = outcome.failure else {
      Issue.record("\(String(describing: outcome.failure))")
      return
    }
    #expect(error.code == 111)  // ECONNREFUSED
    #expect(address == outcome.addresses[2])
    #expect(outcome.failure?.description.hasPrefix("127.0.0.2:1: connect: ") == true)
  }

  @Test("the time for all of them passes, and no socket is left")
  func allSilent() async throws {
    var trial = DialTrial((.silent, "127.0.0.1"), (.silent, "::1"))
    trial.limits.connect = 600_000_000
    let outcome = try await trial.run()
    #expect(outcome.failure == .connectTimedOut(outcome.addresses[0]))
    #expect((600...1000).contains(outcome.milliseconds), "\(outcome.milliseconds) ms")
    #expect(outcome.sockets == [0, 0])
  }

  @Test("one refuses and one keeps silent: there was no answer in time")
  func refusedAndSilent() async throws {
    var trial = DialTrial((.refusing, "127.0.0.1"), (.silent, "127.0.0.2"))
    trial.limits.connect = 300_000_000
    let outcome = try await trial.run()
    #expect(outcome.failure == .connectTimedOut(outcome.addresses[1]))
  }

  @Test("a connection that nobody takes is closed")
  func notTaken() async throws {
    var trial = DialTrial((.listening, "127.0.0.1"))
    trial.takes = false
    let outcome = try await trial.run()
    #expect(outcome.failure == nil)
    #expect(outcome.sockets == [1])
    #expect(outcome.socketsLeft == [0])
  }

  @Test("addresses that a name must not lead to are not called")
  func forbidden() async throws {
    var trial = DialTrial((.listening, "127.0.0.1"))
    trial.policy = AddressPolicy(host: "several.test")
    let outcome = try await trial.run()
    #expect(outcome.failure == .addressForbidden(outcome.addresses[0]))
    #expect(outcome.sockets == [0])
  }

  @Test("a dial that is cancelled in the middle of a race leaves no socket and says nothing")
  func cancelledRacing() async throws {
    let (during, after): (Int, Int) = try await TestLoop.ended { loop, end in
      do {
        let endpoints = try [Endpoint(.silent, on: loop), Endpoint(.silent, host: "127.0.0.2", on: loop)]
        let count = { try endpoints.map { try $0.sockets() }.reduce(0, +) }
        let dialer = Dialer(
          on: loop, host: "several.test", port: 443, tlsContext: nil, limits: DialLimits(),
          resolver: FakeResolver(.addresses(endpoints.map(\.address))).resolver)
        let dial = dialer.dial { _, failure in Issue.record("ended: \(String(describing: failure))") }
        dial.start()
        let timer = OnLoop<Timer?>(nil)
        timer.value = Timer(on: loop, milliseconds: 350) {
          let during = (try? count()) ?? -1
          dial.cancel()
          dial.cancel()
          dialer.close()
          timer.value = nil
          end((during, (try? count()) ?? -1))
        }
      } catch {
        Issue.record(error)
        end((-1, -1))
      }
    }
    #expect(during == 2)
    #expect(after == 0)
  }

  @Test("bytes that come after the connection was handed over reach the new handler")
  func handedOver() async throws {
    let text: String = try await TestLoop.ended { loop, end in
      do {
        let server = try TestServer(on: loop) { _ in }
        server.onAccept = { $0.send("hello") }
        let dialer = Dialer(
          on: loop, host: "127.0.0.1", port: server.address.port, tlsContext: nil, limits: DialLimits())
        let taker = Taker()
        dialer.dial { dial, failure in
          #expect(failure == nil)
          taker.take(dial)
          taker.onReady = {
            guard taker.channel?.fill(from: loop.buffers) == .bytes else { return }
            let text = String(decoding: taker.channel!.input.readable, as: UTF8.self)
            taker.onReady = nil
            taker.close(on: loop)
            dialer.close()
            server.close()
            end(text)
          }
        }.start()
      } catch {
        Issue.record(error)
        end("")
      }
    }
    #expect(text == "hello")
  }
}
