import Testing

@testable import Transport

/// What an address does once it is tried, in milliseconds after that.
enum Behaviour: Equatable, Sendable, CustomStringConvertible {
  case connects(UInt64), fails(UInt64), silent

  var description: String {
    switch self {
    case .connects(let after): "connects after \(after)"
    case .fails(let after): "fails after \(after)"
    case .silent: "keeps silent"
    }
  }
}

/// How a race goes when every timer is exact.
struct RaceCase: Sendable, CustomTestStringConvertible {
  enum End: Equatable, Sendable {
    case won(Int), lost, timedOut
  }

  let addresses: [Behaviour]
  var limit: UInt64 = 5000
  /// When each address is tried, in milliseconds; of those that are.
  let starts: [UInt64]
  let end: End
  let at: UInt64

  var testDescription: String { "\(addresses), at most \(limit) ms" }

  /// - Returns: when each attempt began, how it ended and when; nil if it goes on for ever.
  func run() -> (starts: [UInt64], end: End, at: UInt64)? {
    let unit: UInt64 = 1_000_000
    let begin: UInt64 = 7_000_000_000
    var race = AddressRace(count: addresses.count, now: begin, deadline: begin + limit * unit)
    var now = begin
    var starts: [UInt64] = []
    var events: [(at: UInt64, index: Int, connects: Bool)] = []
    for _ in 0..<1000 {
      switch race.next(now: now) {
      case .start(let index):
        guard index == starts.count else { return nil }
        starts.append((now - begin) / unit)
        switch addresses[index] {
        case .connects(let after): events.append((now + after * unit, index, true))
        case .fails(let after): events.append((now + after * unit, index, false))
        case .silent: break
        }
      case .wait(let until):
        guard until > now else { return nil }
        let next = events.enumerated().min { ($0.element.at, $0.element.index) < ($1.element.at, $1.element.index) }
        guard let next, next.element.at <= until else {
          now = until
          continue
        }
        events.remove(at: next.offset)
        now = next.element.at
        if next.element.connects {
          race.attemptConnected(next.element.index)
        } else {
          race.attemptFailed(next.element.index, now: now)
        }
      case .won(let index): return (starts, .won(index), (now - begin) / unit)
      case .lost: return (starts, .lost, (now - begin) / unit)
      case .timedOut: return (starts, .timedOut, (now - begin) / unit)
      }
    }
    return nil
  }
}

@Suite("Address race (RFC 8305 §5)")
struct AddressRaceTests {
  static let cases: [RaceCase] = [
    // One address.
    RaceCase(addresses: [.connects(0)], starts: [0], end: .won(0), at: 0),
    RaceCase(addresses: [.connects(20)], starts: [0], end: .won(0), at: 20),
    RaceCase(addresses: [.connects(4999)], starts: [0], end: .won(0), at: 4999),
    RaceCase(addresses: [.connects(5000)], starts: [0], end: .won(0), at: 5000),
    RaceCase(addresses: [.connects(5001)], starts: [0], end: .timedOut, at: 5000),
    RaceCase(addresses: [.fails(0)], starts: [0], end: .lost, at: 0),
    RaceCase(addresses: [.fails(700)], starts: [0], end: .lost, at: 700),
    RaceCase(addresses: [.silent], starts: [0], end: .timedOut, at: 5000),
    RaceCase(addresses: [.silent], limit: 300, starts: [0], end: .timedOut, at: 300),
    // None.
    RaceCase(addresses: [], starts: [], end: .lost, at: 0),
    // The first is good: the second is never tried, or too late to win.
    RaceCase(addresses: [.connects(100), .connects(0)], starts: [0], end: .won(0), at: 100),
    RaceCase(addresses: [.connects(249), .connects(0)], starts: [0], end: .won(0), at: 249),
    RaceCase(addresses: [.connects(251), .connects(100)], starts: [0, 250], end: .won(0), at: 251),
    RaceCase(addresses: [.connects(300), .silent], starts: [0, 250], end: .won(0), at: 300),
    // The first is slow or silent: the second begins after 250 ms and wins.
    RaceCase(addresses: [.silent, .connects(0)], starts: [0, 250], end: .won(1), at: 250),
    RaceCase(addresses: [.silent, .connects(30)], starts: [0, 250], end: .won(1), at: 280),
    RaceCase(addresses: [.connects(400), .connects(100)], starts: [0, 250], end: .won(1), at: 350),
    RaceCase(addresses: [.silent, .silent, .connects(10)], starts: [0, 250, 500], end: .won(2), at: 510),
    RaceCase(addresses: [.silent, .silent, .silent, .connects(1)], starts: [0, 250, 500, 750], end: .won(3), at: 751),
    // A failure lets the next begin at once, and puts off nobody.
    RaceCase(addresses: [.fails(0), .connects(5)], starts: [0, 0], end: .won(1), at: 5),
    RaceCase(addresses: [.fails(40), .connects(5)], starts: [0, 40], end: .won(1), at: 45),
    RaceCase(addresses: [.fails(10), .fails(10), .connects(10)], starts: [0, 10, 20], end: .won(2), at: 30),
    RaceCase(addresses: [.fails(10), .silent, .connects(0)], starts: [0, 10, 260], end: .won(2), at: 260),
    RaceCase(addresses: [.silent, .fails(50), .connects(0)], starts: [0, 250, 300], end: .won(2), at: 300),
    RaceCase(addresses: [.fails(260), .silent, .connects(0)], starts: [0, 250, 260], end: .won(2), at: 260),
    RaceCase(addresses: [.fails(260), .connects(20), .silent], starts: [0, 250, 260], end: .won(1), at: 270),
    // A late failure after everybody has begun changes nothing.
    RaceCase(addresses: [.fails(400), .connects(300)], starts: [0, 250], end: .won(1), at: 550),
    // All fail.
    RaceCase(addresses: [.fails(0), .fails(0), .fails(0)], starts: [0, 0, 0], end: .lost, at: 0),
    RaceCase(addresses: [.fails(300), .fails(300)], starts: [0, 250], end: .lost, at: 550),
    RaceCase(addresses: [.fails(900), .fails(0)], starts: [0, 250], end: .lost, at: 900),
    // The time is up.
    RaceCase(addresses: [.silent, .silent], starts: [0, 250], end: .timedOut, at: 5000),
    RaceCase(addresses: [.silent, .fails(0)], starts: [0, 250], end: .timedOut, at: 5000),
    RaceCase(addresses: [.fails(0), .silent], limit: 1000, starts: [0, 0], end: .timedOut, at: 1000),
    RaceCase(addresses: [.silent, .connects(4751)], starts: [0, 250], end: .timedOut, at: 5000),
    // Little time is shared, so that each address gets its part of it, but no less than 10 ms.
    RaceCase(addresses: [.silent, .connects(0)], limit: 200, starts: [0, 100], end: .won(1), at: 100),
    RaceCase(
      addresses: [.silent, .silent, .silent, .connects(9)], limit: 40, starts: [0, 10, 20, 30], end: .won(3), at: 39),
    RaceCase(addresses: [.silent, .silent, .connects(0)], limit: 15, starts: [0, 10], end: .timedOut, at: 15),
    RaceCase(addresses: [.silent, .connects(0)], limit: 500, starts: [0, 250], end: .won(1), at: 250),
    RaceCase(addresses: [.connects(0)], limit: 0, starts: [], end: .timedOut, at: 0),
    // No more than the limit are tried: 16.
    RaceCase(
      addresses: Array(repeating: .fails(0), count: 16) + [.connects(0)], starts: Array(repeating: 0, count: 16),
      end: .lost, at: 0),
    RaceCase(
      addresses: Array(repeating: .fails(0), count: 15) + [.connects(3)], starts: Array(repeating: 0, count: 16),
      end: .won(15), at: 3),
  ]

