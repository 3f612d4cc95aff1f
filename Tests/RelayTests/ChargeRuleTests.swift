import Fal
import Ledger
import Testing
import Text

@testable import Relay

@Suite("What an answer says of the cost")
struct ChargeRuleTests {
  @Test(
    "only what is certain gives anything back",
    arguments: [
      // A job is settled by its result.
      (Operation.submit, 200, nil, "j", LedgerChange.queued(job: "j", at: 7)),
      (.submit, 200, "1", "j", .queued(job: "j", at: 7)),
      (.submit, 200, nil, nil, .kept), (.submit, 307, nil, "j", .kept), (.submit, 401, nil, nil, .released),
      (.submit, 422, "0", nil, .billed(Units(0))), (.submit, 429, nil, nil, .released),
      (.submit, 500, nil, nil, .released), (.submit, 503, nil, nil, .released),
      (.run, 200, "2", nil, .billed(Units(2))), (.run, 200, nil, nil, .kept), (.run, 200, "x", nil, .kept),
      (.run, 422, "1", nil, .billed(Units(1))), (.run, 422, nil, nil, .released), (.run, 504, nil, nil, .released),
      (.stream, 200, nil, nil, .kept), (.stream, 200, "0.5", nil, .billed(Units("0.5")!)),
      (.token, 200, nil, nil, .billed(Units(0))), (.token, 403, nil, nil, .released),
      (.result, 200, "3", "j", .billed(Units(3))), (.result, 200, nil, "j", .kept), (.result, 400, nil, "j", nil),
      (.result, 404, nil, "j", nil), (.result, 422, "0", "j", .billed(Units(0))), (.result, 422, nil, "j", nil),
      (.result, 499, nil, "j", .released), (.result, 500, nil, "j", .released), (.result, 502, nil, "j", nil),
      (.result, 504, nil, "j", nil), (.status, 200, nil, "j", .seen(.completed, at: 7)), (.status, 202, nil, "j", nil),
      (.cancel, 202, nil, "j", nil), (.statusStream, 200, nil, "j", nil), (.uploadInitiate, 200, "1", nil, nil),
    ] as [(Operation, Int, String?, String?, LedgerChange?)])
  func rules(operation: Operation, status: Int, units: String?, job: String?, change: LedgerChange?) {
    #expect(
      ChargeRule.change(operation, status: status, units: units.flatMap { Units($0) }, job: job, at: 7) == change)
  }

  @Test(
    "what fal says of a job that is asked about",
    arguments: [
      (202, #"{"status":"IN_PROGRESS"}"#, .seen(.running, at: 7)), (202, "", .seen(.running, at: 7)),
      (200, #"{"status":"COMPLETED"}"#, .seen(.completed, at: 7)),
      (200, #"{"status":"IN_QUEUE"}"#, .seen(.running, at: 7)),
      (200, #"{"status":"COMPLETED","error_type":"client_cancelled"}"#, .released),
      (200, #"{"status":"COMPLETED","error_type":"runner_server_error"}"#, .seen(.completed, at: 7)),
      (200, "{", nil), (200, "{}", nil), (404, #"{"status":"COMPLETED"}"#, nil), (500, "", nil),
    ] as [(Int, String, LedgerChange?)])
  func asked(status: Int, content: String, change: LedgerChange?) {
    #expect(SettlerTerms.change(status: status, content: Array(content.utf8), at: 7) == change)
  }
}
