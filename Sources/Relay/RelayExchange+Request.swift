internal import HTTPServer
internal import HTTPWire
internal import Transport
internal import Upstream

/// The request half: from the client's input to the upstream's output.
extension RelayExchange {
  /// Writes the request to the connection that was lent.
  func sendRequest() {
    guard let upstream, upstream.channel != nil else { return }
    attempt.note(.connected(isReused: upstream.isReused))
    guard outgoing.begin(on: upstream, pool) else { return take(.contentRefused(.overloaded)) }
    pumpRequest()
  }

  /// Moves request content until one side has to wait.
  func pumpRequest() {
    guard let upstream, upstream.channel != nil else { return }
    // Most requests have none: nothing is counted of it then.
    let hasContent = attempt.request.hasContent
    let turnEnd = hasContent ? stream.contentCount + UInt64(proxy.loop.shareOfTurn) : 0
    while true {
      let move: ContentMove
      do {
        move = try moveContent(to: upstream)
      } catch {
        return take(.contentRefused(.wire(error)))
      }
      if move == .gone { return take(.clientGone) }
      guard !hasContent || stream.contentCount <= generation.contentLimit else {
        return take(.contentRefused(.contentTooLarge))
      }
      switch upstream.channel!.flush() {
      case .failed:
        attempt.note(.writeFailed)
        stand(.writeFailed)
        return pumpResponse()
      case .blocked: return stand(.upstreamTakesNoMore)
      case .done: break
      }
      switch move {
      case .moved where stream.contentCount >= turnEnd: return stream.callAgain()
      case .moved: continue
      case .waiting:
        stream.releaseIdleMemory()
        upstream.channel!.output.releaseIfEmpty(to: pool)
        return stand(.clientSendsNoMore)
      case .done, .gone:
        attempt.note(.requestSent)
        upstream.channel!.output.releaseIfEmpty(to: pool)
        stream.releaseIdleMemory()
        return stand(.requestIsSent)
      }
    }
  }

  private func moveContent(to upstream: UpstreamConnection) throws(WireError) -> ContentMove {
    outgoing.moveRest(to: &upstream.channel!.output, pool)
    if outgoing.hasRest { return .moved }
    return try stream.moveContent(into: &upstream.channel!.output, as: outgoing.output)
  }
}