  @Test("goes as the table says", arguments: cases)
  func table(_ row: RaceCase) throws {
    let seen = try #require(row.run())
    #expect(seen.starts == row.starts)
    #expect(seen.end == row.end)
    #expect(seen.at == row.at)
  }

  @Test("the first to connect stays the winner")
  func firstWins() {
    var race = AddressRace(count: 2, now: 0, deadline: 5_000_000_000)
    #expect(race.next(now: 0) == .start(0))
    #expect(race.next(now: 300_000_000) == .start(1))
    race.attemptConnected(1)
    race.attemptConnected(0)
    race.attemptFailed(1, now: 300_000_000)
    #expect(race.next(now: 300_000_000) == .won(1))
    #expect(race.next(now: 6_000_000_000) == .won(1))
  }

  @Test("what is said of an attempt that never began or has ended changes nothing")
  func strangers() {
    var race = AddressRace(count: 3, now: 0, deadline: 1000)
    race.attemptConnected(0)
    race.attemptFailed(1, now: 0)
    race.attemptFailed(31, now: 0)
    #expect(race.next(now: 0) == .start(0))
    race.attemptFailed(0, now: 0)
    race.attemptConnected(0)
    #expect(race.next(now: 0) == .start(1))
  }

  @Test("an attempt that could not begin is said again after the delay, or at once when another one fails")
  func postponed() {
    var race = AddressRace(count: 3, now: 0, deadline: 5_000_000_000)
    #expect(race.next(now: 0) == .start(0))
    #expect(race.next(now: 250_000_000) == .start(1))
    race.attemptPostponed(1, now: 250_000_000)
    #expect(race.next(now: 250_000_000) == .wait(until: 500_000_000))
    #expect(race.next(now: 500_000_000) == .start(1))
    race.attemptPostponed(1, now: 500_000_000)
    race.attemptFailed(0, now: 600_000_000)
    #expect(race.next(now: 600_000_000) == .start(1))
    race.attemptFailed(1, now: 600_000_000)
    #expect(race.next(now: 600_000_000) == .start(2))
    race.attemptPostponed(1, now: 600_000_000)
    #expect(race.next(now: 600_000_000) == .wait(until: 5_000_000_000))
    race.attemptFailed(2, now: 600_000_000)
    #expect(race.next(now: 600_000_000) == .lost)
  }

  @Test("an attempt that can never begin lets the time pass")
  func postponedForEver() {
    var race = AddressRace(count: 2, now: 0, deadline: 1_000_000_000)
    #expect(race.next(now: 0) == .start(0))
    for turn in 1...3 {
      let now = UInt64(turn) * 250_000_000
      #expect(race.next(now: now) == .start(1))
      race.attemptPostponed(1, now: now)
    }
    #expect(race.next(now: 1_000_000_000) == .timedOut)
  }

  @Test("a timer that is late starts one attempt, not one for each delay that has passed")
  func lateTimer() {
    var race = AddressRace(count: 4, now: 0, deadline: 5_000_000_000)
    #expect(race.next(now: 0) == .start(0))
    #expect(race.next(now: 900_000_000) == .start(1))
    #expect(race.next(now: 900_000_000) == .wait(until: 1_150_000_000))
  }
}
