internal import Guard
internal import Settings

/// The groups of callers.
extension CallerTerms {
  /// The group of `caller`; nil where there is none.
  @inline(__always)
  func group(of caller: Caller) -> CallerGroup? { caller.group.map { groups[$0] } }

  /// Compiles `groups`, adding what is wrong to the faults: a group that nobody can belong to, or an endpoint in it that is
  /// not allowed anyway, is a slip.
  static func groups(_ loaded: inout LoadedSettings) -> [CallerGroup]? {
    let settings = loaded.settings
    let allowed = settings.allowedEndpoints.compactMap { try? EndpointPattern($0) }
    var groups: [CallerGroup] = []
    var names: Set<String> = []
    for (index, entry) in settings.groups.enumerated() {
      let place = "groups[\(index + 1)]"
      if !names.insert(entry.name).inserted {
        loaded.reject("\(place).name", "the name is an earlier entry's; list each group once")
      }
      let isReachable =
        settings.auth.asksForJWT
        ? settings.auth.jwt.contains { !$0.groupClaim.isEmpty } : !settings.auth.tokensFile.isEmpty
      if entry.name != CallerGroup.standardName, !isReachable {
        loaded.reject(
          "\(place).name",
          "no caller can belong to it without \(settings.auth.asksForJWT ? "group_claim in auth.jwt" : "auth.tokens_file"); set "
            + "that, or call the group default")
      }
      let key = "\(place).endpoints"
      guard
        let patterns = Generation.compile(
          entry.endpoints, key, &loaded,
          { text throws(PatternError) in
            let pattern = try EndpointPattern(text)
            guard !pattern.isClosed(to: allowed) else {
              throw PatternError(
                problem: "is not covered by allowed_endpoints, which a group can only narrow; add it there too")
            }
            return pattern
          })
      else { continue }
      groups.append(CallerGroup(name: entry.name, endpoints: patterns, within: allowed))
    }
    return groups.count == settings.groups.count ? groups : nil
  }
}
