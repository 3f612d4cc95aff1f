internal import Text

extension Settings {
  static let limitKeys: [SettingKey<Settings>] = [
    .size(
      "limits.head", \.limits.head, "The head of a request, request line and fields together.",
      (1 << 10)...(64 << 10)),
    .integer("limits.fields", \.limits.fields, "How many fields a head may have.", 10...1000),
    .size(
      "limits.request_target", \.limits.requestTarget,
      "The target in the request line, and the URL in `x-fal-target-url`.", 256...(32 << 10)),
    .size("limits.body", \.limits.body, "The content of a request.", 0...(10 << 30)),
    .size(
      "limits.body_rate", \.limits.bodyRate,
      """
      How many bytes a second of a request's content a client must send at least while it is waited for; see \
      `timeouts.body_rate`. How fast an answer is read cannot be seen behind the kernel's buffers: that is `timeouts.body`, and \
      `limits.memory`.
      """, 1...(1 << 20), zero: "no limit"),
    .size(
      "limits.collected", \.limits.collected,
      """
      Request content that has to be looked at before it is sent on: of token requests, and of upload initiations where \
      `uploads.content_types` is set.
      """,
      (1 << 10)...(16 << 20)),
    .size("limits.response_head", \.limits.responseHead, "The head of a response from fal.", (1 << 10)...(64 << 10)),
    .integer(
      "limits.connections", \.limits.connections,
      """
      Client connections open at once, over all event loops. Each may need two open files, so the system should allow \
      twice as many. When they are all taken, those that wait without a request are given up first; beyond them 64 for \
      each event loop are let in, which may ask for `/healthz` and `/readyz` only.
      """,
      1...1_000_000),
    .integer(
      "limits.connections_per_address", \.limits.connectionsPerAddress,
      """
      How many of them one client may have: an IPv4 address, loopback too, or the /64 of an IPv6 address. A proxy in front \
      is one address, and has no such limit if it is of `trusted_proxies`.
      """,
      0...1_000_000, or: " (0 = 80 % of limits.connections)"),
    .size(
      "limits.memory", \.limits.memory,
      """
      All buffers together, of all connections. At three quarters of it new connections are served health routes only, \
      buffers stay small, and those are given up that hold unfinished heads or do not read their answers; a line on \
      standard error says so once. The process itself takes about 10 MiB more, and the kernel's socket buffers are not counted.
      """, (16 << 20)...(1 << 40), zero: "half of what the cgroup allows, else 1GiB"),
    .size(
      "limits.log_buffer", \.limits.logBuffer,
      """
      Log lines that wait for a slow reader of standard output. What exceeds it is dropped and counted, in the log and on \
      standard error.
      """,
      (64 << 10)...(64 << 20)),
  ]
}
