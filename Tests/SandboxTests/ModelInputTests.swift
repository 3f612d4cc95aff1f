import Fal
import Testing
import Text

@testable import Sandbox

@Suite struct ModelInputTests {
  static func check(_ members: String, model: String = "fal-ai/flux-differential-diffusion") throws
    -> ModelInput.Checked
  {
    let endpoint = try #require(EndpointID(model))
    return ModelInput.check(try JSONParser.parse(Array("{\(members)}".utf8)), for: endpoint) { url in
      guard url.hasPrefix("https:") else { return .unusable(type: "file_download_error", message: "no") }
      return .size(ImageSize(width: 640, height: 480))
    }
  }

  static let required = #""prompt":"p","image_url":"https://a/i.png","change_map_image_url":"https://a/m.png""#

  struct Case: CustomTestStringConvertible {
    var members: String
    var type: String
    var context: String?
    var testDescription: String { members }

    init(_ members: String, _ type: String, _ context: String? = nil) {
      self.members = members
      self.type = type
      self.context = context
    }
  }

  @Test(
    "refuses what is outside the schema of protocol.md §9.1 and names the field",
    arguments: [
      Case(#""strength":0"#, "greater_than_equal", #"{"ge":0.01}"#),
      Case(#""strength":1.01"#, "less_than_equal", #"{"le":1}"#),
      Case(#""strength":"0.5""#, "float_type"), Case(#""strength":null"#, "float_type"),
      Case(#""num_inference_steps":0"#, "greater_than_equal", #"{"ge":1}"#),
      Case(#""num_inference_steps":51"#, "less_than_equal", #"{"le":50}"#),
      Case(#""num_inference_steps":1e300"#, "less_than_equal", #"{"le":50}"#),
      Case(#""num_inference_steps":2.5"#, "int_type"),
      Case(#""guidance_scale":0.5"#, "greater_than_equal", #"{"ge":1}"#),
      Case(#""guidance_scale":21"#, "less_than_equal", #"{"le":20}"#),
      Case(#""num_images":5"#, "less_than_equal", #"{"le":4}"#), Case(#""num_images":true"#, "int_type"),
      Case(#""seed":"7""#, "int_type"), Case(#""seed":1.5"#, "int_type"),
      Case(#""seed":18446744073709551616"#, "less_than_equal", #"{"le":18446744073709551615}"#),
      Case(#""seed":-9223372036854775809"#, "greater_than_equal", #"{"ge":-9223372036854775808}"#),
      Case(#""sync_mode":"yes""#, "bool_type"), Case(#""enable_safety_checker":1"#, "bool_type"),
      Case(#""prompt":3"#, "string_type"), Case(#""image_url":"ftp://x""#, "file_download_error"),
    ])
  func refuses(_ test: Case) throws {
    guard case .refused(let issues) = try Self.check("\(Self.required),\(test.members)") else {
      throw Unexpected("accepted")
    }
    #expect(issues.map(\.type) == [test.type])
    let field = test.members.split(separator: "\"")[0]
    #expect(issues[0].location == ["body", .string(String(field))])
    let context = issues[0].json["ctx"].map { String(decoding: JSONWriter.bytes($0), as: UTF8.self) }
    #expect(context == test.context)
    #expect(issues[0].json["url"] == .string("https://docs.fal.ai/errors/#\(test.type)"))
  }

  @Test(
    "accepts the limits themselves",
    arguments: [
      #""strength":0.01"#, #""strength":1"#, #""num_inference_steps":50"#, #""num_inference_steps":1.0"#,
      #""guidance_scale":20"#, #""num_images":4"#, #""seed":null"#, #""seed":18446744073709551615"#,
      #""seed":-9223372036854775808"#, #""sync_mode":true"#, #""unknown":[{}]"#,
    ])
  func accepts(members: String) throws {
    guard case .accepted = try Self.check("\(Self.required),\(members)") else { throw Unexpected("refused") }
  }

  @Test("names every required field that is missing, in the order of the schema")
  func missing() throws {
    guard case .refused(let issues) = try Self.check("") else { throw Unexpected("accepted") }
    #expect(issues.map(\.type) == ["missing", "missing", "missing"])
    #expect(issues.map { $0.location[1] } == ["prompt", "image_url", "change_map_image_url"])
  }

  @Test("fills in the defaults, keeps a seed's digits, and takes the size of the input image")
  func defaults() throws {
    let expected = ModelInput(
      prompt: "p", seed: "12345678901234567890", steps: 28, imageCount: 1, isSync: false,
      size: ImageSize(width: 640, height: 480))
    #expect(try Self.check("\(Self.required),\"seed\":12345678901234567890") == .accepted(expected))
  }

  @Test("asks nothing of models it does not know")
  func otherModels() throws {
    #expect(try Self.check("", model: "fal-ai/flux/dev") == .accepted(ModelInput()))
    var portrait = ModelInput()
    portrait.size = ImageSize(width: 768, height: 1024)
    #expect(try Self.check(#""image_size":"portrait_4_3""#, model: "a/b") == .accepted(portrait))
  }

  @Test("does not repeat long values in an error")
  func longInput() throws {
    let long = String(repeating: "x", count: 10_000)
    guard case .refused(let issues) = try Self.check(#"\#(Self.required),"strength":"\#(long)""#) else {
      throw Unexpected("accepted")
    }
    #expect(JSONWriter.bytes(issues[0].json).count < 400)
  }
}
