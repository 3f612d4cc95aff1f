internal import Fal
internal import Guard
internal import HTTPWire
internal import Text

/// What the APIs of one sandbox share.
final class SandboxState {
  let options: SandboxOptions
  let place: SandboxPlace
  let files: FileStore
  var jobs: JobStore
  private var random = SystemRandomNumberGenerator()

  init(_ place: SandboxPlace, files: FileStore, options: SandboxOptions) {
    self.options = options
    self.place = place
    self.files = files
    jobs = JobStore(options)
  }

  /// Makes a job of a call; whatever is wrong with the input is the job's outcome, not an error of the call
  /// (protocol.md §3.4).
  func makeJob(
    _ request: SandboxRequest, _ endpoint: EndpointID, waits: UInt64, at now: UInt64, date: UInt64
  ) throws(SandboxRefusal) -> Job {
    var waits = waits
    var isLate = false
    if let text = request.field("x-fal-request-timeout") {
      guard let seconds = Double(text), seconds > 0, seconds.isFinite else {
        throw SandboxRefusal(
          reply: .requestError(400, "bad_request", "Invalid value for header x-fal-request-timeout"))
      }
      if seconds * 1e9 < Double(waits) {
        waits = UInt64(seconds * 1e9)
        isLate = true
      }
    }
    return Job(
      id: UUIDv7.text(milliseconds: date, using: &random), endpoint: endpoint,
      outcome: isLate ? .late : outcome(of: request, endpoint), submitted: now, date: date, waits: waits,
      runs: options.runMilliseconds * 1_000_000)
  }

  private func outcome(of request: SandboxRequest, _ endpoint: EndpointID) -> Job.Outcome {
    let value: JSONValue
    if request.method == .get {
      value = request.query.input(depthLimit: options.jsonDepthLimit)
    } else if request.content.isEmpty {
      return .refused([InputIssue("missing", ["body"], "Field required")])
    } else {
      do {
        value = try JSONParser.parse(request.content, depthLimit: options.jsonDepthLimit)
      } catch {
        return .refused([SandboxState.issue(error)])
      }
    }
    let base = place.base(for: request)
    switch ModelInput.check(value, for: endpoint, lookUp: { lookUp($0, base: base) }) {
    case .accepted(var input):
      input.size = input.size.fitting(options.imageSideLimit)
      return .output(input, seed: input.seed ?? drawnSeed())
    case .refused(let issues): return .refused(issues)
    }
  }

  /// Up to 18 digits, as fal draws them: more than a JavaScript number holds (protocol.md §9.2).
  private func drawnSeed() -> String {
    String(UInt64.random(in: 0..<1_000_000_000_000_000_000, using: &random))
  }

  static func issue(_ error: JSONError) -> InputIssue {
    InputIssue(
      "json_invalid", ["body", .integer(error.offset)], "JSON decode error",
      context: JSONMember(name: "error", value: .string(error.reason)))
  }

  /// How many digits of a data URI are read for the size of its image.
  private static let headerDigits = 64

  private func lookUp(_ url: String, base: String) -> ImageLookup {
    if url.hasPrefix("data:") {
      guard let comma = url.firstIndex(of: ","), url[..<comma].hasSuffix(";base64") else {
        return .unusable(type: "image_load_error", message: "Failed to load the image: not a base64 data URI")
      }
      let bytes = Base64.prefix(url[url.index(after: comma)...], limit: SandboxState.headerDigits)
      guard let size = PNG.size(of: bytes) else { return .unknown }
      return .size(size)
    }
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
      return .unusable(type: "file_download_error", message: "Failed to download the file: not a URL")
    }
    // A file has one name, under whatever address the client that uploaded it reached the proxy.
    if let file = files.file(named: url.split(separator: "/").suffix(2).joined(separator: "/")) {
      return file.content.flatMap(PNG.size).map(ImageLookup.size) ?? .unknown
    }
    return url.hasPrefix(base + "/files/")
      ? .unusable(type: "file_download_error", message: "Failed to download the file") : .unknown
  }
}
