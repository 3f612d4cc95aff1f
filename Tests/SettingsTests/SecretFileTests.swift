import Testing

@testable import Settings

@Suite("The file of secrets")
struct SecretFileTests {
  private static let one = String(repeating: "0a", count: 32)

  private func load(_ text: String) -> (secrets: [SecretBytes], faults: String) {
    let file = TemporaryFile(text)
    var faults = SettingsFaults()
    let secrets = SecretFile.load(file.path, source: "F", &faults)
    return (secrets, faults.description.replacing(file.path, with: "S"))
  }

  @Test(
    "each line is a secret, besides comments and empty ones",
    arguments: [
      one, one + "\n", "# made in May\n\n  \(one.uppercased()) \r\n", "\n\n" + one,
    ])
  func good(text: String) {
    let (secrets, faults) = load(text)
    #expect(faults.isEmpty && secrets.map(\.count) == [32])
    #expect(secrets.first?.withUnsafeBytes { $0.allSatisfy { $0 == 10 } } == true)
  }

  @Test("they keep their order")
  func order() {
    let (secrets, _) = load(String(repeating: "01", count: 32) + "\n" + Self.one)
    #expect(secrets.map { $0[0] } == [1, 10])
  }

  @Test(
    "a fault names the line and quotes nothing of it",
    arguments: [
      "x", String(one.dropLast()), one + "00", one + " # old", "g" + one.dropFirst(), "'\(one)'", "secret: \(one)",
    ])
  func bad(line: String) {
    let (_, faults) = load(Self.one + "\n" + line)
    let cure = "expected a secret of 64 hexadecimal digits; make one with: openssl rand -hex 32"
    #expect(faults == "S:2: secret_file: \(cure)")
  }

  @Test("a secret that stands there twice is a fault, in whatever case")
  func twice() {
    let (_, faults) = load("\(Self.one)\n# again\n\(String(repeating: "01", count: 32))\n\(Self.one.uppercased())\n")
    #expect(
      faults == "S:4: secret_file: the secret stands in line 1 already; list each once, the one that seals first")
  }

  @Test("a file without a secret, or none, is a fault")
  func none() {
    #expect(load("# nothing\n").faults == "F: secret_file: S holds no secret; make one with: openssl rand -hex 32")
    var faults = SettingsFaults()
    #expect(SecretFile.load("/nowhere/at-all", source: "F", &faults).isEmpty)
    #expect(faults.description == "F: secret_file: cannot read /nowhere/at-all: No such file or directory")
  }
}
