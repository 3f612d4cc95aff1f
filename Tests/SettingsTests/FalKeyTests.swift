import Testing

@testable import Settings

@Suite("The fal key")
struct FalKeyTests {
  private func find(_ environment: FakeEnvironment, required: Bool = true) -> (key: String?, faults: String) {
    var faults = SettingsFaults()
    let key = FalKey.load(from: environment, required: required, faults: &faults)
    return (key?.text, faults.description)
  }

  @Test("comes from FAL_KEY, from the pair, or from a file less one newline")
  func sources() {
    #expect(find(["FAL_KEY": "id:secret"]) == ("id:secret", ""))
    #expect(find(["FAL_KEY_ID": "id", "FAL_KEY_SECRET": "secret", "FAL_KEY": ""]) == ("id:secret", ""))
    for ending in ["", "\n", "\r\n"] {
      let file = TemporaryFile("id:secret" + ending)
      var environment: FakeEnvironment = [:]
      environment.values["FAL_KEY_FILE"] = Array(file.path.utf8)
      #expect(find(environment) == ("id:secret", ""))
    }
  }

  @Test("may be absent only when it is not required")
  func absent() {
    #expect(find([:], required: false) == (nil, ""))
    let message = "FAL_KEY: no fal key; set FAL_KEY, FAL_KEY_ID with FAL_KEY_SECRET, or FAL_KEY_FILE"
    #expect(find([:]) == (nil, message))
    #expect(find(["FAL_KEY": ""]) == (nil, message))
  }

  @Test("is judged even where it is not required")
  func judged() {
    #expect(find(["FAL_KEY": "a b"], required: false).faults == "FAL_KEY: the key has white space in it")
  }

  @Test("is refused from two sources at once")
  func twoSources() {
    let message = "the fal key is given more than once; keep one"
    #expect(find(["FAL_KEY": "a", "FAL_KEY_FILE": "/x"]).faults == "FAL_KEY, FAL_KEY_FILE: \(message)")
    #expect(
      find(["FAL_KEY": "a", "FAL_KEY_ID": "b"]).faults == "FAL_KEY, FAL_KEY_ID with FAL_KEY_SECRET: \(message)")
    #expect(find(["FAL_KEY_SECRET": "a", "FAL_KEY_FILE": "/x"]).key == nil)
  }

  @Test("is refused when half of the pair is missing")
  func halfPair() {
    #expect(find(["FAL_KEY_ID": "a"]).faults == "FAL_KEY_ID: FAL_KEY_SECRET is missing; a key needs both")
    #expect(find(["FAL_KEY_SECRET": "a"]).faults == "FAL_KEY_SECRET: FAL_KEY_ID is missing; a key needs both")
  }

  @Test(
    "is refused when it cannot be one",
    arguments: [
      ("Key a:b", "the key begins with 'Key '; give the key alone, the proxy adds the scheme"),
      ("key a:b", "the key begins with 'Key '; give the key alone, the proxy adds the scheme"),
      ("a b", "the key has white space in it"), ("a\n", "the key has white space in it"),
      (" a", "the key has white space in it"), ("a\u{1}", "the key has a control character in it"),
      ("a\u{7F}", "the key has a control character in it"), ("ä", "the key has a character that is not ASCII"),
      (String(repeating: "a", count: 1025), "the key has more than 1024 bytes"),
    ])
  func malformed(key: String, message: String) {
    #expect(find(["FAL_KEY": key]) == (nil, "FAL_KEY: \(message)"))
    let file = TemporaryFile(key + "\n")
    #expect(find(["FAL_KEY_FILE": file.path]) == (nil, "FAL_KEY_FILE: \(message)"))
  }

  @Test("may have 1024 bytes, counted with the colon of the pair")
  func longest() {
    #expect(find(["FAL_KEY": String(repeating: "a", count: 1024)]).key?.utf8.count == 1024)
    let half = String(repeating: "a", count: 512)
    #expect(find(["FAL_KEY_ID": half, "FAL_KEY_SECRET": half]).faults.hasSuffix("the key has more than 1024 bytes"))
  }

  @Test("is refused from a file that is empty, too large, a directory or not there")
  func files() {
    for content in ["", "\n", "\r\n"] {
      #expect(find(["FAL_KEY_FILE": TemporaryFile(content).path]).key == nil)
      let file = TemporaryFile(content)
      #expect(find(["FAL_KEY_FILE": file.path]).faults == "FAL_KEY_FILE: the key is empty")
    }
    let file = TemporaryFile(String(repeating: "a", count: 4097))
    #expect(find(["FAL_KEY_FILE": file.path]).faults == "FAL_KEY_FILE: the file has more than 4096 bytes")
    #expect(find(["FAL_KEY_FILE": "/tmp"]).faults == "FAL_KEY_FILE: cannot read the file: Is a directory")
    #expect(find(["FAL_KEY_FILE": "/nonexistent"]).faults.hasSuffix("No such file or directory"))
  }

  @Test("loses only one newline of its file")
  func twoNewlines() {
    let file = TemporaryFile("a\n\n")
    #expect(find(["FAL_KEY_FILE": file.path]).faults == "FAL_KEY_FILE: the key has white space in it")
  }
}
