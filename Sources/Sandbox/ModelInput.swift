internal import Fal
internal import Pictures
internal import Text

/// What a model was asked for, checked (protocol.md §9.1).
struct ModelInput: Equatable, Sendable {
  var prompt = ""
  var image: PictureSource?
  var map: PictureSource?
  /// 0…1.
  var strength = 0.85
  /// The seed's digits, as given; nil when one is to be drawn.
  var seed: String?
  var steps = 28
  var guidance = 3.5
  var imageCount = 1
  var isSync = false
  var checksSafety = true
  var format = PictureFile.Format.png
  /// nil for that of the image.
  var size: PixelSize?

  /// The endpoints whose required fields are known; all others take whatever comes.
  private static let differential: Set = [
    EndpointID.fluxDifferentialDiffusion, "fal-ai/flux-general/differential-diffusion",
  ]

  /// Reads an input.
  /// - Parameter lookUp: what is known of the picture behind a URL.
  /// - Returns: the input, or everything that is wrong with it in the order of the schema.
  static func check(
    _ value: JSONValue, for endpoint: EndpointID, lookUp: (String) -> PictureSource.Lookup
  ) -> Checked {
    guard case .object = value else {
      return .refused([InputIssue("model_attributes_type", ["body"], "Input should be a valid dictionary or object")])
    }
    let required = differential.contains(endpoint.text)
    var reader = InputReader(value)
    var input = ModelInput()
    input.prompt = reader.text("prompt", required: required) ?? ""
    if let name = value["image_size"]?.text.flatMap(PixelSize.named) { input.size = name }
    if let width = value["image_size"]?["width"]?.int, let height = value["image_size"]?["height"]?.int {
      if width > 0, height > 0, width <= 14142, height <= 14142 {
        input.size = PixelSize(width: width, height: height)
      } else {
        reader.refuse("greater_than", ["body", "image_size"], "Input should be greater than 0", ("gt", 0))
      }
    }
    for name in ["image_url", "change_map_image_url"] {
      guard let url = reader.text(name, required: required) else { continue }
      switch lookUp(url) {
      case .found(let source) where name == "image_url": input.image = source
      case .found(let source): input.map = source
      case .refused(let type, let message):
        reader.refuse(type, ["body", .string(name)], message, nil, input: .string(url))
      }
    }
    input.strength = reader.decimal("strength", 0.01...1) ?? input.strength
    input.steps = reader.integer("num_inference_steps", 1...50) ?? input.steps
    input.seed = reader.seed("seed")
    input.guidance = reader.decimal("guidance_scale", required ? 1...20 : 0...100) ?? input.guidance
    input.isSync = reader.flag("sync_mode") ?? false
    input.imageCount = reader.integer("num_images", 1...4) ?? 1
    input.checksSafety = reader.flag("enable_safety_checker") ?? true
    if endpoint.text != EndpointID.fluxDifferentialDiffusion {
      input.format = value["output_format"]?.text.flatMap(PictureFile.Format.init) ?? .png
    }
    return reader.issues.isEmpty ? .accepted(input) : .refused(reader.issues)
  }

  /// The outcome of a check.
  enum Checked: Equatable, Sendable {
    case accepted(ModelInput)
    case refused([InputIssue])
  }

  /// What a run paints.
  func order(seed: String, isShown: Bool, _ options: SandboxOptions) -> PictureOrder {
    var repaint = Repaint(prompt: prompt, seed: SplitMix64.hash(seed))
    repaint.strength = Int((strength * 1000).rounded())
    repaint.guidance = Int((min(max(guidance, 0), 100) * 100).rounded())
    repaint.steps = steps
    repaint.polarity = options.whiteChanges ? .whiteChanges : .blackChanges
    if image == nil { repaint.strength = 1000 }
    return PictureOrder(
      image: image, map: map, size: size, sideLimit: options.imageSideLimit, repaint: repaint, count: imageCount,
      format: format, isBlack: isNotSafe, isShown: isShown)
  }

  /// Whether the safety checker hides the result: a prompt asks for that by a word of its own.
  var isNotSafe: Bool { checksSafety && prompt.contains(ModelInput.unsafeWord) }

  private static let unsafeWord = "[nsfw]"

  /// The input as it is remembered: without its pictures.
  var withoutPictures: ModelInput {
    var input = self
    input.image = nil
    input.map = nil
    return input
  }
}
