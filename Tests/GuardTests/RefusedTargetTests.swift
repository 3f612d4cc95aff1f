import Guard
import Testing

@Suite("What is said of a refused target")
struct RefusedTargetTests {
  private func parts(_ text: String) -> [String]? {
    let bytes = Array(text.utf8)
    guard let refused = RefusedTarget(bytes.span) else { return nil }
    return [refused.host, refused.path].map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test(
    "is its host and its path, never userinfo, query or fragment",
    arguments: [
      ("https://evil.example/a/b", ["evil.example", "/a/b"]), ("http://fal.run/a/b?key=x", ["fal.run", "/a/b"]),
      ("HTTPS://fal.run:443/a/b#x", ["fal.run:443", "/a/b"]), ("https://fal.run", ["fal.run", ""]),
      ("https://u:p@fal.run/a", ["fal.run", "/a"]), ("https://u@v:p@fal.run/a", ["fal.run", "/a"]),
      ("https://u:p@fal.run?x", ["fal.run", ""]), ("https://fal.run\\evil.example/a", ["fal.run", "\\evil.example/a"]),
      ("wss://[::1]:8080/a b/%2e", ["[::1]:8080", "/a b/%2e"]), ("https:///a", ["", "/a"]),
    ])
  func parts(text: String, wanted: [String]) { #expect(parts(text) == wanted) }

  @Test(
    "is nothing where it may be a secret",
    arguments: [
      "", "key_id:key_secret", "Key key_id:key_secret", "fal.run/a/b", "://fal.run/a", "1https://fal.run/a",
      "https:/u:p@fal.run/a", "https:u:p@fal.run/a", "https://u:p/w@fal.run/a", "https://u:p?w@fal.run/a",
      "https://u:p#w@fal.run/a", "https://u:p\\w@fal.run/a", "https://fal.run/?hook=https://u:p@a.example",
    ])
  func nothing(text: String) { #expect(parts(text) == nil) }
}
