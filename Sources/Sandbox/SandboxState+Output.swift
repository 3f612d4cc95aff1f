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
      let output = output(input, seed: seed, seconds: job.seconds, isNSFW: job.isNSFW) { index in
        // An answer with the images in it is made anew, or the job would hold them.
        guard input.isSync else { return "\(base)/files/\(job.imageNames[index])" }
        return "data:image/png;base64," + Base64.text(picture(job, input, seed: seed, index: index))
      }
      var reply = SandboxReply.json(
        200, output, [requestID, ReplyField("x-fal-billable-units", String(input.billedUnits))])
      if job.fault == .cut { reply.ending = .cut }
      return reply
    }
  }

  /// Begins what a job needs that has just started: `supply` tells that it is there.
  func begin(_ job: Job, at moment: UInt64) {
    if job.fault == .hang { return }
    if case .output(let input, let seed) = job.outcome, !input.isSync { job.imageNames = draw(job, input, seed: seed) }
    job.supply(at: moment)
  }

  /// Puts the images into the file store.
  /// - Returns: their names there.
  private func draw(_ job: Job, _ input: ModelInput, seed: String) -> [String] {
    (0..<input.imageCount).map { index in
      let png = picture(job, input, seed: seed, index: index)
      return files.add(contentType: "image/png", suffix: "png", content: png).name
    }
  }

  /// What a stream shows of an output that is not ready: the pictures, small (protocol.md §4).
  func preview(_ job: Job, _ input: ModelInput, seed: String) -> JSONValue {
    var small = input
    small.size = input.size.fitting(SandboxState.previewSide)
    return output(small, seed: seed, seconds: nil, isNSFW: job.isNSFW) { index in
      "data:image/png;base64," + Base64.text(picture(job, small, seed: seed, index: index))
    }
  }

  private static let previewSide = 64

  /// The output schema of protocol.md §9.2.
  private func output(
    _ input: ModelInput, seed: String, seconds: Double?, isNSFW: Bool, url: (Int) -> String
  ) -> JSONValue {
    let images = (0..<input.imageCount).map { index in
      JSONValue.object([
        "url": .string(url(index)), "width": .integer(input.size.width), "height": .integer(input.size.height),
        "content_type": "image/png",
      ])
    }
    let flags = [JSONValue](repeating: .bool(isNSFW), count: input.imageCount)
    return .object([
      "images": .array(images),
      "timings": .object(seconds.map { [JSONMember(name: "inference", value: .decimal($0))] } ?? []),
      "seed": .number(seed), "has_nsfw_concepts": .array(flags), "prompt": .string(input.prompt),
    ])
  }

  /// A picture as PNG: all black where the checker found something (protocol.md §9.2).
  private func picture(_ job: Job, _ input: ModelInput, seed: String, index: Int) -> [UInt8] {
    let size = input.size
    if job.isNSFW { return PNG.encode([UInt8](repeating: 0, count: size.pixels * 3), size) }
    let maker = ImageMaker(prompt: input.prompt, seed: SplitMix64.hash(seed), index: index)
    return PNG.encode(maker.draw(size), size)
  }
}
