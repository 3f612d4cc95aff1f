internal import Fal

/// What there is to call: the models that are imitated, those the operator lists and nobody here knows, and the fault menu.
struct KnownEndpoints {
  enum Kind: Equatable {
    case model
    /// It answers a picture that has nothing to do with the model, and says so in the log.
    case standIn
    case fault(Fault)
  }

  private let standIns: [EndpointID]
  private static let models = EndpointID.differentialDiffusion.compactMap(EndpointID.init)

  /// - Parameter standIns: endpoints that answer although they are not imitated.
  init(standIns: [String]) { self.standIns = standIns.compactMap(EndpointID.init) }

  /// How a call of `endpoint` is answered.
  func kind(of endpoint: EndpointID, query: QueryText) throws(SandboxRefusal) -> Kind {
    if KnownEndpoints.models.contains(endpoint) { return .model }
    if let path = endpoint.sandboxPath {
      guard let fault = Fault(path: path, query: query) else {
        throw SandboxRefusal(reply: .detail(404, KnownEndpoints.offMenu("sandbox/" + path.joined(separator: "/"))))
      }
      return .fault(fault)
    }
    if standIns.contains(endpoint) { return .standIn }
    if (KnownEndpoints.models + standIns).contains(where: { $0.app == endpoint.app }) {
      throw SandboxRefusal(reply: .pathNotFound("/" + endpoint.subpath.joined(separator: "/")))
    }
    throw SandboxRefusal(reply: .noApplication(endpoint.app))
  }

  /// Why something is no fault.
  static func offMenu(_ text: String) -> String {
    "\(text) is not on the sandbox's fault menu, or its query is not; config/sandbox.md has what is"
  }
}
