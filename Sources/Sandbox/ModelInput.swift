internal import Fal
internal import Text

/// What a model was asked for, checked (protocol.md §9.1).
struct ModelInput: Equatable, Sendable {
  var prompt = ""
  /// The seed's digits, as given; nil when one is to be drawn.
  var seed: String?
  var steps = 28
  var imageCount = 1
  var isSync = false
  var size = ImageSize.standard

  /// The endpoints whose required fields are known; all others take whatever comes.
  private static let differential: Set = [
    EndpointID.fluxDifferentialDiffusion, "fal-ai/flux-general/differential-diffusion",
  ]

  /// Reads an input.
  /// - Parameter lookUp: what is known of the image behind a URL.
  /// - Returns: the input, or everything that is wrong with it in the order of the schema.
  static func check(
    _ value: JSONValue, for endpoint: EndpointID, lookUp: (String) -> ImageLookup
  ) -> Checked {
    guard case .object = value else {
      return .refused([InputIssue("model_attributes_type", ["body"], "Input should be a valid dictionary or object")])
    }
    let required = differential.contains(endpoint.text)
    var reader = InputReader(value)
    var input = ModelInput()
    input.prompt = reader.text("prompt", required: required) ?? ""
    if let name = value["image_size"]?.text.flatMap(ImageSize.named) { input.size = name }
    if let width = value["image_size"]?["width"]?.int, let height = value["image_size"]?["height"]?.int {
      if width > 0, height > 0, width <= 14142, height <= 14142 {
        input.size = ImageSize(width: width, height: height)
      } else {
        reader.refuse("greater_than", ["body", "image_size"], "Input should be greater than 0", ("gt", 0))
      }
    }
    for name in ["image_url", "change_map_image_url"] {
      guard let url = reader.text(name, required: required) else { continue }
      switch lookUp(url) {
      case .size(let size) where name == "image_url" && value["image_size"] == nil: input.size = size
      case .size, .unknown: break
      case .unusable(let type, let message):
        reader.refuse(type, ["body", .string(name)], message, nil, input: .string(url))
      }
    }
    reader.decimal("strength", 0.01...1)
    input.steps = reader.integer("num_inference_steps", 1...50) ?? input.steps
    input.seed = reader.seed("seed")
    reader.decimal("guidance_scale", required ? 1...20 : 0...100)
    input.isSync = reader.flag("sync_mode") ?? false
    input.imageCount = reader.integer("num_images", 1...4) ?? 1
    _ = reader.flag("enable_safety_checker")
    return reader.issues.isEmpty ? .accepted(input) : .refused(reader.issues)
  }

  /// The outcome of a check.
  enum Checked: Equatable, Sendable {
    case accepted(ModelInput)
    case refused([InputIssue])
  }

  /// The units a run is billed with: megapixels, each image rounded up (protocol.md §11).
  var billedUnits: Int { imageCount * size.billedMegapixels }
}
