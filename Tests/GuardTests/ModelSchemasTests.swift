import Foundation
import Testing
import Text

@testable import Guard

@Suite("The schemas of models")
struct ModelSchemasTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("config/models")

  @Test("the binary carries every file of config/models, byte by byte")
  func files() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".json") }
    #expect(Set(ModelSchemas.files.map(\.name)) == Set(names.map { "config/models/\($0)" }))
    for file in ModelSchemas.files {
      let path = Self.folder.appendingPathComponent((file.name as NSString).lastPathComponent)
      #expect(
        try Data(contentsOf: path) == Data(file.content), "\(file.name) has changed since it was built in: build again")
    }
  }

  @Test("each can be held, and the examples and defaults it gives pass", arguments: ModelSchemas.files.map(\.name))
  func holds(_ name: String) throws {
    let file = try #require(ModelSchemas.files.first { $0.name == name })
    let model = try ModelSchema(file.content)
    #expect(model.endpoint.split(separator: "/").count >= 2)
    guard case .object(let properties) = model.document["input"]?["properties"] else { return #expect(Bool(false)) }
    let values = properties.compactMap { property in
      (property.value["examples"]?.elements?.first ?? property.value["default"]).map {
        JSONMember(name: property.name, value: $0)
      }
    }
    #expect(model.input.issues(with: .object(values)).map(\.json) == [])
    #expect(properties.allSatisfy { $0.value["title"]?.text != nil && $0.value["description"]?.text != nil })
  }

  @Test("what protocol.md §9.3 gives as a result is an output, and what is none is refused")
  func output() throws {
    let model = try #require(ModelSchemas.builtIn["fal-ai/flux-differential-diffusion"])
    let result = #"""
      {"images":[{"url":"https://v3.fal.media/files/koala/Abc123.jpeg","width":1024,"height":1024,"content_type":"image/jpeg"}],
       "timings":{"inference":3.1},"seed":123456789012345678,"has_nsfw_concepts":[false],"prompt":"…"}
      """#
    #expect(model.output.issues(with: try JSONParser.parse(Array(result.utf8))).isEmpty)
    let issues = model.output.issues(
      with: try JSONParser.parse(Array(#"{"images":[{"url":""}],"timings":{"a":"b"}}"#.utf8)))
    #expect(
      issues.map(\.location) == [
        ["body", "images", 0, "width"], ["body", "images", 0, "height"], ["body", "timings", "a"], ["body", "seed"],
        ["body", "has_nsfw_concepts"], ["body", "prompt"],
      ])
  }

  @Test(
    "an error names the file and the place in it",
    arguments: [
      ("{", "a.json, at byte 1: no JSON: Expecting property name enclosed in double quotes"),
      (
        #"{"endpoint":"a/b","input":{}}"#,
        "a.json, at its outermost object: endpoint, input and output have to stand there"
      ),
      (
        #"{"endpoint":"a/b","input":{},"output":{},"outptu":{}}"#,
        "a.json, at outptu: is none of $defs, components, endpoint, input, output"
      ),
      (
        #"{"endpoint":"a/b","input":{"type":"string","pattern":""},"output":{}}"#,
        "a.json, at input: pattern is a keyword"
      ),
      (
        ##"{"endpoint":"a/b","input":{"$ref":"#/$defs/X"},"output":{},"$defs":{"X":{"type":"x"}}}"##,
        "a.json, at $defs/X: type is none of"
      ),
    ])
  func errors(_ content: String, _ sentence: String) {
    do throws(ModelSchemas.FileError) {
      _ = try ModelSchemas([("a.json", Array(content.utf8))])
      Issue.record("accepted")
    } catch {
      #expect(error.description.hasPrefix(sentence), "\(error)")
    }
  }

  @Test("two files cannot have the schemas of one endpoint")
  func twice() {
    let content = Array(#"{"endpoint":"a/b","input":{},"output":{}}"#.utf8)
    #expect(throws: ModelSchemas.FileError.self) { try ModelSchemas([("a.json", content), ("b.json", content)]) }
  }
}
