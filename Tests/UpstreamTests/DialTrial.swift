import Testing

@testable import Transport

/// A dial to several endpoints of loopback, watched from its start to its end.
struct DialTrial: Sendable {
  struct Outcome: Sendable {
    /// Which endpoint was connected to.
    var winner: Int?
    var failure: DialFailure?
    var milliseconds: UInt64 = 0
    /// Sockets to each endpoint when the dial had ended, and when what it had yielded was closed.
    var sockets: [Int] = []
    var socketsLeft: [Int] = []
    var addresses: [SocketAddress] = []
  }

  var endpoints: [(kind: Endpoint.Kind, host: String)]
  var limits = DialLimits()
  var policy = AddressPolicy.any
  /// Leaves the connection where it is.
  var takes = true
  /// Makes so many dials before the one that is told of, one after another.
  var before = 0

  init(_ endpoints: (kind: Endpoint.Kind, host: String)...) { self.endpoints = endpoints }

  func run() async throws -> Outcome {
    try await TestLoop.ended { loop, end in
      do {
        try DialTrialRun(self, on: loop, end: end).next()
      } catch {
        Issue.record(error)
        end(Outcome())
      }
    }
  }
}

/// A handler to which a connection is handed over.
final class Taker: EventHandler {
  var channel: Channel?
  var events: [ReadyEvents] = []
  var onReady: (() -> Void)?

  func take(_ dial: Dial) { channel = dial.takeChannel(for: self) }

  func close(on loop: EventLoop) {
    loop.detach(self)
    channel = nil
  }

  override func ready(_ events: ReadyEvents) {
    channel?.note(events)
    self.events.append(events)
    onReady?()
  }
}

private final class DialTrialRun {
  private let trial: DialTrial
  private let loop: EventLoop
  private let end: (DialTrial.Outcome) -> Void
  private let endpoints: [Endpoint]
  private let dialer: Dialer
  private var left: Int
  private var dial: Dial?

  init(_ trial: DialTrial, on loop: EventLoop, end: @escaping (DialTrial.Outcome) -> Void) throws {
    self.trial = trial
    self.loop = loop
    self.end = end
    left = trial.before
    endpoints = try trial.endpoints.map { try Endpoint($0.kind, host: $0.host, on: loop) }
    dialer = Dialer(
      on: loop, host: "several.test", port: 443, tlsContext: nil, limits: trial.limits, policy: trial.policy,
      resolver: FakeResolver(.addresses(endpoints.map(\.address))).resolver)
  }

  func next() {
    let began = loop.now
    let dial = dialer.dial { [self] dial, failure in ended(dial, failure, began) }
    self.dial = dial
    dial.start()
  }

  private func ended(_ dial: Dial, _ failure: DialFailure?, _ began: UInt64) {
    let taker = Taker()
    if trial.takes { taker.take(dial) }
    if left > 0 {
      left -= 1
      taker.close(on: loop)
      return next()
    }
    var outcome = DialTrial.Outcome(failure: failure, milliseconds: (loop.now - began) / 1_000_000)
    do {
      outcome.addresses = endpoints.map(\.address)
      outcome.sockets = try endpoints.map { try $0.sockets() }
      outcome.winner = failure == nil ? outcome.sockets.firstIndex { $0 > 0 } : nil
      taker.close(on: loop)
      // What is left in the dial is closed when this returns.
      let handle = loop.handle
      let told = OnLoop((self, outcome))
      handle.perform { _ in
        var (run, outcome) = told.value
        outcome.socketsLeft = run.endpoints.map { (try? $0.sockets()) ?? -1 }
        run.dialer.close()
        run.end(outcome)
      }
    } catch {
      Issue.record(error)
      end(outcome)
    }
  }
}
