internal import Fal
internal import Guard
internal import Text

/// What a model was asked for, checked (protocol.md §9.1) and read as fal's apps read it.
struct ModelInput: Equatable, Sendable {
  var prompt = ""
  var imageURL: String?
  var mapURL: String?
  /// 0…1.
  var strength = 0.85
  var steps = 28
  /// Finite.
  var guidance = 3.5
  /// The seed's digits, as given; nil when one is to be drawn.
  var seed: String?
  var imageCount = 1
  var isSync = false
  var checksSafety = true
  /// nil where the model has no choice.
  var format: Format?
  var size = ImageSize.standard

  /// An `output_format`.
  enum Format: String, Sendable {
    case jpeg, png
  }

  /// Reads an input. Endpoints whose schema is not known take whatever comes.
  /// - Parameter lookUp: what is known of the image behind a URL.
  /// - Returns: the input, or everything that is wrong with it in the order of the schema.
  static func check(
    _ value: JSONValue, for endpoint: EndpointID, lookUp: (String) -> ImageLookup
  ) -> Checked {
    var issues = ModelSchemas.builtIn[endpoint.text]?.input.issues(with: value) ?? []
    if issues.isEmpty { issues = SandboxLimits.issues(with: value) }
    guard issues.isEmpty else { return .refused(issues) }
    var input = ModelInput(value)
    for name in ["image_url", "change_map_image_url"] {
      guard let url = value[name]?.text else { continue }
      switch lookUp(url) {
      case .size(let size) where name == "image_url" && !hasSize(value): input.size = size
      case .size, .unknown: break
      case .unusable(let type, let message):
        issues.append(InputIssue(type, ["body", .string(name)], message, input: .string(url)))
      }
    }
    return issues.isEmpty ? .accepted(input) : .refused(issues)
  }

  /// The outcome of a check.
  enum Checked: Equatable, Sendable {
    case accepted(ModelInput)
    case refused([InputIssue])
  }

  /// The units a run is billed with: megapixels, each image rounded up (protocol.md §11).
  var billedUnits: Int { imageCount * size.billedMegapixels }
}

extension ModelInput {
  /// What is there and can be read; the defaults for the rest.
  private init(_ value: JSONValue) {
    prompt = value["prompt"]?.text ?? prompt
    imageURL = value["image_url"]?.text
    mapURL = value["change_map_image_url"]?.text
    if let number = value["strength"].flatMap(LaxReading.number), !number.isNaN { strength = min(max(number, 0), 1) }
    steps = ModelInput.integer(value["num_inference_steps"]) ?? steps
    if let number = value["guidance_scale"].flatMap(LaxReading.number), number.isFinite { guidance = number }
    seed = value["seed"].flatMap(LaxReading.integer)?.description
    imageCount = ModelInput.integer(value["num_images"]) ?? imageCount
    isSync = value["sync_mode"].flatMap(LaxReading.flag) ?? isSync
    checksSafety = value["enable_safety_checker"].flatMap(LaxReading.flag) ?? checksSafety
    format = value["output_format"]?.text.flatMap(Format.init)
    size = ModelInput.size(value) ?? size
  }

  private static func integer(_ value: JSONValue?) -> Int? {
    value.flatMap(LaxReading.integer).flatMap { Int($0.description) }
  }

  private static func hasSize(_ value: JSONValue) -> Bool { size(value) != nil }

  private static func size(_ value: JSONValue) -> ImageSize? {
    guard let wanted = value["image_size"], wanted != .null else { return nil }
    if let name = wanted.text { return ImageSize.named(name) }
    return ImageSize(
      width: integer(wanted["width"]) ?? ImageSize.standard.width,
      height: integer(wanted["height"]) ?? ImageSize.standard.height)
  }
}
