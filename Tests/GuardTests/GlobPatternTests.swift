import Guard
import TestSupport
import Testing

@Suite struct GlobPatternTests {
  static func matches(_ pattern: String, _ text: String) throws -> Bool {
    let bytes = Array(text.utf8)
    return try GlobPattern(pattern).matches(bytes.span)
  }

  @Test(
    "means what picomatch means with dot:true",
    arguments: [
      ("a/b", "a/b", true), ("a/b", "a/b/", false), ("a/b", "a/bc", false), ("a/b", "a", false),
      ("a/*", "a/b", true), ("a/*", "a/", false), ("a/*", "a", false), ("a/*", "a/b/c", false),
      ("a/*", "a/.b", true), ("a/b*", "a/b", true), ("a/b*", "a/bcd", true), ("a/*b", "a/b", true),
      ("a/*/c", "a/b/c", true), ("a/*/c", "a//c", false), ("a/*/c", "a/b/b/c", false),
      ("**", "a", true), ("**", "a/b/c", true), ("**", "", false),
      ("a/**", "a", true), ("a/**", "a/", true), ("a/**", "a/b", true), ("a/**", "a/b/c/", true),
      ("a/**", "ab", false), ("a/**", "b/a", false),
      ("**/a", "a", true), ("**/a", "b/a", true), ("**/a", "c/b/a", true), ("**/a", "ba", false),
      ("a/**/b", "a/b", true), ("a/**/b", "a/x/b", true), ("a/**/b", "a/x/y/b", true), ("a/**/b", "a/xb", false),
      ("a/**/b", "ab", false), ("a/**/**/b", "a/b", true), ("a/**/**", "a", true), ("**/**", "a/b", true),
      ("a**", "abc", true), ("a**", "ab/c", false), ("a/**b", "a/xb", true), ("a/**b", "a/x/b", false),
      ("a?c", "abc", true), ("a?c", "a/c", false), ("a?c", "ac", false), ("a?c", "a?c", true),
      (#"a\?c"#, "a?c", true), (#"a\?c"#, "abc", false), (#"a\*"#, "a*", true), (#"a\*"#, "ab", false),
      (#"a\{b\}"#, "a{b}", true), (#"\\"#, #"\"#, true), ("**/b/**/d", "b/d", true),
      ("**/b/**/d", "a/b/b/c/d/e/d", true), ("**/b/**/d", "a/b/c/d/e", false), ("**/*x/y", "ax/ax/y", true),
      ("**/a*/**", "q/ab", true), ("*/*x*y/**", "a/xxzy/q", true),
    ])
  func meaning(pattern: String, text: String, expected: Bool) throws {
    #expect(try Self.matches(pattern, text) == expected, "\(pattern) on \(text)")
  }

  @Test(
    "lets ** cover slashes and dots of a query, and * no slash of one",
    arguments: [
      ("fal.run/**", "fal.run/fal-ai/x?u=a/b", true), ("fal.run/**", "fal.run/fal-ai/x?u=//", true),
      ("fal.run/**", "fal.run/fal-ai/x?u=..", true), ("fal.run/**", "fal.run/fal-ai/x?u=/../", true),
      ("fal.run/**", "queue.fal.run/fal-ai/x", false), ("fal.run/**", "fal.runs/x", false),
      (#"rest.fal.ai/x\?storage_type=*"#, "rest.fal.ai/x?storage_type=fal-cdn-v3", true),
      (#"rest.fal.ai/x\?storage_type=*"#, "rest.fal.ai/x?storage_type=", true),
      (#"rest.fal.ai/x\?storage_type=*"#, "rest.fal.ai/x?storage_type=a/b", false),
      (#"rest.fal.ai/x\?storage_type=*"#, "rest.fal.ai/x?storage_type=a/", false),
      (#"rest.fal.ai/x\?storage_type=*"#, "rest.fal.ai/x", false),
    ])
  func query(pattern: String, text: String, expected: Bool) throws {
    #expect(try Self.matches(pattern, text) == expected, "\(pattern) on \(text)")
  }

  @Test("agrees with a plain recursive matcher on small random patterns and texts")
  func reference() throws {
    var random = SplitMix64(seed: 7)
    let parts = ["a", "b", "*", "**", "?", "/", "/", "/**/", "**/", "/**"]
    var matched = 0
    for _ in 0..<20_000 {
      let pattern = (0..<Int.random(in: 1...6, using: &random)).map { _ in parts.randomElement(using: &random)! }
        .joined()
      guard !pattern.contains("***") else { continue }
      let text = (0..<Int.random(in: 1...8, using: &random)).map { _ in "aab/".randomElement(using: &random)! }
      let expected = Self.reference(pattern, text)
      let actual = try Self.matches(pattern, String(text))
      #expect(actual == expected, "\(pattern) on \(String(text))")
      if actual { matched += 1 }
    }
    #expect(matched > 1000)
  }

  /// Segment by segment, straight from the words of the documentation; exponential, and only for tiny inputs.
  static func reference(_ pattern: String, _ text: [Character]) -> Bool {
    segments(
      pattern.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)[...],
      text.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)[...])
  }

  private static func segments(_ pattern: ArraySlice<[Character]>, _ text: ArraySlice<[Character]>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == ["*", "*"] {
      if pattern.count == 1 { return true }
      return (text.startIndex...text.endIndex).contains { segments(pattern.dropFirst(), text[$0...]) }
    }
    guard let segment = text.first else { return false }
    let isStars = !first.isEmpty && first.allSatisfy { $0 == "*" }
    return (isStars ? !segment.isEmpty : bytes(first[...], segment[...]))
      && segments(pattern.dropFirst(), text.dropFirst())
  }

  private static func bytes(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == "*" {
      return (text.startIndex...text.endIndex).contains { bytes(pattern.dropFirst(), text[$0...]) }
    }
    guard let byte = text.first, first == "?" || first == byte else { return false }
    return bytes(pattern.dropFirst(), text.dropFirst())
  }

  @Test(
    "takes polynomial time on patterns that make backtracking matchers explode",
    arguments: ["**/*a*a*a*a*a*a*a*a*a*a*a*a*b", "**/*a/**/*a/**/*a/**/*a/**/*a/**/b", "**/a*/**/a*/*/*/*/*/*/*/*/b"])
  func backtracking(pattern: String) throws {
    let glob = try GlobPattern(pattern)
    for text in [
      [UInt8](repeating: 0x61, count: 8192), (0..<8192).map { $0 % 2 == 0 ? 0x61 : 0x2F },
      (0..<8192).map { $0 % 64 == 63 ? 0x2F : 0x61 },
    ] {
      let start = ContinuousClock.now
      let isMatch = glob.matches(text.span)
      #expect(!isMatch)
      // An exponential matcher needs ages here; a second leaves room for a debug build on a busy machine.
      #expect(ContinuousClock.now - start < .seconds(1))
    }
  }

  @Test(
    "refuses what it does not support and says where",
    arguments: [
      ("", "empty"), ("a/{b,c}", "'{', which is not supported, at character 3"), ("a}", "'}'"), ("[ab]", "character 1"),
      ("a]", "']'"), ("@(a)", "character 2"), ("+(a|b)", "'('"), ("a)", "')'"), ("!a", "'!'"), ("a|b", "'|'"),
      ("a b", "character 2"), ("a\tb", "character 2"), ("a\u{0}", "character 2"), ("ä", "non-ASCII"),
      ("a\u{7F}", "character 2"), (#"a\"#, "character 2"), ("\\\u{E4}", "character 1"), (#"\ "#, "escape"),
      ("a/***", "write '**' for any number of segments, '*' for one, at character 3"), ("a****b", "character 2"),
    ])
  func bad(pattern: String, hint: String) {
    let error = #expect(throws: PatternError.self) { try GlobPattern(pattern) }
    #expect(error?.message.contains(hint) == true, "\(error?.message ?? "accepted")")
  }

  @Test("does not take input bytes above 0x7F for its own wildcards")
  func highBytes() throws {
    let glob = try GlobPattern("a/?b*/**")
    for byte in UInt8(0x80)...0xFF {
      let bytes: [UInt8] = [0x61, byte]
      let isMatch = glob.matches(bytes.span)
      #expect(!isMatch)
    }
  }
}
