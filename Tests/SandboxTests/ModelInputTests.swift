import Fal
import Pictures
import Testing
import Text

@testable import Sandbox

@Suite struct ModelInputTests {
  static func check(_ members: String, model: String = "fal-ai/flux-differential-diffusion") throws
    -> ModelInput.Checked
  {
    let endpoint = try #require(EndpointID(model))
    return ModelInput.check(try JSONParser.parse(Array("{\(members)}".utf8)), for: endpoint) { url in
      guard url.hasPrefix("https:") else { return .refused(type: "file_download_error", message: "no") }
      return .found(url.hasSuffix("m.png") ? .sampleMap : .sample)
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

  @Test("fills in the defaults, keeps a seed's digits, and tells the image from the map")
  func defaults() throws {
    let expected = ModelInput(
      prompt: "p", image: .sample, map: .sampleMap, strength: 0.85, seed: "12345678901234567890", steps: 28,
      guidance: 3.5, imageCount: 1, isSync: false, checksSafety: true, format: .png, size: nil)
    #expect(try Self.check("\(Self.required),\"seed\":12345678901234567890") == .accepted(expected))
  }

  @Test("asks nothing of models it does not know")
  func otherModels() throws {
    #expect(try Self.check("", model: "fal-ai/flux/dev") == .accepted(ModelInput()))
    var portrait = ModelInput()
    portrait.size = PixelSize(width: 768, height: 1024)
    #expect(try Self.check(#""image_size":"portrait_4_3""#, model: "a/b") == .accepted(portrait))
  }

  @Test(
    "orders what was asked for, of the seed's digits, in the units of the painter",
    arguments: [
      ("", 850, 350, 28, 1, false),
      (#","strength":0.5,"guidance_scale":7.25,"num_inference_steps":2"#, 500, 725, 2, 1, false),
      (#","num_images":4,"strength":1"#, 1000, 350, 28, 4, false),
      (#","prompt":"a [nsfw] p""#, 850, 350, 28, 1, true),
      (#","prompt":"a [nsfw] p","enable_safety_checker":false"#, 850, 350, 28, 1, false),
    ])
  func order(members: String, strength: Int, guidance: Int, steps: Int, count: Int, isBlack: Bool) throws {
    guard case .accepted(let input) = try Self.check(Self.required + members) else { throw Unexpected("refused") }
    var options = SandboxOptions()
    options.whiteChanges = true
    let order = input.order(seed: "7", isShown: true, options)
    #expect(order.repaint.strength == strength && order.repaint.guidance == guidance && order.repaint.steps == steps)
    #expect(order.repaint.polarity == .whiteChanges && order.repaint.prompt == input.prompt)
    #expect(order.count == count && order.isBlack == isBlack && order.isShown)
    #expect(order.image == .sample && order.map == .sampleMap)
    #expect(input.order(seed: "8", isShown: true, options).repaint.seed != order.repaint.seed)
    #expect(input.withoutPictures.image == nil && input.withoutPictures.map == nil)
  }

  @Test("answers in JPEG where the model lets one choose")
  func format() throws {
    for (model, format) in [
      ("fal-ai/flux-general/differential-diffusion", PictureFile.Format.jpeg),
      ("fal-ai/flux-differential-diffusion", .png),
    ] {
      guard case .accepted(let input) = try Self.check(Self.required + #","output_format":"jpeg""#, model: model) else {
        throw Unexpected("refused")
      }
      #expect(input.format == format)
    }
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
