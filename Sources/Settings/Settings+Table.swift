internal import Text

/// All settings. The order and the titles are those of `config/settings.md`, which is made of this.
extension Settings: SettingRecord {
  static let table = SettingTable<Settings>([
    .init(title: "Listening", keys: listening),
    .init(title: "What may be called, and by whom", keys: policy + callers + proxyKeys + ownershipKeys),
    .init(title: "How much", keys: limitKeys),
    .init(title: "How often, and how many at once", keys: rateKeys),
    .init(title: "What it costs, and how much may be spent", keys: moneyKeys),
    .init(title: "How long: the client's side", keys: clientTimes),
    .init(title: "How long: the side of fal", keys: upstreamTimes),
    .init(title: "The way down", keys: draining),
    .init(title: "The embedded fal", keys: sandboxKeys),
  ])

  private static let listening: [SettingKey<Settings>] = [
    .text(
      "host", \.host, "The address to listen on. An IPv6 address is quoted in the file.",
      range: "an IPv4 or IPv6 address without brackets (none of multicast or broadcast), or localhost",
      HostText.isListenable),
    .integer("port", \.port, "The TCP port to listen on.", 0...65535, or: " (0 = any free port)").alias("PORT"),
    .text(
      "path", \.path, "The one path on which the proxy answers.",
      range: "a path that starts with '/', made of A-Z a-z 0-9 . _ ~ - /, and not /healthz or /readyz", isProxyPath),
    .integer(
      "event_loops", \.eventLoops, "How many event loops serve connections.", 0...64, or: " (0 = one per core)"),
    .flag(
      "studio", \.studio,
      "Whether the Studio, a page to paint change maps on, is at `/`; with `--sandbox` it always is."),
    .scalar(
      "log_format", \.logFormat,
      "How the lines on standard output are written: one JSON object each, or text for human eyes.", unit: "word",
      range: "json or text", parse: { Settings.LogFormat(rawValue: $0) }, show: { $0.rawValue }),
    .scalar(
      "access_log", \.accessLog,
      """
      Which requests have a line on standard output: `all` of them; `proxy`, all but answers of `/healthz`, `/readyz`, `/` and the \
      Studio; `errors`, those with a status from 400 on or without a whole answer; or `none`. `true` is read as `all`, `false` as `none`.
      """,
      unit: "word", range: "all, proxy, errors or none", parse: { Settings.AccessLog($0) }, show: { $0.rawValue }),
  ]

  private static let policy: [SettingKey<Settings>] = [
    .words(
      "allowed_urls", \.allowedURLs,
      """
      The target URLs that may be called at all. `"@default"` stands for the built-in list of fal's hosts and paths: keep \
      it and add entries to extend that list.
      """,
      of: "URL patterns or \"@default\"", emptyVariable: .fault),
    .words(
      "allowed_endpoints", \.allowedEndpoints,
      """
      The endpoints that may be called: `fal-ai/flux/**`, `fal-ai/fast-*`, or `**` for all. Whoever may call one spends on \
      the key's account. `"@default"` stands for the default; with `--sandbox` that is the two models of the embedded fal and its \
      menu of faults.
      """,
      of: "endpoint patterns or \"@default\"", emptyVariable: .fault, builtIn: Settings.builtInEndpoints),
    .flag(
      "get_runs", \.getRuns,
      "Whether GET may run a model, with its input in the query. The clients use POST unless they are told otherwise."),
    .words(
      "forward_fields", \.forwardFields,
      """
      Request fields that reach fal beside those that fal documents, by exact name; never credentials, forwarding fields \
      or names with an underscore. One with a rule of its own, as `x-fal-tags`, is named in `fields` alone.
      """,
      of: "header field names", emptyVariable: .none),
    .map(
      "fields", \.fields,
      """
      What becomes of single request fields: `pass`, `drop`, or `"force: value"`, which also adds it where it is absent. A field \
      without an entry passes if it is forwarded at all, but for three: an `x-fal-queue-priority` other than `low` and \
      `normal` is dropped, an `x-fal-request-timeout` above one hour is lowered to it and one that is no plain number of \
      seconds dropped, and `x-fal-tags` are dropped.
      """,
      range: "request fields, each once, and what becomes of them: pass, drop or \"force: value\"",
      key: { $0.utf8.allSatisfy(\.isTokenByte) && !$0.isEmpty ? $0.lowercased() : nil },
      value: { $0.isEmpty ? nil : $0 }, show: SettingText.flow),
    .words(
      "allowed_hosts", \.allowedHosts,
      """
      The hosts that requests may name in Host, besides those of this machine (`localhost`, `*.localhost`, `127.0.0.0/8`, \
      `[::1]`): `app.example.com`, `*.example.com` (any labels), `10.0.0.5`, `[2001:db8::5]`, with any port. Without any, a \
      loopback listener refuses other hosts together with its own port, which a page has to use whose name was re-bound to \
      this machine (so does what is in front at a port of the same number: list its name); another listener answers to every \
      name. `/healthz` and `/readyz` always answer, and so does HTTP/1.0 without Host, which no page sends.
      """,
      of: "host names", emptyVariable: .fault),
    .words(
      "allowed_origins", \.allowedOrigins,
      """
      Pages on other origins that may call: `https://app.example.com`, `https://*.example.com` (any labels), \
      `https://app-*-team.example.com` (a part of one label), `capacitor://localhost` and the like. Pages of the proxy's own \
      origin always may. Below a shared domain such as `vercel.app` strangers can register names that a star covers. A dev \
      server that rewrites Host on plain http makes its pages foreign: list its origin, such as `http://localhost:3000`.
      """,
      of: "browser origins", emptyVariable: .none),
    .flag(
      "cors.allow_credentials", \.cors.allowCredentials,
      "Whether browsers may send cookies along from other origins."),
    .duration(
      "cors.max_age", \.cors.maxAge,
      "How long browsers may keep the answer to a preflight, in whole seconds on the wire.",
      .seconds(0)...(.seconds(24 * 3600))),
    .flag(
      "tokens.enabled", \.tokens.enabled,
      """
      Whether clients may mint temporary tokens for fal, for apps that allowed endpoints belong to. What is spent with such \
      a token, no proxy can see.
      """),
    .duration(
      "tokens.max", \.tokens.max,
      "The longest life of such a token, in whole seconds; a longer one, or none, is set to it in the request.",
      .seconds(1)...(.seconds(24 * 3600))),
    .words(
      "webhooks.allow", \.webhooks.allow,
      """
      The https URLs that `fal_webhook` may name, without `https://`: `hooks.example.com/fal/**`, `*.example.com/**` (any \
      host below it), or `**` for all. Private addresses and names never; `--sandbox` accepts any.
      """,
      of: "URL patterns", emptyVariable: .none),
    .words(
      "uploads.content_types", \.uploads.contentTypes,
      """
      The content types that an upload may be asked for: `image/png`, `image/*`, or `*/*` for any. What the file then holds, only \
      fal sees.
      """,
      of: "content types", emptyVariable: .fault),
    .map(
      "origin_overrides", \.originOverrides,
      """
      Where to connect instead of a fal host, such as `queue.fal.run: https://fal.example:8443`. Plain http would send \
      the key in the clear, so it may only go to a loopback address.
      """,
      range: "fal hosts, each once, and their origins: https://host[:port], or http:// with a loopback address",
      key: { HostText.isName($0.lowercased()) ? $0.lowercased() : nil }, value: { OriginOverride($0) },
      show: { $0.description }),
  ]

