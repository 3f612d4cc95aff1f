internal import Guard
internal import Pictures
internal import Text

extension SandboxState {
  /// What asking for the result of a job answers (protocol.md §3.7).
  /// - Parameter base: where the one who asks finds the images, see `SandboxPlace.base`.
  func reply(for job: Job, base: String) -> SandboxReply {
    let requestID = ReplyField("x-fal-request-id", job.id)
    guard let end = job.end else {
      return .detail(400, "Request is still in progress", [requestID])
    }
    if end != .finished, let failure = job.failure {
      let isLate = end == .late
      return .requestError(
        isLate ? 504 : 499, failure.type ?? "", failure.text,
        isLate ? [requestID, ReplyField("x-fal-request-timeout-type", "user")] : [requestID])
    }
    switch job.outcome {
    case .refused(let issues): return InputIssue.reply(issues, [requestID])
    case .answered(var reply, _):
      reply.fields.append(requestID)
      return reply
    case .output(let input, let seed):
      guard let pictures = job.pictures else { preconditionFailure("a job that is complete has what it needs") }
      let urls = pictures.names.map { name in
        // Where the store has forgotten the file, its URL is all there is.
        guard input.isSync, let file = files.file(named: name)?.content else { return "\(base)/files/\(name)" }
        return SandboxState.dataURI(file, pictures.format)
      }
      let output = output(
        input, urls, pictures.format, pictures.size, seed: seed, seconds: job.seconds, isNSFW: job.isNSFW)
      var reply = SandboxReply.json(
        200, output, [requestID, ReplyField("x-fal-billable-units", String(pictures.billedUnits))])
      if job.fault == .cut { reply.ending = .cut }
      return reply
    }
  }

  /// What a stream shows of an output that is not ready: the pictures, small (protocol.md §4).
  func preview(_ job: Job, _ input: ModelInput, seed: String) -> JSONValue? {
    guard let previews = job.previews else { return nil }
    let urls = previews.files.map { SandboxState.dataURI($0, .png) }
    return output(input, urls, .png, previews.size, seed: seed, seconds: nil, isNSFW: job.isNSFW)
  }

  private static func dataURI(_ content: [UInt8], _ format: PictureFile.Format) -> String {
    "data:\(format.contentType);base64," + Base64.text(content)
  }

  /// The output schema of protocol.md §9.2.
  private func output(
    _ input: ModelInput, _ urls: [String], _ format: PictureFile.Format, _ size: PixelSize, seed: String,
    seconds: Double?, isNSFW: Bool
  ) -> JSONValue {
    let images = urls.map { url in
      JSONValue.object([
        "url": .string(url), "width": .integer(size.width), "height": .integer(size.height),
        "content_type": .string(format.contentType),
      ])
    }
    let flags = [JSONValue](repeating: .bool(isNSFW), count: images.count)
    return .object([
      "images": .array(images),
      "timings": .object(seconds.map { [JSONMember(name: "inference", value: .decimal($0))] } ?? []),
      "seed": .number(seed), "has_nsfw_concepts": .array(flags), "prompt": .string(input.prompt),
    ])
  }
}
