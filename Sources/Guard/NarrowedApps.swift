internal import Fal

/// The apps and aliases that endpoints of two lists at once belong to.
///
/// Two lists asked one after the other allow an app of which either has an endpoint, and both together perhaps none. So each
/// pair of patterns that has an endpoint in common is known by that endpoint, where one of them is no more than that, and
/// else by both.
struct NarrowedApps: Sendable {
  private let single: EndpointList
  private let pairs: [(EndpointPattern, EndpointPattern)]

  init(_ patterns: [EndpointPattern], within allowed: [EndpointPattern]) {
    var single: [EndpointPattern] = []
    single += patterns.filter { pattern in pattern.isLiteral && allowed.contains { $0.intersects(pattern) } }
    single += allowed.filter { pattern in pattern.isLiteral && patterns.contains { $0.intersects(pattern) } }
    let (ours, theirs) = (patterns.filter { !$0.isLiteral }, allowed.filter { !$0.isLiteral })
    self.single = EndpointList(single)
    pairs = ours.flatMap { one in theirs.filter { one.intersects($0) }.map { (one, $0) } }
  }

  /// Whether an endpoint of both may belong to `app`.
  func allows(app: Span<UInt8>) -> Bool {
    if single.allows(app: app) { return true }
    for pair in pairs where pair.0.allows(app: app) && pair.1.allows(app: app) { return true }
    return false
  }

  /// Whether an endpoint of both may belong to an app with that alias.
  func allows(alias: Span<UInt8>) -> Bool {
    if single.allows(alias: alias) { return true }
    for pair in pairs where pair.0.allows(alias: alias) && pair.1.allows(alias: alias) { return true }
    return false
  }
}
