internal import Transport

/// What a server knows when there are more connections than places.
struct Crowd {
  /// Connections without a place, from the oldest. Health routes answer on them however full the house is; as many as one
  /// turn of the listener may bring, so that each is looked at before it has to make way.
  var reserve: [HandlerID] = []
  static let reserveLimit = 64
  /// Connections that wait without a request; the next to be given up is the last.
  var waiting: [(id: HandlerID, client: UInt64)] = []
  var searched: UInt64?
  /// How long what was found is good for, and how long nothing is looked for again, in nanoseconds: a search looks at
  /// every connection of the loop.
  static let searchIsGood: UInt64 = 1_000_000_000
  static let searchPause: UInt64 = 50_000_000
}

extension Server {
  /// Gives `connection` a place; when there is none left, that of one which waits without a request, of the same client
  /// where it is the client that has too many.
  func findPlace(for connection: HTTP1Connection) {
    // While memory is tight nobody new gets a place, and nobody loses one for it.
    guard !loop.buffers.isTight else { return putInReserve(connection) }
    var entry = enter(connection)
    while entry != .entered, giveUpWaiting(entry == .isFull ? nil : connection.client) { entry = enter(connection) }
    if entry != .entered { putInReserve(connection) }
  }

  /// A trusted proxy is many clients.
  private func enter(_ connection: HTTP1Connection) -> ConnectionGate.Entry {
    gate.enter(connection.client, isUnlimited: trustsSome && forwarding?.trusts(connection.peer) == true)
  }

  private func putInReserve(_ connection: HTTP1Connection) {
    connection.isInReserve = true
    gate.enterReserve()
  }

  /// Gives a connection of the reserve a place if there is one.
  func takePlace(_ connection: HTTP1Connection) {
    guard !loop.buffers.isTight, enter(connection) == .entered else { return }
    gate.leaveReserve()
    connection.isInReserve = false
  }

  /// Whoever is longest in the reserve makes way when it is full.
  func addToReserve(_ connection: HTTP1Connection) {
    if crowd.reserve.count >= Crowd.reserveLimit {
      crowd.reserve.removeAll { !isInReserve($0) }
    }
    if crowd.reserve.count >= Crowd.reserveLimit {
      (loop.handler(crowd.reserve.removeFirst()) as? HTTP1Connection)?.makeWay()
    }
    crowd.reserve.append(connection.id)
  }

  private func isInReserve(_ id: HandlerID) -> Bool {
    (loop.handler(id) as? HTTP1Connection)?.isInReserve == true
  }

  /// Closes one connection that waits without a request, of `client` if one is named.
  private func giveUpWaiting(_ client: UInt64?) -> Bool {
    let age = crowd.searched.map { loop.now &- $0 } ?? .max
    if age >= (crowd.waiting.isEmpty ? Crowd.searchPause : Crowd.searchIsGood) { searchWaiting() }
    while let index = crowd.waiting.lastIndex(where: { client == nil || $0.client == client }) {
      let id = crowd.waiting.remove(at: index).id
      if let connection = loop.handler(id) as? HTTP1Connection, connection.giveUpWaiting() { return true }
    }
    return false
  }

  /// First come those who never asked for anything, then those whose time is over first.
  private func searchWaiting() {
    crowd.searched = loop.now
    var found: [(connection: HTTP1Connection, isKnown: Bool, deadline: UInt64)] = []
    loop.forEachHandler { handler in
      guard let connection = handler as? HTTP1Connection, !connection.isInReserve,
        connection.phase == .head || connection.phase == .lingering
      else { return }
      found.append((connection, connection.channel.bytesWritten > 0, loop.deadline(of: connection)))
    }
    found.sort { $0.isKnown != $1.isKnown ? $0.isKnown : $0.deadline > $1.deadline }
    crowd.waiting = found.map { ($0.connection.id, $0.connection.client) }
  }
}
