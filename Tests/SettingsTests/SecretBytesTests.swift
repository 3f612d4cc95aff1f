import Testing

@testable import Settings

@Suite("Secrets")
struct SecretBytesTests {
  private let canary = "canary-6b1f9a"

  @Test("print as <redacted> however they are printed")
  func redacted() {
    let value = secret(canary)
    var dumped = ""
    dump(value, to: &dumped)
    dump([value], to: &dumped)
    var settings = Settings()
    settings.auth.tokens = [value]
    dump(settings, to: &dumped)
    let texts = [
      "\(value)", String(describing: value), String(reflecting: value), String(reflecting: [value]), dumped,
      "\(settings)", settings.listing.joined(), "\(Optional(value) as Any)",
    ]
    for text in texts { #expect(text.contains("<redacted>") && !text.contains(canary)) }
  }

  @Test("hold a copy: changing the source changes nothing")
  func copies() {
    var source = Array(canary.utf8)
    let value = secret(source)
    source[0] = 0
    #expect(value.equals(canary) && value.count == canary.utf8.count)
    #expect(value.withUnsafeBytes { Array($0) } == Array(canary.utf8))
  }

  @Test("may be empty")
  func empty() {
    #expect(secret("").count == 0)
    #expect(secret("").withUnsafeBytes { $0.count } == 0)
  }
}
