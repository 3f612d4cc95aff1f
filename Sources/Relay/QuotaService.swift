internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import System
internal import Text
internal import Transport

/// Tells a caller its limits, what it has used of them, and when they are whole again.
final class QuotaService: Service {
  private let proxy: ProxyService

  init(_ proxy: ProxyService) { self.proxy = proxy }

  /// Its place is in the order of the checks.
  let answersAnyHost = true

  var commonFields: StaticString { proxy.commonFields }

  func addRefusalFields(for origin: Span<UInt8>, on stream: any RequestStream) {
    proxy.addRefusalFields(for: origin, on: stream)
  }

  func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    let facts = proxy.facts(of: head, bytes, on: stream, stream.record)
    return disposition(of: Admission(proxy.generation, facts, value: Span()), head, bytes, on: stream)
  }

  private func disposition(
    of admission: consuming Admission, _ head: borrowing RequestHead, _ bytes: Span<UInt8>,
    on stream: any RequestStream
  ) -> Disposition {
    let generation = admission.generation
    switch admission.verdictOnCaller() {
    case .answer(let answer)?: return .answer(answer)
    case .refuse(let cause)?: return .answer(LocalAnswer(cause))
    case .ask(let issuer)?:
      return .exchange(
        KeyExchange(on: stream, proxy: proxy, admission: admission, head: head, bytes, issuer: issuer) {
          [self] admission, head, bytes in disposition(of: admission, head, bytes, on: stream)
        })
    default: break
    }
    guard head.method == .get || head.method == .head else {
      return .answer(LocalAnswer(.methodNotAllowed("GET, HEAD, OPTIONS")))
    }
    let rates =
      generation.callers.rates.map { proxy.rates.quota(of: admission.caller, under: $0, now: stream.loop.now) } ?? []
    if let money = generation.money, money.tellsRemaining, let ledger = proxy.ledger {
      let time = SystemClock.milliseconds() / 1000
      let limits = proxy.limits(of: admission, money, at: time).filter { $0.isOwn }
      return .exchange(BudgetQuota(on: stream, ledger: ledger, rates: rates, limits: limits, at: time))
    }
    return .answer(QuotaService.answer(rates, budgets: []))
  }

  /// - Parameter budgets: as JSON objects.
  static func answer(_ rates: [RateQuota], budgets: [String]) -> LocalAnswer {
    LocalAnswer(
      200, contentType: "application/json", content: content(rates, budgets: budgets),
      fields: [("cache-control", "private, no-store")])
  }

  /// Times in whole seconds; null where things are counted that are there at once.
  static func content(_ rates: [RateQuota], budgets: [String] = []) -> [UInt8] {
    let members = rates.map { rate in
      let window = rate.window.map { String($0 / second) } ?? "null"
      let resets = rate.resets.map { String(($0 + second - 1) / second) } ?? "null"
      return "{\"name\":\"\(rate.name.text)\",\"limit\":\(rate.limit),\"window\":\(window),\"used\":\(rate.used),"
        + "\"remaining\":\(rate.remaining),\"resets\":\(resets)}"
    }
    let (rates, budgets) = (members.joined(separator: ","), budgets.joined(separator: ","))
    return Array("{\"rates\":[\(rates)],\"budgets\":[\(budgets)]}\n".utf8)
  }

  private static let second: UInt64 = 1_000_000_000
}
