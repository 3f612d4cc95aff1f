internal import Fal
internal import Guard
internal import Pictures
internal import Text

/// What a model was asked for, checked (protocol.md §9.1) and read as fal's apps read it.
struct ModelInput: Equatable, Sendable {
  var prompt = ""
  var image: PictureSource?
  var map: PictureSource?
  /// 0…1.
  var strength = 0.85
  /// One of `stepRange`.
  var steps = 28
  /// Finite.
  var guidance = 3.5
  /// The seed's digits, as given; nil when one is to be drawn.
  var seed: String?
  var imageCount = 1
  var isSync = false
  var checksSafety = true
  var format = PictureFile.Format.png
  /// nil for that of the image.
  var size: PixelSize?

  /// Reads an input. Endpoints whose schema is not known take whatever comes.
  /// - Parameter lookUp: what is known of the picture behind a URL.
  /// - Returns: the input, or everything that is wrong with it in the order of the schema.
  static func check(
    _ value: JSONValue, for endpoint: EndpointID, lookUp: (String) -> PictureSource.Lookup
  ) -> Checked {
    var issues = ModelSchemas.builtIn[endpoint.text]?.input.issues(with: value) ?? []
    if issues.isEmpty { issues = SandboxLimits.issues(with: value) }
    guard issues.isEmpty else { return .refused(issues) }
    var input = ModelInput(value)
    if endpoint.text != EndpointID.fluxDifferentialDiffusion {
      input.format = value["output_format"]?.text.flatMap(PictureFile.Format.init) ?? .png
    }
    for name in ["image_url", "change_map_image_url"] {
      guard let url = value[name]?.text else { continue }
      switch lookUp(url) {
      case .found(let source) where name == "image_url": input.image = source
      case .found(let source): input.map = source
      case .refused(let type, let message):
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

  /// What a model that nobody here knows is asked for beyond it is taken as the nearest of them: each step is a line in the log.
  static let stepRange = 1...100

  /// The input as it is remembered: without its pictures.
  var withoutPictures: ModelInput {
    var input = self
    input.image = nil
    input.map = nil
    return input
  }
}

extension ModelInput {
  /// What is there and can be read; the defaults for the rest.
  private init(_ value: JSONValue) {
    prompt = value["prompt"]?.text ?? prompt
    if let number = value["strength"].flatMap(LaxReading.number), !number.isNaN { strength = min(max(number, 0), 1) }
    if let number = ModelInput.integer(value["num_inference_steps"]) {
      steps = min(max(number, ModelInput.stepRange.lowerBound), ModelInput.stepRange.upperBound)
    }
    if let number = value["guidance_scale"].flatMap(LaxReading.number), number.isFinite { guidance = number }
    seed = value["seed"].flatMap(LaxReading.integer)?.description
    imageCount = ModelInput.integer(value["num_images"]) ?? imageCount
    isSync = value["sync_mode"].flatMap(LaxReading.flag) ?? isSync
    checksSafety = value["enable_safety_checker"].flatMap(LaxReading.flag) ?? checksSafety
    size = ModelInput.size(value)
  }

  private static func integer(_ value: JSONValue?) -> Int? {
    value.flatMap(LaxReading.integer).flatMap { Int($0.description) }
  }

  private static func size(_ value: JSONValue) -> PixelSize? {
    guard let wanted = value["image_size"], wanted != .null else { return nil }
    if let name = wanted.text { return PixelSize.named(name) }
    return PixelSize(
      width: integer(wanted["width"]) ?? PixelSize.standard.width,
      height: integer(wanted["height"]) ?? PixelSize.standard.height)
  }
}
