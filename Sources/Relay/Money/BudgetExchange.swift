internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import Ledger
internal import Observability
internal import Text
internal import Transport
internal import Upstream

/// A request that waits until the ledger has set aside what it is expected to cost: nothing leaves before that is written.
final class BudgetExchange: Exchange {
  let stream: any RequestStream
  private let proxy: ProxyService
  private let ledger: any Ledger
  /// Nil once it has gone on.
  private var admission: Admission?
  private let host: UpstreamHost
  private let head: RequestHead
  private let bytes: [UInt8]
  private let order: ProxyService.BudgetOrder
  private var isOver = false

  init(
    on stream: any RequestStream, proxy: ProxyService, ledger: any Ledger, admission: consuming Admission,
    host: UpstreamHost, head: borrowing RequestHead, _ bytes: Span<UInt8>, order: ProxyService.BudgetOrder
  ) {
    self.stream = stream
    self.proxy = proxy
    self.ledger = ledger
    self.admission = consume admission
    self.host = host
    self.head = copy head
    self.bytes = bytes.withUnsafeBufferPointer { [UInt8]($0) }
    self.order = order
  }

  func start() {
    stream.awaitNothing()
    let handle = stream.loop.handle
    let awaited = Awaited(self)
    ledger.reserve(order.reservation) { answer in handle.perform { _ in awaited.take()?.answered(answer) } }
  }

  func clientReady() { if stream.clientIsGone { stream.abort(by: .client) } }

  func clientTimedOut() {}

  func cancel() { isOver = true }

  /// What is left of the tightest of the caller's own budgets.
  private func tell(_ spent: [Money]) {
    let left = zip(order.limits, spent).compactMap { $0.isOwn ? $0.amount - $1 : nil }
    guard let least = left.min() else { return }
    stream.addResponseFields { $0 += "fal-proxy-budget-remaining: \(least)\r\n".utf8 }
  }

  private func answered(_ answer: ReserveAnswer) {
    let id = order.reservation.entry.id
    guard !isOver, var admission = admission.take() else {
      if case .committed = answer { ledger.change(.id(id), .released) }
      return
    }
    switch answer {
    case .unavailable: stream.give(LocalAnswer(.ledgerUnavailable))
    case .refused(let spent):
      let exceeded = zip(order.limits, spent).compactMap { limit, sum in sum == nil ? nil : limit }
      stream.give(LocalAnswer(.budgetExhausted(exceeded, at: order.reservation.entry.time / 1000)))
    case .committed(let spent):
      if order.tellsRemaining { tell(spent) }
      admission.take(charge: Charge(ledger, for: order.operation, .id(id)))
      let (head, bytes) = (head, bytes)
      switch proxy.disposition(of: admission, head: head, bytes.span, host: host, on: stream, stream.record) {
      case .answer(let answer): stream.give(answer)
      case .exchange(let exchange): stream.go(on: exchange)
      }
    }
  }
}
