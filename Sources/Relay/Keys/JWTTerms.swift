internal import Digest
internal import Guard
internal import Settings
internal import Upstream

/// The issuers of `auth.jwt` as one generation has them.
package struct JWTTerms: Sendable {
  /// An issuer, where its keys come from, and those that were there at the start.
  struct Entry: Sendable {
    let rules: JWTRules
    let source: KeySource
    let refresh: Duration
    let stale: Duration
    let keys: KeySet?
  }

  let entries: [Entry]
  private let groups: [String]
  private let secrets: CallerSecrets
  /// What judges tokens until other keys are there.
  let verifier: JWTVerifier

  /// Reads `auth.jwt` from `loaded`, adding what is wrong to its faults.
  init?(_ loaded: inout LoadedSettings, groups: [String], secrets: CallerSecrets) {
    var entries: [Entry] = []
    var issuers: Set<[UInt8]> = []
    for (index, issuer) in loaded.settings.auth.jwt.enumerated() {
      var faults = Faults(place: "auth.jwt[\(index + 1)]")
      if !issuers.insert(Array(issuer.issuer.utf8)).inserted {
        faults.add("issuer", "an earlier entry is for the same issuer; write one entry for each")
      }
      if !issuer.groupClaim.isEmpty, groups.isEmpty {
        faults.add("group_claim", "groups lists none that it could name; list them, or leave this out")
      }
      if let entry = JWTTerms.entry(issuer, &faults), faults.isEmpty { entries.append(entry) }
      for (key, message) in faults.all { loaded.reject(key, message) }
    }
    guard entries.count == loaded.settings.auth.jwt.count else { return nil }
    self.entries = entries
    self.groups = groups
    self.secrets = secrets
    verifier = JWTVerifier(entries.map { .init($0.rules, keys: $0.keys) }, groups: groups, secrets: secrets)
  }

  /// What judges tokens with these keys, one set for each entry.
  func verifier(with keys: [KeySet?]) -> JWTVerifier {
    JWTVerifier(zip(entries, keys).map { .init($0.rules, keys: $1) }, groups: groups, secrets: secrets)
  }

  /// What is wrong with an entry.
  private struct Faults {
    let place: String
    var all: [(String, String)] = []
    var isEmpty: Bool { all.isEmpty }

    mutating func add(_ key: String, _ message: String) { all.append(("\(place).\(key)", message)) }
  }

  private static func entry(_ issuer: Settings.JWTIssuer, _ faults: inout Faults) -> Entry? {
    let takesAll = issuer.audience == Settings.JWTIssuer.anyAudience
    if takesAll, issuer.require.isEmpty {
      faults.add("audience", "none takes tokens that were made for anybody; say in require what yours have")
    }
    var rules = JWTRules(issuer: issuer.issuer, audience: takesAll ? nil : issuer.audience)
    rules.userClaim = issuer.userClaim
    rules.leeway = seconds(issuer.leeway)
    rules.maxAge = seconds(issuer.maxAge)
    rules.types = issuer.types.isEmpty ? nil : issuer.types
    if !issuer.groupClaim.isEmpty {
      rules.groupClaim = ClaimPath(issuer.groupClaim)
      if rules.groupClaim == nil { faults.add("group_claim", "an empty name stands beside a dot; write name.name") }
    }
    for (name, values) in issuer.require.sorted(by: { $0.key < $1.key }) {
      if let claim = ClaimPath(name) {
        rules.require.append((claim, values))
      } else {
        faults.add("require", "an empty name stands beside a dot; write name.name")
      }
    }
    rules.algorithms = algorithms(issuer, &faults)
    guard let source = source(issuer, &faults) else { return nil }
    var keys: KeySet?
    if source.path != nil {
      do throws(KeySource.Failure) {
        keys = try source.load()
      } catch {
        faults.add(issuer.secretFile.isEmpty ? "keys" : "secret_file", error.message)
      }
    }
    if let keys, let algorithms = rules.algorithms, !algorithms.contains(where: keys.verifies) {
      faults.add("algorithms", "no key of the file verifies any of these; leave them out, or list its own")
    }
    return Entry(rules: rules, source: source, refresh: issuer.refresh, stale: issuer.stale, keys: keys)
  }

  private static func algorithms(_ issuer: Settings.JWTIssuer, _ faults: inout Faults) -> [SignatureAlgorithm]? {
    guard !issuer.algorithms.isEmpty else { return nil }
    var algorithms: [SignatureAlgorithm] = []
    for (index, name) in issuer.algorithms.enumerated() {
      guard let algorithm = SignatureAlgorithm(rawValue: name) else {
        let known = SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        faults.add("algorithms", "entry \(index + 1) is none of \(known)")
        continue
      }
      if algorithm.isSymmetric == issuer.secretFile.isEmpty {
        faults.add(
          "algorithms",
          "\(name) goes with \(algorithm.isSymmetric ? "secret_file" : "keys") alone; an issuer has public keys or a secret, "
            + "never both")
      }
      algorithms.append(algorithm)
    }
    return algorithms
  }

  private static func source(_ issuer: Settings.JWTIssuer, _ faults: inout Faults) -> KeySource? {
    guard issuer.keys.isEmpty != issuer.secretFile.isEmpty else {
      faults.add(
        "keys", "write keys or secret_file, and not both: an issuer signs with a pair of keys or with a secret")
      return nil
    }
    if !issuer.secretFile.isEmpty { return .secret(issuer.secretFile) }
    if issuer.keys == Settings.JWTIssuer.discovery {
      let base = issuer.issuer.hasSuffix("/") ? String(issuer.issuer.dropLast()) : issuer.issuer
      if !base.contains("?"), let place = FetchDestination(url: base + "/.well-known/openid-configuration") {
        return .discovery(place, issuer: issuer.issuer)
      }
      faults.add("keys", "discover needs an issuer that is an https URL; write the URL of its key set, or a file")
      return nil
    }
    guard issuer.keys.contains("://") else { return .file(issuer.keys) }
    if let place = FetchDestination(url: issuer.keys) { return .url(place) }
    faults.add("keys", "this is no https URL of a host and a path (http goes to an address of loopback alone)")
    return nil
  }

  private static func seconds(_ duration: Duration) -> Double { Double(duration.inNanoseconds) / 1e9 }
}