  private static let clientTimes: [SettingKey<Settings>] = [
    .duration("timeouts.head", \.timeouts.head, "From the first byte of a request's head to its last."),
    .duration("timeouts.idle", \.timeouts.idle, "How long a connection may stay open without a request."),
    .duration("timeouts.body", \.timeouts.body, "How long a request's content may stall, or a client not read."),
    .duration(
      "timeouts.body_rate", \.timeouts.bodyRate,
      "The time over which `limits.body_rate` is measured, anew after each time in which the client was not waited for."
    ),
    .duration(
      "timeouts.linger", \.timeouts.linger,
      """
      After an answer that closes the connection: how long to go on reading since the last byte that came, so that a reset \
      does not cost the client the answer; for `timeouts.body` in all.
      """),
  ]

  private static let upstreamTimes: [SettingKey<Settings>] = [
    .duration("upstream.connect", \.upstream.connect, "How long the TCP connection to fal may take."),
    .duration("upstream.tls", \.upstream.tls, "How long the TLS handshake with fal may take."),
    .duration(
      "upstream.first_byte", \.upstream.firstByte,
      "From the end of a request to the first byte of fal's response."),
    .duration(
      "upstream.first_byte_run", \.upstream.firstByteRun,
      "The same for `fal.run`, which answers only when the model is done."),
    .duration("upstream.body", \.upstream.body, "How long the content of a response may stall."),
    .duration("upstream.idle", \.upstream.idle, "How long an unused connection to fal is kept."),
    .integer(
      "upstream.idle_connections", \.upstream.idleConnections,
      "How many unused connections each event loop keeps for each host of fal.", 0...10_000),
    .duration("upstream.dns_ttl", \.upstream.dnsTTL, "How long a resolved address is used."),
  ]

  private static let draining: [SettingKey<Settings>] = [
    .duration(
      "drain_delay", \.drainDelay,
      "After SIGTERM: how long the proxy says that it is not ready before it stops accepting connections.",
      .seconds(0)...(.seconds(300))),
    .duration(
      "drain_timeout", \.drainTimeout,
      """
      After that: how long running exchanges may take. What has no answer by then gets 500 (it may have run) or 503, for \
      which `timeouts.linger` is left. Two traps: a run may take `upstream.first_byte_run`, which is longer, and is then \
      given up although fal may finish and bill it; and what stops the process must wait longer than `drain_delay`, \
      `drain_timeout` and `timeouts.linger` together.
      """,
      .seconds(0)...(.seconds(3600))),
  ]

  @Sendable private static func isProxyPath(_ path: String) -> Bool {
    path.utf8.first == UInt8(ascii: "/") && !["/healthz", "/healthz/", "/readyz", "/readyz/"].contains(path)
      && path.utf8.allSatisfy { $0.isUnreserved || $0 == UInt8(ascii: "/") }
  }
}
