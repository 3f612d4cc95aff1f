import Testing

@testable import Settings

@Suite("The fal key")
struct FalKeyTests {
  private func find(_ environment: FakeEnvironment) -> (key: String?, faults: String) {
    var faults = SettingsFaults()
    let key = FalKey.load(from: environment, faults: &faults)
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

  @Test("may not be absent")
  func absent() {
    let message = "FAL_KEY: no fal key; set FAL_KEY, FAL_KEY_ID with FAL_KEY_SECRET, or FAL_KEY_FILE"
    #expect(find([:]) == (nil, message))
    #expect(find(["FAL_KEY": ""]) == (nil, message))
  }

  @Test(
    "is missed with the right name of a variable that is spelled almost as its own",
    arguments: [
      ("FALKEY", "FAL_KEY"), ("fal_key", "FAL_KEY"), ("FAL_API_KEY", "FAL_KEY"), ("FAL_KEYID", "FAL_KEY_ID"),
    ])
  func misnamed(name: String, meant: String) {
    var environment: FakeEnvironment = [:]
    environment.values[name] = Array("id:canary".utf8)
    let faults = find(environment).faults
    #expect(faults.hasSuffix("FAL_KEY_FILE (\(name) is set, but the variable is called \(meant))"))
  }

  @Test("is not looked at where none is required")
  func notRequired() {
    let environment: FakeEnvironment = ["FAL_KEY": "a b", "FAL_KEY_FILE": "/none"]
    let loaded = SettingsLoader.load(configPath: nil, environment: environment, keyRequired: false)
    #expect(loaded.faults.isEmpty && loaded.falKey == nil)
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
      ("bearer a:b", "the key begins with 'Bearer '; give the key alone, the proxy adds the scheme"),
      ("'a:b'", "the key has quotes in it; leave them out"), ("\"a:b", "the key has quotes in it; leave them out"),
      ("${FAL_KEY}", "the key holds a '$': a variable or command that nothing has replaced; give its value"),
      ("$ID:s", "the key holds a '$': a variable or command that nothing has replaced; give its value"),
      ("%KEY%", "the key holds a bracket or '%': a placeholder that nothing has replaced; give the key itself"),
      ("{{ key }}", "the key holds a bracket or '%': a placeholder that nothing has replaced; give the key itself"),
      ("<id>:<secret>", "the key holds a bracket or '%': a placeholder that nothing has replaced; give the key itself"),
      ("FAL_KEY=a:b", "the key begins with NAME=; give only what stands behind the '='"),
      ("export FAL_KEY=a:b", "the key begins with NAME=; give only what stands behind the '='"),
      ("undefined", "the key is a placeholder; give the key that fal shows when it is made"),
      ("null:null", "the key is a placeholder; give the key that fal shows when it is made"),
      ("your-id:b", "the key is a placeholder; give the key that fal shows when it is made"),
      ("xxxx:xxxx", "the key is a placeholder; give the key that fal shows when it is made"),
      ("abc", "the key has no colon; a fal key is id:secret, both halves"),
      ("a:", "half of the key is empty; a fal key is id:secret"),
      (":b", "half of the key is empty; a fal key is id:secret"),
      ("__ID__:b", "the key is a placeholder; give the key that fal shows when it is made"),
      ("a:b=c", "the key has a character that no fal key has; it is made of letters, digits and . _ ~ - + / ="),
      ("a:b:c", "the key has more than one colon; a fal key is id:secret"),
      ("a:b;c", "the key has a character that no fal key has; it is made of letters, digits and . _ ~ - + / ="),
      ("op://vault", "the key has a character that no fal key has; it is made of letters, digits and . _ ~ - + / ="),
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
    #expect(find(["FAL_KEY": "a:" + String(repeating: "b", count: 1022)]).key?.utf8.count == 1024)
    #expect(find(["FAL_KEY": "a-1_2.3~:b+/b=="]).key == "a-1_2.3~:b+/b==")
    #expect(find(["FAL_KEY_ID": "a", "FAL_KEY_SECRET": "b=="]).key == "a:b==")
    #expect(find(["FAL_KEY_ID": "a", "FAL_KEY_SECRET": "/b+c="]).key == "a:/b+c=")
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
    #expect(find(["FAL_KEY_FILE": "/tmp"]).faults == "FAL_KEY_FILE: cannot read /tmp: Is a directory")
    #expect(find(["FAL_KEY_FILE": "/none"]).faults == "FAL_KEY_FILE: cannot read /none: No such file or directory")
    for path in ["secrets/nokey", "nokey.txt", "./nokey"] {
      #expect(
        find(["FAL_KEY_FILE": path]).faults == "FAL_KEY_FILE: cannot read \(path): No such file or directory")
    }
    for key in ["id:secret", "/id:secret", "secret", "x/3f2b8a1c9d4e4b7a8c6f1e2d3c4b5a69"] {
      let message = "cannot read the file it names: No such file or directory"
      #expect(find(["FAL_KEY_FILE": key]).faults == "FAL_KEY_FILE: \(message)", "a key in its place is not shown")
    }
  }

  @Test("loses only one newline of its file")
  func twoNewlines() {
    let file = TemporaryFile("a\n\n")
    #expect(find(["FAL_KEY_FILE": file.path]).faults == "FAL_KEY_FILE: the key has white space in it")
  }

  @Test("is refused when a half holds a whole key or a placeholder")
  func halves() {
    #expect(find(["FAL_KEY_ID": "a:b", "FAL_KEY_SECRET": "c"]).faults.contains("FAL_KEY_ID: the value has a colon"))
    #expect(find(["FAL_KEY_ID": "a", "FAL_KEY_SECRET": "null"]).faults.contains("SECRET: the value is a placeholder"))
  }
}
