import Testing

@testable import Transport

/// Several dials of one name on the test loop, one test's worth.
final class NameBench {
  let loop: EventLoop
  let names: FakeResolver
  let endpoint: Endpoint
  let dialer: Dialer
  private var timers: [Timer] = []

  init(on loop: EventLoop, host: String = "name.test", limits: DialLimits = DialLimits()) throws {
    self.loop = loop
    let endpoint = try Endpoint(.listening, on: loop)
    self.endpoint = endpoint
    names = FakeResolver(.addresses([endpoint.address]))
    dialer = Dialer(
      on: loop, host: host, port: endpoint.address.port, tlsContext: nil, limits: limits, resolver: names.resolver)
  }

  /// Dials and closes what stands.
  func dial(_ ended: @escaping (DialFailure?, _ milliseconds: UInt64) -> Void) {
    let began = loop.now
    let dial = dialer.dial { [loop] _, failure in ended(failure, (loop.now - began) / 1_000_000) }
    dial.start()
  }

  func after(_ milliseconds: UInt64, _ body: @escaping () -> Void) {
    timers.append(Timer(on: loop, milliseconds: milliseconds, body))
  }

  func close() {
    dialer.close()
    timers = []
  }
}

@Suite("Address book", .serialized)
struct AddressBookTests {
  /// Runs a test on the loop, which reports what it saw by calling `end`.
  private func bench<R: Sendable>(
    host: String = "name.test", limits: DialLimits = DialLimits(),
    _ body: @escaping @Sendable (NameBench, _ end: @escaping (R) -> Void) throws -> Void
  ) async throws -> R? {
    try await TestLoop.ended { loop, end in
      do {
        let bench = try NameBench(on: loop, host: host, limits: limits)
        try body(bench) { result in
          bench.close()
          end(result)
        }
      } catch {
        Issue.record(error)
        end(nil)
      }
    }
  }

  @Test("one look-up serves all who wait")
  func oneLookUp() async throws {
    let seen: [Int]? = try await bench { bench, end in
      bench.names.say(.silence)
      var ended = 0
      for _ in 0..<20 {
        bench.dial { failure, _ in
          #expect(failure == nil)
          ended += 1
          if ended == 20 { end([bench.names.questions, ended]) }
        }
      }
      bench.names.answerLate(.success([bench.endpoint.address]))
    }
    #expect(seen == [1, 20])
  }

  @Test("addresses are used until they are too old, and then looked up again")
  func timeToLive() async throws {
    var limits = DialLimits()
    limits.dnsTTL = 200_000_000
    let questions: [Int]? = try await bench(limits: limits) { bench, end in
      var questions: [Int] = []
      bench.dial { _, _ in
        questions.append(bench.names.questions)
        bench.dial { _, _ in
          questions.append(bench.names.questions)
          bench.after(300) {
            bench.dial { _, _ in end(questions + [bench.names.questions]) }
          }
        }
      }
    }
    #expect(questions == [1, 1, 2])
  }

  @Test("an address in place of a name is never looked up", arguments: ["127.0.0.1", "localhost"])
  func literal(host: String) async throws {
    var limits = DialLimits()
    limits.dnsTTL = 0
    let questions: Int? = try await bench(host: host, limits: limits) { bench, end in
      bench.dial { failure, _ in
        #expect(failure == nil)
        bench.dial { failure, _ in
          #expect(failure == nil)
          end(bench.names.questions)
        }
      }
    }
    #expect(questions == 0)
  }

  @Test("a resolver that fails is not believed while older addresses are known")
  func staleAfterFailure() async throws {
    var limits = DialLimits()
    limits.dnsTTL = 0
    let failure: DialFailure?? = try await bench(limits: limits) { bench, end in
      bench.dial { _, _ in
        bench.names.say(.failure("no such name"))
        bench.dial { failure, _ in
          #expect(bench.names.questions == 2)
          end(failure)
        }
      }
    }
    #expect(failure == .some(nil))
  }

  @Test("a resolver that fails without older addresses is the failure, in its words")
  func failure() async throws {
    let failure: DialFailure?? = try await bench { bench, end in
      bench.names.say(.failure("no such name"))
      bench.dial { failure, _ in end(failure) }
    }
    #expect(failure == .nameNotResolved("no such name"))
  }

  @Test("an empty answer is a failure")
  func emptyAnswer() async throws {
    let failure: DialFailure?? = try await bench { bench, end in
      bench.names.say(.addresses([]))
      bench.dial { failure, _ in end(failure) }
    }
    #expect(failure == .nameNotResolved("no address"))
  }

  @Test("a silent resolver is waited for to the end of the time when nothing else is known")
  func silence() async throws {
    var limits = DialLimits()
    limits.connect = 300_000_000
    let seen: (DialFailure?, UInt64)? = try await bench(limits: limits) { bench, end in
      bench.names.say(.silence)
      bench.dial { failure, milliseconds in end((failure, milliseconds)) }
    }
    #expect(seen?.0 == .nameNotResolved("no answer in time"))
    #expect((300...900).contains(seen?.1 ?? 0))
  }

  @Test("with older addresses a silent resolver is waited for a quarter of the time, by the first who comes alone")
  func patience() async throws {
    var limits = DialLimits()
    limits.connect = 1_200_000_000
    limits.dnsTTL = 0
    let waits: [UInt64]? = try await bench(limits: limits) { bench, end in
      bench.dial { _, _ in
        bench.names.say(.silence)
        bench.dial { failure, first in
          #expect(failure == nil)
          bench.dial { failure, second in
            #expect(failure == nil)
            #expect(bench.names.questions == 2)
            end([first, second])
          }
        }
      }
    }
    let seen = try #require(waits)
    #expect((300...900).contains(seen[0]))
    #expect((0...249).contains(seen[1]))
  }

  @Test("an answer that comes after the silence is used by the next")
  func lateAnswer() async throws {
    var limits = DialLimits()
    limits.connect = 400_000_000
    let questions: Int? = try await bench(limits: limits) { bench, end in
      bench.names.say(.silence)
      bench.dial { failure, _ in
        #expect(failure == .nameNotResolved("no answer in time"))
        bench.names.answerLate(.success([bench.endpoint.address]))
        bench.after(100) {
          bench.dial { failure, _ in
            #expect(failure == nil)
            end(bench.names.questions)
          }
        }
      }
    }
    #expect(questions == 1)
  }

  @Test("an answer finds neither a dial that was cancelled nor a dialer that was closed")
  func answerTooLate() async throws {
    let heard: Int? = try await bench { bench, end in
      bench.names.say(.silence)
      var heard = 0
      let dial = bench.dialer.dial { _, _ in heard += 1 }
      dial.start()
      dial.cancel()
      bench.names.answerLate(.success([bench.endpoint.address]))
      bench.after(100) {
        let second = bench.dialer.dial { _, _ in heard += 1 }
        bench.names.say(.silence)
        // Known by now: connects, unless it is cancelled first.
        second.start()
        second.cancel()
        bench.dialer.close()
        bench.names.answerLate(.failure(ResolverError(description: "late")))
        bench.after(100) { end(heard) }
      }
    }
    #expect(heard == 0)
  }
}
