import HTTPServer
import Testing

@testable import Guard
@testable import Relay

@Suite("What a caller is told who has reached a limit")
struct LimitTests {
  private static let second: UInt64 = 1_000_000_000

  @Test("which limit it is, how much it allows and when to come again")
  func refusals() {
    let submits = RateRefusal(
      name: .submits, scope: .caller, limit: 30, window: 60 * LimitTests.second, wait: 1_200_000_001)
    let told = Cause.limited(submits)
    #expect(told.status == 429 && told.name.description == "rate_limited" && told.isRetrySafe && !told.closes)
    #expect(
      told.sentence
        == "The limit rates.submits (FAL_PROXY_RATES_SUBMITS) allows each caller 30 submits in 60 s: ask again in 2 s.")
    #expect(fields(told) == ["2", "\"submits\";r=0;t=2", "\"submits\";q=30;w=60"])
    let jobs = Cause.limited(
      RateRefusal(name: .jobs, scope: .total, limit: 9, window: nil, wait: 5 * LimitTests.second))
    #expect(jobs.sentence.contains("rates_total.jobs (FAL_PROXY_RATES_TOTAL_JOBS)"))
    #expect(fields(jobs) == ["5", "\"total-jobs\";r=0", "\"total-jobs\";q=9;qu=\"concurrent-requests\""])
    let bytes = Cause.limited(
      RateRefusal(name: .bytes, scope: .group, limit: 1024, window: 3600 * LimitTests.second, wait: 1))
    #expect(bytes.sentence.contains("rates.bytes of the caller's group") && bytes.sentence.contains("1024 bytes"))
    #expect(fields(bytes) == ["1", "\"bytes\";r=0;t=1", "\"bytes\";q=1024;qu=\"content-bytes\";w=3600"])
    let room = Cause.limited(
      RateRefusal(name: .jobs, scope: .room, limit: 100, window: nil, wait: LimitTests.second))
    #expect(room.status == 429 && room.sentence.contains("rates_identities (FAL_PROXY_RATES_IDENTITIES)"))
  }

  private func fields(_ cause: Cause) -> [String] { cause.fields.map(\.value) }

  @Test("the quota, as JSON")
  func quota() {
    let rates = [
      RateQuota(
        name: .submits, limit: 30, window: 60 * LimitTests.second, used: 1, remaining: 29,
        resets: LimitTests.second + 1),
      RateQuota(name: .jobs, limit: 10, window: nil, used: 2, remaining: 8, resets: nil),
    ]
    #expect(
      String(decoding: QuotaService.content(rates), as: UTF8.self)
        == #"{"rates":[{"name":"submits","limit":30,"window":60,"used":1,"remaining":29,"resets":2},"#
        + #"{"name":"jobs","limit":10,"window":null,"used":2,"remaining":8,"resets":null}],"budgets":[]}"# + "\n")
    #expect(String(decoding: QuotaService.content([]), as: UTF8.self) == "{\"rates\":[],\"budgets\":[]}\n")
  }
}
