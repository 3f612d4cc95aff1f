internal import Guard
internal import Settings

/// Who may call and how much, as one generation has it.
struct CallerTerms: Sendable {
  /// Who is taken in, as far as the generation knows; nil where nobody is asked.
  let tokens: TokenList?
  /// Whose JSON Web Tokens are taken; nil where none are.
  let jwt: JWTTerms?
  /// Where further tokens stand.
  let tokensFile: TokensFile?
  /// Where a token is looked for.
  let sources: CredentialSources
  /// In the order of the settings; a caller's is an index.
  let groups: [CallerGroup]
  /// The group of callers without one; nil where there is none.
  let standardGroup: Int?
  /// Whom requests count for that a proxy in front has passed on.
  let clientAddress: ClientAddress
  /// What is made of the operator's secrets.
  let secrets: CallerSecrets
  /// Seals the ids of jobs; nil where they stay as fal's.
  let seals: JobSeals?
  /// What fal's bill says of a request; nil where it says nothing.
  let tags: CallerTags?
  /// How much each may do; nil where nothing is limited.
  let rates: RatePolicy?

  /// Reads who may call from `loaded`, adding what is wrong to its faults.
  /// - Parameters:
  ///   - key: what everything secret is made of where there is no file of secrets.
  ///   - isSandboxed: whether nothing costs anything.
  init?(_ loaded: inout LoadedSettings, key: SecretBytes, isSandboxed: Bool) {
    let auth = loaded.settings.auth
    guard let clientAddress = Generation.clientAddress(&loaded) else { return nil }
    self.clientAddress = clientAddress
    CallerTerms.checkFields(clientAddress, &loaded)
    CallerTerms.checkBursts(&loaded)
    let made = (loaded.secrets.isEmpty ? [key] : loaded.secrets).map { $0.withUnsafeBytes { [UInt8]($0) } }
    let secrets = CallerSecrets(made)
    self.secrets = secrets
    seals = loaded.settings.sealsJobs ? secrets.seals : nil
    let policy = RatePolicy(loaded.settings, isSandboxed: isSandboxed)
    rates = policy.isOff ? nil : policy
    CallerTerms.checkMode(auth, &loaded)
    guard let sources = CallerTerms.sources(&loaded) else { return nil }
    self.sources = sources
    guard let groups = CallerTerms.groups(&loaded) else { return nil }
    self.groups = groups
    standardGroup = groups.firstIndex { $0.name == CallerGroup.standardName }
    let names = groups.map(\.name)
    tags = loaded.settings.tags ? CallerTags(secrets, groups: names) : nil
    if tags != nil, loaded.settings.fields.keys.contains(where: { $0.lowercased() == "x-fal-tags" }) {
      loaded.reject("tags", "fields says what becomes of x-fal-tags too; leave one of them out")
    }
    guard auth.asksForTokens, !auth.asksForJWT else {
      (tokens, tokensFile) = (nil, nil)
      jwt = auth.asksForJWT ? JWTTerms(&loaded, groups: names, secrets: secrets) : nil
      return
    }
    jwt = nil
    let unnamed = auth.tokens.map { token in token.withUnsafeBytes { [UInt8]($0) } }
    @Sendable func list(_ lines: [TokenLine]) -> TokenList {
      TokenList(tokens: unnamed, lines: lines, groups: names, secrets: secrets)
    }
    guard !auth.tokensFile.isEmpty else {
      (tokens, tokensFile) = (list([]), nil)
      return
    }
    do throws(TokensFile.Failure) {
      let file = try TokensFile(auth.tokensFile, list)
      (tokens, tokensFile) = (file.list, file)
    } catch {
      switch error {
      case .unreadable(let reason): loaded.reject("auth.tokens_file", "cannot read \(auth.tokensFile): \(reason)")
      case .faulty(let faults):
        for fault in faults {
          loaded.faults.append(source: "\(auth.tokensFile):\(fault.line)", message: fault.message)
        }
      }
      return nil
    }
  }

