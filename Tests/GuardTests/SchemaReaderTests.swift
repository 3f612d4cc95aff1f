import Testing
import Text

@testable import Guard

@Suite("A schema that cannot be held whole is no schema")
struct SchemaReaderTests {
  struct Case: CustomTestStringConvertible {
    var schema: String
    var path: String
    var words: String
    var testDescription: String { schema }

    init(_ schema: String, _ path: String, _ words: String) {
      self.schema = schema
      self.path = path
      self.words = words
    }
  }

  static func error(_ text: String) throws -> InputSchemaError? {
    let source = try JSONParser.parse(Array(text.utf8))
    do throws(InputSchemaError) {
      _ = try InputSchema(source, in: source, path: "input")
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "the error names the place and the keyword",
    arguments: [
      Case(#"{"type":"string","pattern":"a"}"#, "input", "pattern is a keyword that is not supported"),
      Case(#"{"type":"string","format":"uri"}"#, "input", "format is"),
      Case(#"{"type":"integer","multipleOf":2}"#, "input", "multipleOf is"),
      Case(#"{"type":"integer","minLength":2}"#, "input", "minLength is"),
      Case(#"{"type":"string","minimum":2}"#, "input", "minimum is"),
      Case(#"{"oneOf":[{"type":"string"}]}"#, "input", "oneOf is"), Case(#"{"not":{}}"#, "input", "not is"),
      Case(#"{"type":"array","uniqueItems":true}"#, "input", "uniqueItems is"),
      Case(
        #"{"type":"object","properties":{"a":{"type":"array","items":{"minmum":1}}}}"#, "input/properties/a/items",
        "minmum is"),
      Case(#"{"anyOf":[{"type":"string"},{"typo":1}]}"#, "input/anyOf/1", "typo is"),
      Case(#"{"anyOf":[{"type":"string"}],"minLength":1}"#, "input", "minLength is"),
      Case(#"{"type":"object","additionalProperties":{"typo":1}}"#, "input/additionalProperties", "typo is"),
      Case(#"{"type":"object","patternProperties":{}}"#, "input", "patternProperties is"),
      Case(#"[]"#, "input", "a schema is a JSON object"),
      Case(#"{"type":"array","items":true}"#, "input/items", "a schema is"),
      Case(#"{"type":"text"}"#, "input", "type is none of"), Case(#"{"type":3}"#, "input", "type has to be"),
      Case(#"{"type":"null"}"#, "input", "type is none of"),
      Case(#"{"type":["string","integer"]}"#, "input", "write them as an anyOf"),
      Case(#"{"type":"string","type":"integer"}"#, "input", "a keyword stands twice"),
      Case(#"{"type":"integer","minimum":"1"}"#, "input", "minimum has to be a number"),
      Case(#"{"type":"integer","minimum":0.5}"#, "input", "one of an integer an integer"),
      Case(#"{"type":"integer","exclusiveMinimum":true}"#, "input", "exclusiveMinimum has to be a number"),
      Case(#"{"type":"string","minLength":-1}"#, "input", "minLength has to be an integer"),
      Case(#"{"type":"string","enum":[]}"#, "input", "enum may hold"),
      Case(#"{"enum":[1.5]}"#, "input", "enum may hold"),
      Case(#"{"enum":"a"}"#, "input", "enum may hold"),
      Case(#"{"type":"string","enum":[1]}"#, "input", "enum may hold"),
      Case(#"{"const":true}"#, "input", "const may hold"),
      Case(#"{"allOf":[{},{}]}"#, "input", "allOf has to hold exactly one"),
      Case(#"{"allOf":{}}"#, "input", "allOf has"),
      Case(#"{"anyOf":[]}"#, "input", "anyOf has"),
      Case(#"{"anyOf":[{"type":"null"}]}"#, "input/anyOf", "besides null"),
      Case(##"{"$ref":"#/$defs/A"}"##, "input", "$ref leads to nothing"),
      Case(##"{"$ref":"other.json"}"##, "input", "$ref leads to nothing"),
      Case(##"{"$ref":"#"}"##, "input", "$ref leads to nothing"),
      Case(##"{"$ref":7}"##, "input", "$ref has to be a string"),
      Case(##"{"type":"object","properties":{"a":{"$ref":"#/properties/a"}}}"##, "properties/a", "leads back"),
      Case(#"{"type":"object","required":["a"]}"#, "input", "required names"),
      Case(#"{"type":"object","properties":{},"required":["a"]}"#, "input", "required names"),
      Case(#"{"type":"object","properties":{},"required":[1]}"#, "input", "required has to be"),
      Case(#"{"type":"object","properties":[]}"#, "input", "properties has to be"),
      Case(#"{"type":"object","properties":{"a":{},"a":{}}}"#, "input", "names nothing twice"),
      Case(#"{"type":"string","nullable":1}"#, "input", "nullable has to be"),
    ])
  func refuses(_ test: Case) throws {
    let error = try #require(try Self.error(test.schema))
    #expect(error.path == test.path)
    #expect(error.reason.contains(test.words), "\(error)")
  }

  @Test("a schema that grows without end by its references is refused, and so is one nested too deeply")
  func size() throws {
    var defs = #""d0":{"type":"string"}"#
    for level in 1...20 {
      let part = "{\"$ref\":\"#/$defs/d\(level - 1)\"}"
      defs += #","d\#(level)":{"anyOf":[\#(part),\#(part)]}"#
    }
    let source = try JSONParser.parse(Array(##"{"$defs":{\##(defs)},"input":{"$ref":"#/$defs/d20"}}"##.utf8))
    let input = try #require(source["input"])
    #expect(throws: InputSchemaError.self) { try InputSchema(input, in: source, path: "input") }
    let deep = String(repeating: #"{"type":"array","items":"#, count: 40) + "{}" + String(repeating: "}", count: 40)
    #expect(try Self.error(deep)?.reason == "the schema is too large or nested too deeply")
  }
}
