internal import Fal

extension SandboxState {
  /// What a call is to suffer: what it names, or what its field asks for.
  func fault(of request: SandboxRequest, _ kind: KnownEndpoints.Kind) throws(SandboxRefusal) -> Fault? {
    if case .fault(let fault) = kind { return fault }
    guard let text = request.field(Fault.field) else { return nil }
    guard let fault = Fault(text) else {
      throw SandboxRefusal(reply: .requestError(400, "bad_request", KnownEndpoints.offMenu("\(Fault.field): \(text)")))
    }
    return fault
  }

  /// Lets a fault come that does not wait for a runner.
  func strike(
    _ fault: Fault, _ request: SandboxRequest, _ endpoint: EndpointID
  ) throws(SandboxRefusal) {
    switch fault {
    case .error(let status, atSubmit: true): throw SandboxRefusal(reply: FaultReply.error(status))
    case .locked: throw SandboxRefusal(reply: FaultReply.locked)
    case .rate: throw SandboxRefusal(reply: FaultReply.rate)
    case .reset: throw SandboxRefusal(reply: SandboxReply(status: 500, ending: .none))
    case .flaky(let count):
      if flakyCalls.fails(request, endpoint, first: count) { throw SandboxRefusal(reply: FaultReply.error(503)) }
    default: return
    }
  }
}