  private static func sources(_ loaded: inout LoadedSettings) -> CredentialSources? {
    let texts = loaded.settings.auth.sources
    let entries = Generation.compile(texts, "auth.sources", &loaded) { text throws(PatternError) in
      try CredentialSources([text])
    }
    guard let entries, let sources = try? CredentialSources(texts) else { return nil }
    if entries.isEmpty { loaded.reject("auth.sources", "no token would be found; list at least one source") }
    for (key, names) in [
      ("forward_fields", loaded.settings.forwardFields), ("fields", Array(loaded.settings.fields.keys)),
    ] where names.contains(where: { sources.headers.contains($0.lowercased()) }) {
      loaded.reject(key, "names a field of auth.sources, whose tokens never reach fal; take it out of one of the two")
    }
    return sources
  }

  /// A field that tells of the client is nothing else, and does not reach fal.
  private static func checkFields(_ clientAddress: ClientAddress, _ loaded: inout LoadedSettings) {
    guard case .header(let bytes) = clientAddress.source else { return }
    let name = String(decoding: bytes, as: UTF8.self).lowercased()
    let settings = loaded.settings
    for (key, names) in [
      ("forward_fields", settings.forwardFields), ("fields", Array(settings.fields.keys)),
      ("auth.sources", settings.auth.sources.map { String($0.dropFirst("header:".count)) }),
    ] where names.contains(where: { $0.lowercased() == name }) {
      loaded.reject(
        key, "names the field of client_address, \(name), which is for that alone; take it out of one of the two")
    }
  }

  /// A burst is one of submits.
  private static func checkBursts(_ loaded: inout LoadedSettings) {
    let settings = loaded.settings
    var places = [("rates", settings.rates), ("rates_total", settings.ratesTotal)]
    for (index, group) in settings.groups.enumerated() { places.append(("groups[\(index + 1)].rates", group.rates)) }
    for (place, rates) in places where rates.burst > 0 && rates.submits == .off {
      loaded.reject("\(place).burst", "submits have no limit here; set \(place).submits, or leave this out")
    }
  }

  /// A mode needs its own settings, and none of another's.
  private static func checkMode(_ auth: Settings.Auth, _ loaded: inout LoadedSettings) {
    if auth.mode == .tokens, !auth.hasTokens {
      loaded.reject(
        "auth.mode",
        "tokens needs a list of them; set auth.tokens (FAL_PROXY_AUTH_TOKENS) or auth.tokens_file "
          + "(FAL_PROXY_AUTH_TOKENS_FILE)")
    }
    if auth.mode == .jwt, auth.jwt.isEmpty {
      loaded.reject("auth.mode", "jwt needs the issuers of the tokens; list them in auth.jwt")
    }
    if !auth.jwt.isEmpty, !auth.asksForJWT {
      loaded.reject("auth.jwt", "these tokens are not asked for, as auth.mode is \(auth.mode); set auth.mode to jwt")
    }
    if auth.asksForJWT, auth.hasTokens {
      loaded.reject(
        auth.tokens.isEmpty ? "auth.tokens_file" : "auth.tokens",
        "callers show tokens of auth.jwt, or these, and not both; leave one of them out")
    }
    if !auth.asksForTokens, auth.sources != Settings.Auth.standardSources {
      loaded.reject(
        "auth.sources",
        "nobody is asked for a token; leave this out, or set auth.tokens, auth.tokens_file or auth.jwt")
    }
    guard auth.mode == .none else { return }
    for (key, isSet) in [("auth.tokens", !auth.tokens.isEmpty), ("auth.tokens_file", !auth.tokensFile.isEmpty)]
    where isSet {
      loaded.reject(
        key, "nobody is asked for a token, as auth.mode is none; leave this out, or set auth.mode to tokens")
    }
  }
}
