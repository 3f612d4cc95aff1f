/// Values an attacker may put into `x-fal-target-url`; each must be refused even when every endpoint is allowed.
enum HostileTargets {
  static let all: [[UInt8]] =
    (authorities + schemes + paths + queries + unlisted).map { Array($0.utf8) } + insertions + raw

  /// Everything that may stand where `fal.run` should, in front of a good path.
  private static let authorities: [String] =
    [
      "user@fal.run", "user:pass@fal.run", "@fal.run", ":@fal.run", "fal.run@evil.com", "fal.run:443@evil.com",
      "fal.run:x@evil.com", "fal.run%40evil.com", "evil.com%40fal.run", "evil.com#@fal.run", "evil.com?@fal.run",
      #"evil.com\@fal.run"#, #"fal.run\@evil.com"#, #"fal.run\.evil.com"#, #"evil.com\.fal.run"#, "fal.run&@evil.com",
      "fal.run:443", "fal.run:", "fal.run:80", "fal.run:0443", "fal.run:443:443", "fal.run:+443", "fal.run:99999",
      "FAL.RUN", "Fal.run", "fal.ruN", "fal.run.", "fal.run..", ".fal.run", "fal..run", "fal.run.evil.com",
      "evilfal.run", "evil-fal.run", "evil.fal.run", "fal.run-evil.com", "fal.run_evil.com", "fal_run", "fal-run",
      "fal.runevil.com", "xfal.run", "fal.ru", "al.run", "fal", "run", "localhost", "evil.com", "fal.run,evil.com",
      "fal.run;evil.com", "fal.run evil.com", "fal.run\tevil.com", "fal.run%20", "fal.run%00", "fal.run%00.evil.com",
      "fal.run%2eevil.com", "fal%2erun", "%66al.run", "fal.run%2f", "fal.run%5c", "fal.run%23", "fal.run%3f",
      "fal.run%09", "fal%252erun", "fal\u{3002}run", "fal\u{FF0E}run", "fal\u{FF61}run", "fal\u{2024}run",
      "\u{FF46}al.run", "\u{1D41F}al.run", "\u{24D5}al.run", "f\u{E4}l.run", "f\u{430}l.run", "fal.\u{433}un",
      "xn--fal-run.com", "xn--fl-1la.run", "fal\u{AD}.run", "fal\u{200B}.run", "fal\u{200D}.run", "\u{202E}fal.run",
      "fal.run\u{2060}", "fal.run\u{FF0F}", "fal.run\u{2044}x", "fal.run\u{2215}x", "f\u{101}l.run", "fa\u{2113}.run",
      "127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1",
      "017700000001", "0177.0.0.1", "0177.1", "127.0.0.1.nip.io", "169.254.169.254", "2852039166", "0xA9FEA9FE",
      "0251.0376.0251.0376", "169.254.43518", "10.0.0.1", "192.168.1.1", "[::1]", "[::]", "[::ffff:127.0.0.1]",
      "[0:0:0:0:0:ffff:7f00:1]", "[fe80::1%25eth0]", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]", "[fal.run]", "[", "]",
      "::1", "metadata.google.internal", "queue.fal.run.", "queue.fal.run:443", "QUEUE.fal.run", "queue..fal.run",
      "queue-fal.run", "rest.fal.ai.", "rest.fal.ai:443", "x@rest.fal.ai", "", " ", ".", "..", "-", "~", "$", "*",
      "*.fal.run", "'fal.run'", "\"fal.run\"", "<fal.run>", "{fal.run}", "(fal.run)", "fal.run|", "fal.run^",
      "fal.run`", "fal.run!", "fal.run=", "fal.run+", "fal.run~",
    ].map { "https://\($0)/fal-ai/x" }

  /// Other ways to begin.
  private static let schemes: [String] =
    [
      "", "/", "//", "///", "//fal.run/fal-ai/x", "fal.run/fal-ai/x", "/fal-ai/x", "fal-ai/x", "https:fal.run/fal-ai/x",
      "https:/fal.run/fal-ai/x", "https:///fal.run/fal-ai/x", "https:////fal.run/fal-ai/x", "https//fal.run/fal-ai/x",
      "https:://fal.run/fal-ai/x", #"https:\\fal.run/fal-ai/x"#, #"https:\/fal.run/fal-ai/x"#,
      #"https:/\fal.run/fal-ai/x"#, #"https://\fal.run/fal-ai/x"#, #"https://fal.run\fal-ai/x"#, #"\\fal.run\x"#,
      "https://", "https:", "https", "h", "https://fal.run", "https://fal.run?x", "https://fal.run#x", "https://?",
      "https://#", "https://fal.run?/fal-ai/x", "https://fal.run#/fal-ai/x", "url:https://fal.run/fal-ai/x",
      "view-source:https://fal.run/fal-ai/x", "blob:https://fal.run/fal-ai/x", "<https://fal.run/fal-ai/x>",
      "\"https://fal.run/fal-ai/x\"", "'https://fal.run/fal-ai/x'", " https://fal.run/fal-ai/x",
      "https://fal.run/fal-ai/x ", "https://fal.run/fal-ai/x, https://fal.run/fal-ai/x",
      "https://fal.run/fal-ai/x,https://evil.com/", "https://evil.com/,https://fal.run/fal-ai/x",
      "https%3A%2F%2Ffal.run%2Ffal-ai%2Fx", "https%3a//fal.run/fal-ai/x", "\u{FEFF}https://fal.run/fal-ai/x",
      "\u{FF48}ttps://fal.run/fal-ai/x", "javascript:alert(1)", "data:text/plain,x", "mailto:a@fal.run",
    ]
    + [
      "http", "HTTP", "HTTPS", "Https", "httpS", "wss", "ws", "ftp", "file", "gopher", "dict", "ldap", "tftp", "ssh",
      "shttp", "https+unix", "hhttps", "https ", " https",
    ].map { "\($0)://fal.run/fal-ai/x" }

  /// Paths that two servers might read differently, or that carry what no client sends.
  private static let paths: [String] = [
    "/", "//", "//fal-ai/x", "/fal-ai", "/fal-ai/", "/fal-ai//x", "/fal-ai/x//", "/fal-ai/x//stream", "/.", "/..",
    "/./",
    "/../", "/./fal-ai/x", "/../fal-ai/x", "/fal-ai/../x", "/fal-ai/./x", "/fal-ai/x/.", "/fal-ai/x/..", "/fal-ai/x/./",
    "/fal-ai/x/../", "/fal-ai/x/../../y/z", "/fal-ai/.../x", "/fal-ai/..../x", "/fal-ai/x/...", "/%2e/fal-ai/x",
    "/fal-ai/%2e%2e/x", "/fal-ai/.%2e/x", "/fal-ai/%2E./x", "/fal-ai/%252e%252e/x", "/fal-ai%2fx", "/fal-ai%2Fx/y",
    "/fal-ai%5cx", "/fal-ai/x%00", "/fal-ai/x%0d%0aHost:evil.com", "/fal-ai/x%0a", "/fal-ai/x%20y", "/fal-ai/%78",
    "/fal-ai/x%", "/fal-ai/x%2", "/fal-ai/x%zz", "/fal-ai/x%u002f", "/fal-ai/x%c0%af", "/fal-ai/x%ef%bc%8f",
    "/fal-ai/x;a=b", "/fal-ai/x;/..", "/fal-ai;v=1/x", "/fal-ai/..;/x", "/fal-ai/x,y", "/fal-ai/x:y", "/fal-ai/x@y",
    "/fal-ai/x&y", "/fal-ai/x=y", "/fal-ai/x+y", "/fal-ai/x!y", "/fal-ai/x$y", "/fal-ai/x*y", "/fal-ai/x'y",
    "/fal-ai/x(y)", "/fal-ai/x\"y", "/fal-ai/x<y>", "/fal-ai/x[y]", "/fal-ai/x{y}", "/fal-ai/x|y", "/fal-ai/x^y",
    "/fal-ai/x`y", #"/fal-ai\x"#, #"/fal-ai/x\..\y"#, #"/\evil.com/x"#, "/fal-ai/x y", "/fal-ai/x\ty", "/fal-ai/x#y",
    "/fal-ai/x#", "/fal-ai/x#?y", "/fal-ai/\u{E4}", "/fal-ai/\u{FF0F}x", "/fal-ai/\u{2025}/x",
    "/fal-ai/\u{FF0E}\u{FF0E}/x",
    "/https://evil.com/x", "/fal-ai/x HTTP/1.1", "/fal-ai/x\r\nHost: evil.com", "/fal-ai/x\r\n\r\nGET / HTTP/1.1",
    "/fal-ai/" + String(repeating: "a", count: 8192), "/" + String(repeating: "a/", count: 5000),
  ].map { "https://fal.run" + $0 }

  private static let queries: [String] = [
    "#", "a#b", "a b", "a\tb", "a\nb", "a\r\nb", "a\u{0}b", #"a\b"#, "a\"b", "a<b", "a>b", "a[0]=1", "a{b}", "a|b",
    "a^b",
    "a`b", "%", "a%", "a%2", "a%zz", "a%2x", "a%x2", "%%20", "%u0041", "\u{E4}", "\u{FF0F}", "\u{7F}", "a\u{80}",
    "a, https://evil.com/", "a HTTP/1.1", String(repeating: "a", count: 8192),
  ].map { "https://fal.run/fal-ai/x?" + $0 }

  /// Well-formed URLs of fal's own that the default list leaves out.
  private static let unlisted: [String] = [
    "https://fal.ai/api/x", "https://api.fal.ai/v1/keys", "https://rest.fal.ai/", "https://rest.fal.ai/tokens/",
    "https://rest.fal.ai/tokens", "https://rest.fal.ai/tokens/realtime", "https://rest.alpha.fal.ai/tokens/",
    "https://rest.fal.ai/storage/auth/token?storage_type=fal-cdn-v3", "https://rest.fal.ai/billing/user_balance",
    "https://rest.fal.ai/storage/upload/initiate/", "https://rest.fal.ai/storage/upload/initiate/x",
    "https://rest.fal.ai/storage/upload/initiate?x=y", "https://rest.fal.ai/storage/upload/initiate?storage_type=a/b",
    "https://rest.fal.ai/storage/upload/Initiate", "https://rest.fal.ai/storage/upload/complete-multipart",
    "https://ws.fal.run/fal-ai/x", "https://wma.fal.run/session", "https://gateway.fal.ai/x/y",
    "https://falrun.com/a/b",
    "https://v3.fal.media/files/a/b.png", "https://storage.googleapis.com/a/b", "https://queue.fal.run/a",
    "https://queue.fal.run/a/b/requests/c/unknown", "https://queue.fal.run/a/b/requests/c/status/stream/x",
    "https://queue.fal.run/a/b/requests/c.d", "https://queue.fal.run/a/b/requests/~",
    "https://queue.fal.run/a/b/requests/../c",
  ]

  /// A control, a space or a byte outside ASCII at telling places of a good target.
  private static let insertions: [[UInt8]] = {
    let good = Array("https://fal.run/fal-ai/x".utf8)
    let bytes: [UInt8] = [
      0x00, 0x01, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1B, 0x20, 0x5C, 0x7F, 0x80, 0x85, 0xA0, 0xC0, 0xFF,
    ]
    var all: [[UInt8]] = []
    for byte in bytes {
      for place in [0, 4, 6, 7, 8, 11, 15, 16, 22, good.count] { all.append(good[..<place] + [byte] + good[place...]) }
    }
    return all
  }()

  /// Invalid or over-long UTF-8, which text-based checks may repair into something else.
  private static let raw: [[UInt8]] = {
    let junk: [[UInt8]] = [
      [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xC0, 0xAE], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFE],
      [0xE2, 0x80],
    ]
    let good = Array("https://fal.run/fal-ai/x".utf8)
    var all: [[UInt8]] = []
    for bytes in junk {
      for place in [0, 11, 16, good.count] { all.append(good[..<place] + bytes + good[place...]) }
    }
    return all
  }()
}
