import Dispatch
import Glibc
import Ledger
import Synchronization
import System
import Text

/// Drives a ledger as hard as it goes, for tests that kill it and for measurements:
///
///     ledger-load STORE tell               a line `r ID` for each reservation that is committed, `s ID` for each settled
///     ledger-load STORE bench COUNT N      the rate and the times of COUNT reservations, N of them in flight
enum LedgerLoad {
  static func run(_ arguments: [String]) throws {
    guard arguments.count >= 3, let store = LedgerStore(arguments[1]) else {
      say("usage: ledger-load memory|sqlite:PATH tell | bench COUNT IN_FLIGHT\n", to: 2)
      exit(64)
    }
    let ledger = try store.open { say($0 + "\n", to: 2) }
    switch arguments[2] {
    case "tell": Teller(ledger).start()
    default:
      let bench = Bench(ledger, count: Int(arguments[3]) ?? 100_000, inFlight: Int(arguments[4]) ?? 64)
      bench.run()
    }
  }

  /// One system call a line, so that what was said is there whenever the process ends.
  static func say(_ line: String, to descriptor: Int32 = 1) {
    let bytes = Array(line.utf8)
    _ = write(descriptor, bytes, bytes.count)
  }

  static func reservation(_ number: Int) -> Reservation {
    var random = SystemRandomNumberGenerator()
    let (seconds, nanoseconds) = SystemClock.sinceEpoch()
    let time = seconds * 1000 + nanoseconds / 1_000_000
    let day = TimeZone.utc.date(at: seconds).number
    let user = "user \(number % 100)"
    return Reservation(
      LedgerID(at: time, using: &random), user: user, group: "team", endpoint: "fal-ai/flux/dev", time: time, day: day,
      estimate: Money(nanos: 100), unitPrice: Money(nanos: 50),
      limits: [
        LedgerLimit(.user(user), days: day...day, most: LedgerEntry.most),
        LedgerLimit(.total, days: day...day, most: LedgerEntry.most),
      ])
  }
}

/// Reserves and settles without end, and says what is committed.
final class Teller: Sendable {
  private let ledger: any Ledger

  init(_ ledger: any Ledger) { self.ledger = ledger }

  func start() {
    for lane in 0..<16 { next(lane) }
    while true { pause() }
  }

  private func next(_ number: Int) {
    let reservation = LedgerLoad.reservation(number)
    let id = reservation.entry.id
    ledger.reserve(reservation) { [self] answer in
      guard case .committed = answer else { return }
      LedgerLoad.say("r \(String(id.value, radix: 16))\n")
      next(number + 16)
      guard number % 3 != 0 else { return }
      ledger.change(.id(id), .billed(Units(1))) { _ in LedgerLoad.say("s \(String(id.value, radix: 16))\n") }
    }
  }
}

/// So many reservations, so many at once.
final class Bench: Sendable {
  private let ledger: any Ledger
  private let count: Int
  private let inFlight: Int
  private let state = Mutex((next: 0, times: [UInt64]()))
  private let done = DispatchSemaphore(value: 0)
  private let lanes = DispatchQueue(label: "lanes")

  init(_ ledger: any Ledger, count: Int, inFlight: Int) {
    self.ledger = ledger
    self.count = count
    self.inFlight = inFlight
  }

  func run() {
    let start = SystemClock.monotonicNanoseconds()
    for _ in 0..<inFlight { next() }
    done.wait()
    let seconds = Double(SystemClock.monotonicNanoseconds() - start) / 1e9
    let times = state.withLock { $0.times.sorted() }
    func milliseconds(_ part: Double) -> Double { Double(times[Int(Double(times.count - 1) * part)]) / 1e6 }
    print(
      "\(Int(Double(count) / seconds)) reservations a second, \(inFlight) in flight; milliseconds: p50 \(milliseconds(0.5)), "
        + "p99 \(milliseconds(0.99)), longest \(milliseconds(1))")
    ledger.close()
  }

  private func next() {
    let number = state.withLock { state -> Int? in
      guard state.next < count else { return nil }
      state.next += 1
      return state.next
    }
    guard let number else { return }
    let start = SystemClock.monotonicNanoseconds()
    ledger.reserve(LedgerLoad.reservation(number)) { [self] _ in
      let taken = SystemClock.monotonicNanoseconds() - start
      let isLast = state.withLock { state in
        state.times.append(taken)
        return state.times.count == count
      }
      // Not from within the answer, which may come before the call returns.
      if isLast { done.signal() } else { lanes.async { self.next() } }
    }
  }
}

try LedgerLoad.run(CommandLine.arguments)
