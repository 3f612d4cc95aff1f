internal import Fal
internal import HTTPWire
internal import Text

/// How the path of an allowed target is read, by the role of its host.
extension TargetPolicy {
  /// What a target was read as; `endpoint` and `requestID` as in `Target`.
  struct Call {
    var operation: Operation
    var endpoint: Range<Int>
    var requestID: Range<Int>?
  }

  /// A direct call: `POST /{endpoint}[/stream]` (protocol.md §4).
  func run(
    _ method: Method, _ bytes: Span<UInt8>, _ id: Range<Int>, _ group: CallerGroup?
  ) throws(TargetRefusal) -> Call {
    let path = ModelPath(bytes, id: id)
    let base = path.streamBase(bytes)
    return try model(path, base == nil ? .run : .stream, method, bytes, endpoint: base ?? id, group)
  }

  /// A submit, or a follow-up on a request (protocol.md §3.1).
  func queue(
    _ method: Method, _ bytes: Span<UInt8>, _ id: Range<Int>, _ group: CallerGroup?
  ) throws(TargetRefusal) -> Call {
    let path = ModelPath(bytes, id: id)
    guard let requestID = path.requestID, let owner = path.requestOwner else {
      // The endpoint loses its `/stream` here too: a price or schema of the endpoint must not be missed by that detour.
      return try model(path, .submit, method, bytes, endpoint: path.streamBase(bytes) ?? id, group)
    }
    // Ids are opaque; the path of a target has unreserved characters only, and no dot segments (`TargetText`).
    guard requestID.count <= 256 else { throw .operationNotAllowed }
    guard let followUp = FollowUp(bytes.extracting(requestID.upperBound..<id.upperBound)), followUp.takes(method) else {
      throw .operationNotAllowed
    }
    // fal's samples keep the subpath of the endpoint; it opens no more than the endpoint itself.
    let (name, isApp) = (bytes.extracting(owner), owner == path.app)
    guard endpoints.allows(owner: name, isApp: isApp) else { throw .endpointNotAllowed }
    if let group, !group.allows(owner: name, isApp: isApp) { throw .endpointNotInGroup }
    return Call(operation: followUp.operation, endpoint: path.app, requestID: requestID)
  }

  /// A call that runs a model; `endpoint` is what the call is known by, the rules see the whole path.
  private func model(
    _ path: ModelPath, _ operation: Operation, _ method: Method, _ bytes: Span<UInt8>, endpoint: Range<Int>,
    _ group: CallerGroup?
  ) throws(TargetRefusal) -> Call {
    guard method == .post || method == .get else { throw .operationNotAllowed }
    guard method == .post || getRuns else { throw .getRunsDisabled }
    guard path.segmentCount >= 2 else { throw .endpointMissing }
    let name = bytes.extracting(path.id)
    guard endpoints.allows(endpoint: name) else { throw .endpointNotAllowed }
    if let group, !group.allows(endpoint: name) { throw .endpointNotInGroup }
    return Call(operation: operation, endpoint: endpoint)
  }

  /// A call of the control API or of a host only the operator knows (protocol.md §6, §7).
  func control(
    _ method: Method, _ bytes: Span<UInt8>, _ path: Range<Int>, role: HostRole, isToken: Bool
  ) throws(TargetRefusal) -> Call {
    var operation = Operation.other
    if isToken {
      operation = .token
    } else if role == .rest, ControlRoute(bytes.extracting(path)) != nil {
      operation = .uploadInitiate
    }
    let isFine =
      switch method {
      case .post: true
      case .get, .put: operation == .other
      default: false
      }
    guard isFine else { throw .operationNotAllowed }
    return Call(operation: operation, endpoint: path)
  }
}
