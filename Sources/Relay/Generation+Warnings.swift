internal import Guard
package import Settings

extension Generation {
  /// What is wrong with the tokens there are; one line each.
  package var tokenWarnings: [String] {
    guard let tokens = callers.tokens else { return [] }
    if tokens.count == 0 {
      return ["auth.tokens_file holds no token, and auth.tokens none either: every call is answered 401"]
    }
    return tokens.strandedNames.map { name in
      "auth.tokens_file: the group of \(name) is not listed in groups: its calls are answered 403"
    }
  }

  /// What the policy allows and its owner likely did not mean; one line each.
  package static func warnings(_ settings: Settings) -> [String] {
    var lines = keys(settings)
    lines += settings.allowedOrigins.compactMap { entry in
      SharedSuffixes.suffix(of: entry).map { suffix in
        "allowed_origins: strangers can register names below \(suffix), so \(entry) may let their pages in; list the exact "
          + "origins, or use a domain of your own"
      }
    }
    if (try? Networks(settings.trustedProxies))?.holdsEverybody == true {
      lines.append(
        "trusted_proxies holds every address of a family: any client may say whose address its own is; list only the "
          + "proxies in front")
    }
    if settings.hasBudget, settings.ledger == "memory" {
      lines.append(
        "ledger: what is spent is forgotten when the process ends, and the budgets begin anew; name a file in ledger: sqlite:PATH"
      )
    }
    return lines
  }

  /// What a change of the fal key would take with it.
  private static func keys(_ settings: Settings) -> [String] {
    guard settings.sealsJobs, settings.secretFile.isEmpty else { return [] }
    return [
      "ownership: the ids of jobs are sealed under keys made of the fal key: a restart with another key loses running jobs; "
        + "set secret_file (FAL_PROXY_SECRET_FILE)"
    ]
  }
}
