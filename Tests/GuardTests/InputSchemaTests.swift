import Foundation
import Testing
import Text

@testable import Guard

@Suite("What is wrong with an input")
struct InputSchemaTests {
  @Test("is what pydantic finds, with its kinds, places, sentences and numbers", arguments: InputCorpus.sections)
  func corpus(_ section: InputCorpus.Section) throws {
    let source = try JSONParser.parse(Array(section.schema.utf8))
    let schema = try InputSchema(source, in: source, path: "schema")
    for row in section.rows {
      let issues = schema.issues(with: try JSONParser.parse(Array(row.value.utf8)), at: [])
      let found = JSONValue.array(issues.map(plain))
      #expect(
        String(decoding: JSONWriter.bytes(found), as: UTF8.self) == row.issues,
        "\(section.name): \(row.value.prefix(200))")
    }
  }

  @Test("the corpus has its rows")
  func size() { #expect(InputCorpus.sections.reduce(0) { $0 + $1.rows.count } >= 280) }

  private func plain(_ issue: InputIssue) -> JSONValue {
    var members = [
      JSONMember(name: "type", value: .string(issue.type)), JSONMember(name: "loc", value: .array(issue.location)),
      JSONMember(name: "msg", value: .string(issue.message)),
    ]
    if !issue.context.isEmpty { members.append(JSONMember(name: "ctx", value: .object(issue.context))) }
    return .object(members)
  }

  private func schema(_ text: String) throws -> InputSchema {
    let source = try JSONParser.parse(Array(text.utf8))
    return try InputSchema(source, in: source, path: "schema")
  }

  @Test("a reference is called by its own name where it is one of several possibilities")
  func reference() throws {
    let schema = try schema(
      ##"{"properties":{"a":{"anyOf":[{"$ref":"#/properties/B"},{"type":"string"}]},"B":{"type":"object","properties":{}}},"type":"object"}"##
    )
    let issues = schema.issues(with: .object(["a": 1]))
    #expect(issues.map(\.location) == [["body", "a", "B"], ["body", "a", "str"]])
  }

  @Test("a schema in an allOf, and `nullable`, are taken as fal's documents mean them")
  func openAPI() throws {
    let schema = try schema(
      #"{"allOf":[{"type":"integer","minimum":3}],"nullable":true,"description":"x","x-order":[]}"#)
    #expect(schema.issues(with: .null).isEmpty && schema.issues(with: 3).isEmpty)
    #expect(schema.issues(with: 2).map(\.type) == ["greater_than_equal"])
  }

  @Test("of many issues a hundred are told")
  func many() throws {
    let schema = try schema(#"{"type":"array","items":{"anyOf":[{"type":"integer"},{"type":"boolean"}]}}"#)
    let issues = schema.issues(with: .array([JSONValue](repeating: "x", count: 5000)))
    #expect(issues.count == InputCheck.issueLimit && issues[99].location == ["body", 49, "bool"])
    let right = [JSONValue](repeating: "true", count: 5000)
    #expect(
      schema.issues(with: .array(right + ["x"])).map(\.location) == [["body", 5000, "int"], ["body", 5000, "bool"]])
  }

  @Test(
    "a long input takes the time of its length",
    arguments: [
      #"{"type":"array","items":{"anyOf":[{"type":"integer","maximum":0},{"type":"boolean"},{"type":"string"}]}}"#,
      #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"additionalProperties":{"type":"integer"}}"#,
      #"{"type":"string","maxLength":5}"#, #"{"type":"number"}"#, #"{"type":"integer"}"#, #"{"type":"boolean"}"#,
      #"{"enum":["a","b"]}"#,
    ])
  func hostile(_ text: String) throws {
    let schema = try schema(text)
    let length = 1_000_000
    var deep = JSONValue.null
    for _ in 0..<60 { deep = .array([deep]) }
    let values: [JSONValue] = [
      .array([JSONValue](repeating: 1, count: length / 2)), .string(String(repeating: "9", count: length)),
      .number(String(repeating: "9", count: length)), .string(String(repeating: " ", count: length)),
      .string(String(repeating: "1_", count: length / 2)),
      .string("\u{E9}" + String(repeating: "\u{301}", count: length / 2)),
      .object((0..<length / 10).map { JSONMember(name: "n\($0)", value: "x") }), deep,
    ]
    for value in values {
      let took = ContinuousClock().measure { _ = schema.issues(with: value) }
      // A tenth of a second in a release build; what is not linear takes an hour.
      #expect(took < .seconds(60))
    }
  }
}

/// The values of Tests/Corpus/inputs (Tests/Corpus/README.md).
enum InputCorpus {
  /// A schema with values of it.
  struct Section: Sendable, CustomTestStringConvertible {
    var name: String
    var schema: String
    var rows: [(value: String, issues: String)]
    var testDescription: String { name }
  }

  static let sections: [Section] = {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appendingPathComponent("Corpus/inputs/pydantic.txt")
    let lines = try! String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    var sections: [Section] = []
    var name = ""
    for line in lines {
      if line.hasPrefix("# ") {
        name = String(line.dropFirst(2))
      } else if line.hasPrefix("schema ") {
        sections.append(Section(name: name, schema: String(line.dropFirst(7)), rows: []))
      } else {
        let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
        sections[sections.count - 1].rows.append((parts[0], parts[1]))
      }
    }
    return sections
  }()
}
