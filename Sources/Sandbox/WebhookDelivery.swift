internal import HTTPWire
internal import Transport
internal import Upstream

/// Tells the webhooks on this machine of the jobs that have ended, again and again where it must.
final class WebhookDelivery {
  private let loop: EventLoop
  private let keys: SandboxKeys
  private let options: SandboxOptions
  private let tlsContext: TLSContext
  /// What waits for an answer or its next attempt.
  private var pending: [String: (exchange: FetchExchange?, timer: LoopTimer?)] = [:]

  init(_ loop: EventLoop, keys: SandboxKeys, tlsContext: TLSContext, options: SandboxOptions) {
    self.loop = loop
    self.keys = keys
    self.options = options
    self.tlsContext = tlsContext
  }

  /// Begins to tell `webhook`.
  func deliver(_ message: WebhookMessage, to webhook: Webhook) {
    guard let destination = webhook.destination else {
      return report(message, webhook, "not told: the sandbox calls nothing but http:// to this machine")
    }
    guard pending.count < options.jobLimit else {
      return report(message, webhook, "not told: \(pending.count) others wait to be told")
    }
    attempt(1, message, webhook, destination)
  }

  private func attempt(_ number: Int, _ message: WebhookMessage, _ webhook: Webhook, _ destination: FetchDestination) {
    var request = FetchRequest(.post, destination)
    request.fields = message.fields(keys.webhooks, at: WallClock.milliseconds() / 1000)
    request.content = message.content
    request.timeout = WebhookMessage.patience
    let exchange = FetchExchange(request, on: loop, tlsContext: tlsContext) { [unowned self] result in
      let status = try? result.get().status
      switch WebhookMessage.verdict(attempt: number, status: status) {
      case .delivered: pending[message.requestID] = nil
      case .failed:
        pending[message.requestID] = nil
        report(message, webhook, "given up: " + (status.map { "it answered \($0)" } ?? "it did not answer"))
      case .retry(let milliseconds):
        let timer = LoopTimer(loop) { [unowned self] in
          attempt(number + 1, message, webhook, destination)
          return nil
        }
        pending[message.requestID] = (nil, timer)
        timer.start(in: options.wait(milliseconds: milliseconds))
      }
    }
    pending[message.requestID] = (exchange, nil)
    exchange.start()
  }

  private func report(_ message: WebhookMessage, _ webhook: Webhook, _ what: String) {
    options.report("sandbox: the webhook of \(message.requestID) at \(webhook.host): \(what)")
  }
}
