internal import Guard
internal import Pictures
internal import Text

extension SandboxState {
  /// What asking for the result of a job answers (protocol.md §3.7).
  /// - Parameters:
  ///   - base: where the one who asks finds the images, see `SandboxPlace.base`.
  ///   - inlineLimit: how many bytes of pictures may stand in the answer itself, where they are asked for so; above it, their
  ///     URLs do.
  func reply(for job: Job, base: String, inlineLimit: Int = 512 << 10) -> SandboxReply {
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
    case .output(let input, let seed): return output(of: job, input, seed, base: base).reply(inlineLimit: inlineLimit)
    }
  }

  /// The same, where pictures in the answer make it a long one, on no loop.
  func answer(for job: Job, base: String) -> SandboxDecision {
    guard job.end == .finished, case .output(let input, let seed) = job.outcome, input.isSync else {
      return .reply(reply(for: job, base: base))
    }
    let output = output(of: job, input, seed, base: base)
    return .make { output.reply(inlineLimit: .max) }
  }

  /// What a stream shows of an output that is not ready: the pictures, small (protocol.md §4).
  func preview(_ job: Job, _ input: ModelInput, seed: String) -> JSONValue? {
    guard let previews = job.previews else { return nil }
    let urls = previews.files.map { JobOutput.dataURI($0, .png) }
    return JobOutput.json(input, urls, .png, previews.size, seed: seed, seconds: nil, isNSFW: job.isNSFW)
  }

  private func output(of job: Job, _ input: ModelInput, _ seed: String, base: String) -> JobOutput {
    guard let pictures = job.pictures else { preconditionFailure("a job that is complete has what it needs") }
    return JobOutput(
      id: job.id, input: input, seed: seed, pictures: pictures, seconds: job.seconds, isNSFW: job.isNSFW,
      isCut: job.fault == .cut, base: base, files: files)
  }
}
