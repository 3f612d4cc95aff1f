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
      let output = output(input, pictures, seed: seed, seconds: job.seconds, isNSFW: job.isNSFW) { index in
        let name = pictures.names[index]
        // Where the store has forgotten the file, its URL is all there is.
        guard input.isSync, let file = files.file(named: name)?.content else { return "\(base)/files/\(name)" }
        return SandboxState.dataURI(file, pictures.format)
      }
      var reply = SandboxReply.json(
        200, output, [requestID, ReplyField("x-fal-billable-units", String(pictures.billedUnits))])
      if job.fault == .cut { reply.ending = .cut }
      return reply
    }
  }

  /// What a stream shows of an output that is not ready: the pictures, small (protocol.md §4).
  func preview(_ job: Job, _ input: ModelInput, seed: String) -> JSONValue? {
    guard let pictures = job.pictures, !pictures.previews.isEmpty else { return nil }
    return output(input, pictures, seed: seed, seconds: nil, isNSFW: job.isNSFW) { index in
      SandboxState.dataURI(pictures.previews[index], .png)
    }
  }

  private static func dataURI(_ content: [UInt8], _ format: PictureFile.Format) -> String {
    "data:\(format.contentType);base64," + Base64.text(content)
  }

  /// The output schema of protocol.md §9.2.
  private func output(
    _ input: ModelInput, _ pictures: JobPictures, seed: String, seconds: Double?, isNSFW: Bool, url: (Int) -> String
  ) -> JSONValue {
    let images = pictures.names.indices.map { index in
      JSONValue.object([
        "url": .string(url(index)), "width": .integer(pictures.size.width), "height": .integer(pictures.size.height),
        "content_type": .string(pictures.format.contentType),
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
