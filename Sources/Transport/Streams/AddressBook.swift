/// The addresses of one name as a loop knows them: looked up once for all who wait, used until they are too old, and
/// beyond that as long as the resolver has no better ones.
final class AddressBook: EventHandler {
  /// How long the winner of a race stays first, whatever the resolver's order, in nanoseconds: about what RFC 6555 §4.2
  /// advised, so that a dead family costs its wait once and not for every look-up.
  static let preferenceTime: UInt64 = 600_000_000_000

  /// What the book can say to a dial.
  enum Entry {
    /// These, in the order in which they are to be tried.
    case known([SocketAddress])
    /// The book will call `Dial.addressesFound` or `Dial.addressesFailed`; so many nanoseconds may pass before `stale` is
    /// the better answer.
    case awaited(patience: UInt64)
  }

  private let loop: EventLoop
  private let host: String
  private let port: Int
  private let limits: DialLimits
  private let policy: AddressPolicy
  private let resolver: Resolver

  /// The addresses of the last successful look-up, however old, in the order in which they are to be tried.
  private(set) var stale: [SocketAddress] = []
  private var expiry: UInt64 = 0
  private var lookUpBegan: UInt64?
  private var waiting: [HandlerID] = []
  private var preferred: (address: SocketAddress, until: UInt64)?

  /// An empty book, or one with the only entry that an address as `host` can have.
  init(on loop: EventLoop, host: String, port: Int, limits: DialLimits, policy: AddressPolicy, resolver: Resolver) {
    self.loop = loop
    self.host = host
    self.port = port
    self.limits = limits
    self.policy = policy
    self.resolver = resolver
    super.init()
    loop.attach(self)
    if let address = SocketAddress(literal: host, port: port) {
      stale = [address]
      expiry = .max
    }
  }

  /// The addresses for `dial`, now or later.
  func look(for dial: Dial) -> Entry {
    if !stale.isEmpty, loop.now < expiry { return .known(stale) }
    let began = lookUpBegan ?? beginLookUp()
    if stale.isEmpty {
      waiting.append(dial.id)
      return .awaited(patience: limits.connect)
    }
    // Silence is waited for once, and not by everybody who comes meanwhile.
    let waited = loop.now &- began
    guard waited < limits.lookUpPatience else { return .known(stale) }
    waiting.append(dial.id)
    return .awaited(patience: limits.lookUpPatience - waited)
  }

  /// Puts an address that has won a race, and kept what it promised, first for a while.
  func prefer(_ address: SocketAddress) {
    preferred = (address, loop.now &+ AddressBook.preferenceTime)
    stale = AddressRace.order(stale, preferred: address)
  }

  /// Puts an address that takes connections and then lets them down last, until the name is looked up again.
  func distrust(_ address: SocketAddress) {
    if preferred?.address == address { preferred = nil }
    if let index = stale.firstIndex(of: address) { stale.append(stale.remove(at: index)) }
  }

  /// Forgets whoever waits, and the answer to come.
  func close() {
    waiting = []
    loop.detach(self)
  }

  private func beginLookUp() -> UInt64 {
    lookUpBegan = loop.now
    let (handle, id) = (loop.handle, self.id)
    resolver.lookUp(host, port) { answer in
      handle.perform { loop in (loop.handler(id) as? AddressBook)?.answered(answer) }
    }
    return loop.now
  }

  private func answered(_ answer: Resolver.Answer) {
    lookUpBegan = nil
    let failure = note(answer)
    let dials = waiting
    waiting = []
    for id in dials {
      guard let dial = loop.handler(id) as? Dial else { continue }
      // Addresses that were right a moment ago are a better answer than none.
      if let failure, stale.isEmpty { dial.addressesFailed(failure) } else { dial.addressesFound(stale) }
    }
  }

  /// - Returns: why the answer holds no address that may be used, if so.
  private func note(_ answer: Resolver.Answer) -> DialFailure? {
    switch answer {
    case .failure(let error): return .nameNotResolved(error.description)
    case .success(let found):
      guard let first = found.first else { return .nameNotResolved("no address") }
      let admitted = found.filter(policy.admits)
      guard !admitted.isEmpty else { return .addressForbidden(first) }
      if let preferred, loop.now >= preferred.until { self.preferred = nil }
      stale = AddressRace.order(admitted, preferred: preferred?.address)
      expiry = loop.now &+ limits.dnsTTL
      return nil
    }
  }
}
