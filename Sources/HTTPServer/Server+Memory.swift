internal import Observability
internal import Transport

/// What a server does when all buffers together near their limit.
extension Server {
  /// How long slow connections are not looked for again, in nanoseconds: a search looks at every connection of the loop.
  private static let reliefPause: UInt64 = 20_000_000

  /// Gives up connections that hold memory and do nothing with it, until the surplus is back: first unfinished heads, then those
  /// whose client does not take its answer, from the one that has waited longest.
  func relieveMemory() {
    guard loop.now &- relieved >= Server.reliefPause else { return }
    relieved = loop.now
    var surplus = loop.buffers.surplus
    guard surplus > 0 else { return }
    var found: [(connection: HTTP1Connection, isUnfinished: Bool, deadline: UInt64)] = []
    loop.forEachHandler { handler in
      guard let connection = handler as? HTTP1Connection, connection.holdsForNothing else { return }
      found.append((connection, connection.phase == .head, loop.deadline(of: connection)))
    }
    found.sort { $0.isUnfinished != $1.isUnfinished ? $0.isUnfinished : $0.deadline < $1.deadline }
    for (connection, _, _) in found {
      guard surplus > 0 else { return }
      let before = loop.buffers.lentBytes
      if connection.phase == .head { connection.refuse(.overloaded) } else { connection.abort(by: .proxy) }
      surplus -= before - loop.buffers.lentBytes
    }
  }
}
