internal import HTTPServer
internal import HTTPWire
internal import Transport

/// What the exchange has taken of its caller's limits.
extension RelayExchange {
  /// Shows what was moved of the answer to the claim.
  /// - Parameters:
  ///   - input: the bytes that were moved, in fal's framing.
  ///   - pump: the pump as it was before it moved them.
  func watch(_ input: UnsafeBufferPointer<UInt8>, from pump: BodyPump) {
    guard claim != nil, !input.isEmpty else { return }
    var pump = pump
    let now = proxy.loop.now
    withUnsafeTemporaryAllocation(byteCount: input.count + BodyPump.overhead, alignment: 1) { memory in
      guard let move = try? pump.move(input, into: memory, as: .plain) else { return }
      UnsafeRawBufferPointer(rebasing: memory[..<move.written]).withMemoryRebound(to: UInt8.self) { bytes in
        claim?.note(content: bytes.span, now: now)
      }
    }
  }

  /// Gives back what was taken of the limits.
  /// - Parameter mayHaveRun: whether fal may have taken the request although it has not said so.
  func endClaim(mayHaveRun: Bool) {
    claim?.end(mayHaveRun: mayHaveRun, bytes: stream.contentCount &+ incoming.pump.contentCount, now: proxy.loop.now)
    claim = nil
  }
}
