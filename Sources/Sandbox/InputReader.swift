internal import Fal
internal import Guard
internal import HTTPWire
internal import Text

/// Reads the inputs of models. It belongs to no loop, as a long input takes its time.
struct InputReader: Sendable {
  let files: FileStore
  let jsonDepthLimit: Int

  /// What comes of a call of `endpoint`.
  func outcome(of request: SandboxRequest, _ endpoint: EndpointID, _ fault: Fault?) -> Job.Outcome {
    switch fault {
    case .error(let status, _):
      let reply = FaultReply.error(status)
      return .answered(reply, type: FaultReply.type(of: reply))
    case .echo: return .answered(FaultReply.echo(request), type: nil)
    case .stream(let count, _): return .answered(.json(200, FaultReply.event(count, of: count)), type: nil)
    default: return outcome(of: request, endpoint)
    }
  }

  private func outcome(of request: SandboxRequest, _ endpoint: EndpointID) -> Job.Outcome {
    let value: JSONValue
    if request.method == .get {
      value = request.query.input(depthLimit: jsonDepthLimit)
    } else if request.content.isEmpty {
      return .refused([InputIssue("missing", ["body"], "Field required")])
    } else {
      do {
        value = try JSONParser.parse(request.content, depthLimit: jsonDepthLimit)
      } catch {
        return .refused([SandboxState.issue(error)])
      }
    }
    let checked = ModelInput.check(value, for: endpoint) { url in
      PictureSource.lookUp(url) { files.file(named: $0)?.content }
    }
    switch checked {
    case .accepted(let input): return .output(input, seed: input.seed ?? InputReader.drawnSeed())
    case .refused(let issues): return .refused(issues)
    }
  }

  /// Up to 18 digits, as fal draws them: more than a JavaScript number holds (protocol.md §9.2).
  private static func drawnSeed() -> String { String(UInt64.random(in: 0..<1_000_000_000_000_000_000)) }
}
