import Glibc
import Testing

@testable import Settings

@Suite("YAML subset: hostile input")
struct YAMLHostileTests {
  @Test("refuses invalid UTF-8 with its line: truncated, overlong, surrogate, stray continuation")
  func invalidUTF8() {
    for bad: [UInt8] in [[0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0x80], [0xFF], [0xF5, 0x80, 0x80, 0x80]] {
      let (_, faults) = parse(Array("a: 1\nb: ".utf8) + bad + Array("\nc: 3\n".utf8))
      #expect(faults == ["2: not valid UTF-8"])
    }
  }

  @Test("takes 16 levels and refuses the 17th")
  func depth() {
    func nested(_ levels: Int) -> String {
      (0..<levels).map { String(repeating: " ", count: $0) + "k:\n" }.joined()
    }
    #expect(parse(nested(16)).faults.isEmpty)
    #expect(parse(nested(17)).faults == ["17: nested more than 16 levels deep"])
    #expect(parse(nested(1000)).faults == ["17: nested more than 16 levels deep"])
  }

  @Test("survives lines of a megabyte")
  func longLines() {
    let million = 1_000_000
    for line in ["a: ", "", "'", "a: '", "a: \"", "[", "a: [", "a: [b,", " ", "- ", "a:\n  - ", "# ", "a: \\"] {
      for filler in ["x", "[", "{", "\"", "'", ":", "-", "#", " ", "\t", "\\", ",", "\u{0}"] {
        // The filler is repeated less than a megabyte for most, to keep the suite quick; once in full for the plain one.
        let count = filler == "x" && line == "a: " ? million : 10_000
        _ = parse(line + String(repeating: filler, count: count))
      }
    }
    #expect(parse("a: " + String(repeating: "x", count: million)).tree.utf8.count == million + 4)
  }

  @Test("stops at 100 faults")
  func manyFaults() {
    #expect(parse(String(repeating: "x\n", count: 20_000)).faults.count == 100)
  }

  @Test(
    "takes four times as long for four times as much, whatever the form",
    arguments: [
      ("a:\n", "- b: 1\n  c: 2\n"), ("a:\n", "-\n  b:\n\n"), ("a:\n", "- [\n"), ("a: 1\n", "  b: 1\n"), ("", "[x]\n"),
      ("a: |\n", "  x\n\n"), ("a: >+\n", "\n"), ("a: |\n", "  x\n y\n"), ("", "a: |9\n"), ("a: \"", "\\\""),
      ("", "# x\n"),
      ("a: [", "b, "), ("a:\n", "- - "), ("", "a:\n  b:\n c:\n"),
    ])
  func isLinear(start: String, repeated: String) {
    func time(_ size: Int) -> Double {
      let text = secret(start + String(repeating: repeated, count: size / repeated.utf8.count))
      let times = (0..<4).map { _ in
        var (before, after) = (timespec(), timespec())
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
        _ = YAMLSubset.parse(text)
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
        return Double(after.tv_sec - before.tv_sec) + Double(after.tv_nsec - before.tv_nsec) / 1e9
      }
      return times.min()!
    }
    // Sixteen times as long where a line is read again for each other line.
    #expect(time(32 << 10) < 9 * time(8 << 10))
  }

  @Test("never crashes on random bytes, nor on a good file with random bytes in it")
  func randomBytes() {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let alphabet = Array("a:  - \n\n[]{}'\"#,\\&*!|>~%@\t\r?.".utf8) + [0x00, 0xC3, 0xA9, 0xFF]
    let good = Array(
      "a:\n  b: 'c'\n  d:\n    - \"e\\n\"\n    - f # g\nh: [i, \"j\"]\nk:\n- l: |-\n    m\n  n: >\n   o\n\n   p\n-\n  q: {}\n"
        .utf8)
    for round in 0..<4_000 {
      if round.isMultiple(of: 2) {
        _ = parse((0..<random(80)).map { _ in alphabet[random(alphabet.count)] })
      } else {
        var bytes = good
        for _ in 0...random(4) { bytes[random(bytes.count)] = alphabet[random(alphabet.count)] }
        _ = parse(bytes)
      }
    }
  }

  @Test("cut short anywhere, a good file gives a tree or a fault but no crash")
  func truncation() {
    let good = Array(
      "---\na:\n  b: 'c'\n  d:\n    - \"e\\n\"\n    - f # g\nh: [i, \"é\"]\nk:\n- l: |-\n    m\n  n: >\n   o\n\n   é\n-\n  q: {}\n"
        .utf8)
    for length in 0...good.count { _ = parse(Array(good.prefix(length))) }
  }

  @Test("refuses a file above 1 MiB and one that never ends")
  func fileSize() {
    let file = TemporaryFile(Array(repeating: UInt8(ascii: "#"), count: (1 << 20) + 1))
    for path in [file.path, "/dev/zero"] {
      let loaded = SettingsLoader.load(configPath: path, environment: FakeEnvironment(), keyRequired: false)
      #expect(loaded.faults.description == "\(path): the file has more than 1MiB")
    }
  }
}
