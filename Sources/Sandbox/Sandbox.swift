public import Relay
public import Transport
/// Placeholder until the room is merged.
public final class SandboxApplication: LocalApplication {
  /// x
  public init(loop: EventLoop, baseURL: String) {}
  /// x
  public func respond(to request: LocalRequest, _ responder: LocalResponder) {
    responder.answer(200, content: Array("{}".utf8))
  }
}
