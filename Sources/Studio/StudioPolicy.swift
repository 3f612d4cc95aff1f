/// What the browser is told of the page: no code but its own files, no other place but the proxy and, beside the real fal,
/// fal's files.
enum StudioPolicy {
  /// Where fal keeps what is uploaded and what it made.
  private static let filesOfFal = "https://fal.media https://*.fal.media https://storage.googleapis.com"

  /// The field lines of every file.
  static func fields(_ mode: StudioFacts.Mode) -> [(StaticString, String)] {
    [
      ("content-security-policy", contentSecurityPolicy(mode)), ("referrer-policy", "no-referrer"),
      ("cross-origin-opener-policy", "same-origin"),
    ]
  }

  static func contentSecurityPolicy(_ mode: StudioFacts.Mode) -> String {
    let elsewhere = mode == .fal ? " \(filesOfFal)" : ""
    return [
      "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:\(elsewhere)",
      "connect-src 'self'\(elsewhere)", "worker-src 'self'", "base-uri 'none'", "form-action 'none'",
      "frame-ancestors 'none'",
    ].joined(separator: "; ")
  }
}
