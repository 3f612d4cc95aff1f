/// Which of a name's addresses is tried when (RFC 8305 §5): the first at once, the next as soon as an attempt fails or
/// when the last one begun has been pending for a while. The first attempt to connect wins.
///
/// Pure: time is passed in, in nanoseconds; attempts are known by the index of their address.
public struct AddressRace: Equatable, Sendable {
  /// How long the last attempt may be pending before the next begins: the Connection Attempt Delay of RFC 8305 §5, in
  /// nanoseconds.
  public static let attemptDelay: UInt64 = 250_000_000
  /// The least that delay may be (RFC 8305 §5), in nanoseconds.
  public static let shortestAttemptDelay: UInt64 = 10_000_000
  /// Addresses of one name that are tried at most, and so the sockets that a race holds at most.
  public static let addressLimit = 16

  /// What is to be done now.
  public enum Step: Equatable, Sendable {
    /// Begin the attempt with this address, then ask again.
    case start(Int)
    /// Ask again at this time, or when an attempt has ended.
    case wait(until: UInt64)
    /// Keep the attempt with this address; every other one is to be closed.
    case won(Int)
    /// Every address has failed.
    case lost
    /// The time is up; what is pending is to be closed.
    case timedOut
  }

  private let count: Int
  private let deadline: UInt64
  private let delay: UInt64
  private var started = 0
  /// A bit for each attempt that has begun and not ended.
  private var pending: UInt32 = 0
  private var nextStart: UInt64
  private var winner: Int?

  /// A race between `count` addresses, of which those beyond the limit are not tried, that ends at `deadline`.
  public init(count: Int, now: UInt64, deadline: UInt64) {
    self.count = min(count, AddressRace.addressLimit)
    self.deadline = deadline
    nextStart = now
    // However short the time, every address gets its share of it.
    let share = (deadline > now ? deadline - now : 0) / UInt64(max(1, self.count))
    delay = max(AddressRace.shortestAttemptDelay, min(AddressRace.attemptDelay, share))
  }

  /// What is to be done at `now`; an attempt that it says to start counts as begun.
  public mutating func next(now: UInt64) -> Step {
    if let winner { return .won(winner) }
    if started == count, pending == 0 { return .lost }
    guard now < deadline else { return .timedOut }
    guard started < count else { return .wait(until: deadline) }
    guard now >= nextStart else { return .wait(until: min(nextStart, deadline)) }
    let index = started
    started += 1
    pending |= 1 << UInt32(index)
    nextStart = now &+ delay
    return .start(index)
  }

  /// The attempt with address `index` has failed; the next one need not wait.
  public mutating func attemptFailed(_ index: Int, now: UInt64) {
    guard isPending(index) else { return }
    pending &= ~(1 << UInt32(index))
    nextStart = now
  }

  /// The attempt with address `index`, the last one said to start, could not begin: it will be said again, after the delay.
  public mutating func attemptPostponed(_ index: Int, now: UInt64) {
    guard index == started - 1, isPending(index) else { return }
    pending &= ~(1 << UInt32(index))
    started -= 1
    nextStart = now &+ delay
  }

  /// The attempt with address `index` has connected; it has won unless another one did before.
  public mutating func attemptConnected(_ index: Int) {
    guard winner == nil, isPending(index) else { return }
    winner = index
  }

  private func isPending(_ index: Int) -> Bool { index < count && pending & (1 << UInt32(index)) != 0 }
}

extension AddressRace {
  /// The order in which `found`, a resolver's answer, is tried: `preferred` first if it is among them, then the families
  /// in turn (RFC 8305 §4 with a First Address Family Count of 1). Each address comes once.
  public static func order(_ found: [SocketAddress], preferred: SocketAddress? = nil) -> [SocketAddress] {
    var left: [SocketAddress] = []
    for address in found where !left.contains(address) { left.append(address) }
    if let preferred, let index = left.firstIndex(of: preferred) { left.insert(left.remove(at: index), at: 0) }
    guard let first = left.first else { return [] }
    var leading = left.filter { $0.isIPv6 == first.isIPv6 }[...]
    var others = left.filter { $0.isIPv6 != first.isIPv6 }[...]
    var order: [SocketAddress] = []
    while order.count < min(left.count, addressLimit) {
      if let address = leading.popFirst() { order.append(address) }
      if let address = others.popFirst() { order.append(address) }
    }
    return Array(order.prefix(addressLimit))
  }
}
