import Testing

@testable import Guard

@Suite("What an upload may be asked for")
struct UploadPolicyTests {
  private func policy(_ patterns: [String]) -> UploadPolicy {
    UploadPolicy(patterns.map { try! ContentTypePattern($0) })
  }

  private func decide(_ content: String, _ patterns: [String] = ["image/*", "text/plain"]) -> String {
    do throws(UploadRefusal) {
      return String(decoding: try policy(patterns).decide(content: Array(content.utf8).span), as: UTF8.self)
    } catch {
      switch error {
      case .content: return "400"
      case .contentTypeNotAllowed: return "403"
      }
    }
  }

  @Test(
    "a type is covered by itself, by its range and by all, in any case and with any parameters",
    arguments: [
      ("image/png", true), ("IMAGE/PNG", true), ("image/svg+xml", true), ("text/plain", true),
      ("text/plain; charset=utf-8", true), ("text/plain ;a=b;c", true), ("text/html", false), ("text/plainer", false),
      ("imagex/png", false), ("application/image/png", nil), ("text/html;image/png", false),
      ("image/png,text/html", nil),
      ("image/png;a,text/html", nil), ("image/*", nil), ("*/*", nil), ("image", nil), ("image/", nil), ("/png", nil),
      ("", nil), (" image/png", nil), ("image/p ng", nil), ("image/png\\r\\nx: y", nil), ("imäge/png", nil),
    ] as [(String, Bool?)])
  func types(type: String, isAllowed: Bool?) {
    let content = #"{"content_type":"\#(type)","file_name":"a.png"}"#
    #expect(decide(content) == (isAllowed.map { $0 ? content : "403" } ?? "400"))
  }

  @Test("what is sent on is written anew, with its other members as they were")
  func written() {
    let content =
      #" { "file_name" : "\u0061.png", "size": 12345678901234567890, "content_type": "image\/png", "x": [{}] } "#
    #expect(
      decide(content) == #"{"file_name":"a.png","size":12345678901234567890,"content_type":"image/png","x":[{}]}"#)
  }

  @Test(
    "what cannot be read in one way only is refused",
    arguments: [
      "", "null", "[]", "{}", "{", #"{"content_type":"image/png"}x"#, #"{"file_name":"a.png"}"#,
      #"{"content_type":null}"#,
      #"{"content_type":["image/png"]}"#, #"{"content_type":"image/png","content_type":"text/html"}"#,
      #"{"content_type":"image/png","\u0063ontent_type":"text/html"}"#, #"{"content_type":"image/png","a":1,"a":2}"#,
      #"{"content_type":"image/png","Content_Type":"text/html"}"#,
      #"{"content_type":"image/png","contentType":"text/html"}"#,
      #"{"content_type":"image/png","content-type":"text/html"}"#, #"{"contentType":"image/png"}"#,
      #"content_type=image/png"#,
    ])
  func malformed(content: String) { #expect(decide(content) == "400") }

  @Test(
    "an entry that is none is a fault",
    arguments: [
      "", "*", "image", "image/", "/png", "*/png", "im*/png", "image/p*", "image/png;q=1", "image/png, a/b", "a/b/c",
    ])
  func faults(text: String) { #expect(throws: PatternError.self) { try ContentTypePattern(text) } }

  @Test("with */* nothing need be read, with an empty list nothing passes")
  func ends() {
    #expect(policy(["*/*"]).isOpen && policy(["a/b", "*/*"]).isOpen)
    #expect(!policy([]).isOpen && !policy(["image/*"]).isOpen)
    #expect(decide(#"{"content_type":"image/png"}"#, []) == "403")
    #expect(decide(#"{"content_type":"IMAGE/PNG"}"#, ["Image/Png"]) != "403")
  }
}
