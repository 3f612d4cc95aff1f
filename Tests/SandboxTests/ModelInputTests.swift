import Fal
import Guard
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
      Case(#""strength":"1.01""#, "less_than_equal", #"{"le":1}"#),
      Case(#""strength":"x""#, "float_parsing"), Case(#""strength":null"#, "float_type"),
      Case(#""num_inference_steps":0"#, "greater_than_equal", #"{"ge":1}"#),
      Case(#""num_inference_steps":51"#, "less_than_equal", #"{"le":50}"#),
      Case(#""num_inference_steps":1e300"#, "int_parsing_size"), Case(#""num_inference_steps":2.5"#, "int_from_float"),
      Case(#""guidance_scale":[]"#, "float_type"), Case(#""num_images":5"#, "less_than_equal", #"{"le":4}"#),
      Case(#""num_images":"0""#, "greater_than_equal", #"{"ge":1}"#),
      Case(#""seed":"x""#, "int_parsing"), Case(#""seed":1.5"#, "int_from_float"),
      Case(#""seed":18446744073709551616"#, "less_than_equal", #"{"le":18446744073709551615}"#),
      Case(#""seed":-9223372036854775809"#, "greater_than_equal", #"{"ge":-9223372036854775808}"#),
      Case(#""sync_mode":"maybe""#, "bool_parsing"), Case(#""enable_safety_checker":2"#, "bool_parsing"),
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
      #""guidance_scale":1e9"#, #""num_images":4"#, #""seed":null"#, #""seed":18446744073709551615"#,
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
      prompt: "p", image: .sample, map: .sampleMap, strength: 0.85, steps: 28, guidance: 3.5,
      seed: "12345678901234567890", imageCount: 1, isSync: false, checksSafety: true, format: .png, size: nil)
    #expect(try Self.check("\(Self.required),\"seed\":12345678901234567890") == .accepted(expected))
  }

  @Test(
    "reads what fal's apps take for a number or a truth value as they do",
    arguments: [
      (#""strength":"0.5""#, ModelInput.read { $0.strength = 0.5 }), (#""strength":true"#, .read { $0.strength = 1 }),
      (#""num_inference_steps":"12.0""#, .read { $0.steps = 12 }), (#""num_images":3.0"#, .read { $0.imageCount = 3 }),
      (#""seed":"9007199254740993""#, .read { $0.seed = "9007199254740993" }),
      (#""seed":" +1_000 ""#, .read { $0.seed = "1000" }), (#""seed":1e3"#, .read { $0.seed = "1000" }),
      (#""sync_mode":"on""#, .read { $0.isSync = true }),
      (#""enable_safety_checker":0"#, .read { $0.checksSafety = false }),
      (#""guidance_scale":"7""#, .read { $0.guidance = 7 }), (#""guidance_scale":"nan""#, .read { _ in }),
    ])
  func reads(_ members: String, _ expected: ModelInput) throws {
    #expect(try Self.check("\(Self.required),\(members)") == .accepted(expected))
  }

  @Test("holds flux-general to a schema of its own")
  func general() throws {
    let model = "fal-ai/flux-general/differential-diffusion"
    let expected = ModelInput.read {
      $0.format = .jpeg
      $0.size = PixelSize(width: 64, height: 512)
    }
    let members = #"\#(Self.required),"output_format":"jpeg","image_size":{"width":"64"},"loras":[]"#
    #expect(try Self.check(members, model: model) == .accepted(expected))
    guard
      case .refused(let issues) = try Self.check(
        #"\#(Self.required),"output_format":"gif","image_size":"huge""#, model: model)
    else { throw Unexpected("accepted") }
    #expect(issues.map(\.type) == ["model_attributes_type", "literal_error", "literal_error"])
    guard case .refused(let size) = try Self.check(#"\#(Self.required),"image_size":{"width":0}"#, model: model)
    else { throw Unexpected("accepted") }
    #expect(size.map(\.location) == [["body", "image_size", "width"]] && size[0].type == "greater_than")
  }

  @Test("asks nothing of models it does not know")
  func otherModels() throws {
    #expect(try Self.check("", model: "fal-ai/flux/dev") == .accepted(ModelInput()))
    var portrait = ModelInput()
    portrait.size = PixelSize(width: 768, height: 1024)
    #expect(try Self.check(#""image_size":"portrait_4_3""#, model: "a/b") == .accepted(portrait))
  }

  @Test(
    "takes of a model it does not know any number as the nearest it can reckon with",
    arguments: [
      ("9223372036854775807", 100), ("20000000", 100), ("101", 100), ("100", 100), ("1", 1), ("0", 1), ("-3", 1),
      ("-9223372036854775808", 1), ("1e18", 100), ("true", 1), (#""0""#, 1), ("1e300", 28),
      ("99999999999999999999", 28),
      ("null", 28),
    ])
  func steps(number: String, steps: Int) throws {
    for model in ["a/b", "sandbox/slow", "workflows/o/n"] {
      guard case .accepted(let input) = try Self.check("\"num_inference_steps\":\(number)", model: model) else {
        throw Unexpected("refused")
      }
      #expect(input.steps == steps)
    }
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

extension ModelInput {
  /// What is read of the required members, changed.
  fileprivate static func read(_ change: (inout ModelInput) -> Void) -> ModelInput {
    var input = ModelInput(
      prompt: "p", image: .sample, map: .sampleMap)
    change(&input)
    return input
  }
}
