import StudioAssets
import Testing
import Text

@testable import Studio

@Suite("The Studio")
struct StudioTests {
  @Test("the browser is held to our own files, and beside the real fal to fal's files for pictures and calls alone")
  func policy() {
    for mode in [StudioFacts.Mode.sandbox, .fal] {
      let text = StudioPolicy.contentSecurityPolicy(mode)
      var directives: [Substring: Substring] = [:]
      for directive in text.split(separator: "; ") {
        let name = directive.prefix { $0 != " " }
        directives[name] = directive.dropFirst(name.count + 1)
      }
      let elsewhere = mode == .fal ? " https://fal.media https://*.fal.media https://storage.googleapis.com" : ""
      #expect(
        directives == [
          "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "worker-src": "'self'",
          "img-src": Substring("'self' blob: data:" + elsewhere), "connect-src": Substring("'self'" + elsewhere),
          "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
        ])
      #expect(!text.contains("unsafe"))
    }
  }

  @Test(
    "the page has room beside a path that is not its own",
    arguments: [
      ("/api/fal/proxy", true), ("/fal", true), ("/studio", true), ("/studios/x", true), ("/", false),
      ("/studio/main.js", false), ("/studio/", false),
    ])
  func room(path: String, hasRoom: Bool) {
    #expect(Studio.hasRoom(beside: path) == hasRoom)
  }

  @Test("every file is carried plain and compressed, each once, and there is a page")
  func files() {
    let files = StudioFile.carried
    #expect(Set(files.map(\.path)).count == files.count && files.contains { $0.path == "index.html" })
    for file in files {
      #expect(!file.content.isEmpty && file.gzipped?.starts(with: [0x1F, 0x8B]) == true, "\(file.path)")
      #expect(file.contentType.description != "application/octet-stream", "\(file.path)")
    }
    #expect(Set(files.map(\.tag)).count == files.count)
  }

  @Test("the page is told how the proxy is called")
  func facts() {
    let facts = StudioFacts(path: "/p", mode: .fal, asksForTokens: true, map: nil, models: ["m"])
    #expect(
      String(decoding: facts.document, as: UTF8.self)
        == #"{"path":"/p","mode":"fal","auth":"tokens","map":null,"models":["m"]}"#)
  }
}
