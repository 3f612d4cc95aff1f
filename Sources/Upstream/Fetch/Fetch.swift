public import Transport

/// A small HTTP client for the proxy's own calls: key sets, the operator's app, webhooks.
///
/// One request on a connection of its own, one answer collected whole; https with the certificate verified, http to
/// loopback alone; bounded in size and time; redirects are answers. Where to is the operator's word, never a client's, and
/// a name must not lead to this machine or its link (see `AddressPolicy`).
public struct Fetch: Sendable {
  private let handle: LoopHandle
  private let tlsContext: TLSContext
  private let resolver: Resolver

  /// A client whose calls are made on `loop`, which has to be started.
  public init(on loop: LoopActor, tlsContext: TLSContext, resolver: Resolver = .system) async {
    handle = await loop.run { $0.handle }
    self.tlsContext = tlsContext
    self.resolver = resolver
  }

  /// The answer to `request`. Ends at once, with the connection closed, when the task is cancelled.
  public func fetch(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
    let call = FetchCall()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Result<FetchResponse, FetchError>, Never>) in
        handle.perform { [tlsContext, resolver] loop in
          let exchange = FetchExchange(request, on: loop, tlsContext: tlsContext, resolver: resolver) { result in
            call.exchange = nil
            continuation.resume(returning: result)
          }
          call.exchange = exchange
          if call.isCancelled { exchange.cancel() } else { exchange.start() }
        }
      }
    } onCancel: {
      handle.perform { _ in
        call.isCancelled = true
        call.exchange?.cancel()
      }
    }
    return try result.get()
  }
}

/// What connects a task with its exchange; touched on the loop alone.
private final class FetchCall: @unchecked Sendable {
  var exchange: FetchExchange?
  var isCancelled = false
}
