import Guard
import HTTPServer
import HTTPWire
import Settings
import Testing
import Text

@testable import Relay

@Suite("Admission: prices and budgets")
struct MoneyAdmissionTests {
  private static let model = "fal-ai/flux-differential-diffusion"

  private func generation(_ variables: [String: String]) throws -> Generation {
    let given = [
      "FAL_KEY": "id:secret", "FAL_PROXY_RATES_SUBMITS": "9/1m", "FAL_PROXY_ALLOWED_ENDPOINTS": "fal-ai/**",
      "FAL_PROXY_GET_RUNS": "true",
    ].merging(variables) { $1 }
    var loaded = SettingsLoader.load(configPath: nil, environment: FakeVariables(values: given), keyRequired: true)
    return try #require(Generation(&loaded, key: loaded.falKey!, version: "0"))
  }

  /// The words of the verdicts until one has no answer of the test's.
  private func walk(
    _ variables: [String: String], _ target: String, _ method: HTTPWire.Method = .post, content: String = "{}"
  ) throws -> [String] {
    let generation = try generation(variables)
    var facts = Admission.Facts()
    (facts.method, facts.hasTarget) = (method, true)
    let value = Array(target.utf8)
    var admission = Admission(generation, facts, value: value.span)
    var words: [String] = []
    while words.count < 9 {
      switch admission.verdict(value: value.span) {
      case .admit: return words + ["admit"]
      case .answer(let answer): return words + ["answer \(answer.status)"]
      case .refuse(let cause): return words + [cause.name.description]
      case .ask(let issuer): return words + ["ask \(issuer)"]
      case .collect:
        words.append("collect")
        admission.take(content: Array(content.utf8))
      case .count:
        words.append("count")
        admission.take(claim: nil)
      case .reserve(_, let cost, _):
        return words + ["reserve \(cost.amount)" + (cost.unitPrice.map { " at \($0)" } ?? "")]
      }
    }
    return words
  }

  @Test(
    "the price is found before anything is counted, and the budget asked behind all else",
    arguments: [
      (model, HTTPWire.Method.post, "{}", ["collect", "count", "reserve 0.10 at 0.05"]),
      (model, .post, #"{"num_images":3,"image_size":"square"}"#, ["collect", "count", "reserve 0.15 at 0.05"]),
      (model + "?num_images=4", .get, "", ["count", "reserve 0.40 at 0.05"]),
      (model + "/stream", .post, "{}", ["collect", "count", "reserve 0.10 at 0.05"]),
      ("fal-ai/flux-general/differential-diffusion", .post, "{}", ["collect", "count", "reserve 0.15 at 0.075"]),
      ("fal-ai/other", .post, "{}", ["price_unknown"]),
    ])
  func order(endpoint: String, method: HTTPWire.Method, content: String, words: [String]) throws {
    #expect(
      try walk(["FAL_PROXY_BUDGET_USER": "1.00/day"], "https://fal.run/\(endpoint)", method, content: content) == words)
  }

  @Test("polls ask for nothing, and without a budget nobody does")
  func free() throws {
    let job = "https://queue.fal.run/\(MoneyAdmissionTests.model)/requests/x"
    #expect(try walk(["FAL_PROXY_BUDGET_USER": "1"], job + "/status", .get) == ["admit"])
    #expect(try walk(["FAL_PROXY_BUDGET_USER": "1"], job, .get) == ["admit"])
    #expect(try walk(["FAL_PROXY_BUDGET_USER": "1"], job + "/cancel", .put) == ["admit"])
    #expect(try walk([:], "https://fal.run/fal-ai/other") == ["count", "admit"])
  }

  @Test("what has no price is counted as it is set")
  func unknown() throws {
    let budget = ["FAL_PROXY_BUDGET_TOTAL": "1"]
    for (word, last) in [("allow", "reserve 0.00"), ("0.3", "reserve 0.30"), ("refuse", "price_unknown")] {
      let words = try walk(
        budget.merging(["FAL_PROXY_PRICES_UNKNOWN": word]) { $1 }, "https://fal.run/fal-ai/other")
      #expect(words.last == last)
    }
  }
}
