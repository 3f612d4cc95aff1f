import Digest
import Fal
import HTTPWire
import Testing
import Text
import Upstream

@testable import Sandbox

@Suite struct WebhookTests {
  @Test(
    "goes to this machine over http and nowhere else",
    arguments: [
      ("http://localhost:3000/hook?a=1", "localhost", 3000, "/hook?a=1"), ("HTTP://127.0.0.1", "127.0.0.1", 80, "/"),
      ("http://[::1]:81?x#y", "::1", 81, "/?x"), ("http://127.9.9.9/a#b", "127.9.9.9", 80, "/a"),
    ])
  func allowed(url: String, host: String, port: Int, target: String) {
    #expect(
      Webhook(url: url, base: "").destination
        == FetchDestination(host: host, port: port, isTLS: false, target: target))
  }

  @Test(
    "is not told elsewhere",
    arguments: [
      "https://localhost/", "http://example.com/", "http://10.0.0.1/", "http://127.0.0.1.example/", "http://0.0.0.0/",
      "http://[::]/", "http://169.254.169.254/", "http://localhost:0/", "http://localhost:99999/",
      "http://a@localhost/",
      "http://", "localhost", "ftp://localhost/", "", "http://localhost.example.com", "http://[fe80::1]/",
    ])
  func refused(url: String) { #expect(Webhook(url: url, base: "").destination == nil) }

  @Test(
    "is called in the log what no secret can stand in",
    arguments: [
      ("https://a.example:8443/s3cret?s3cret#s3cret", "a.example:8443"), ("https://me:s3cret@a.example/", "a.example"),
      ("https://a@s3cret@b.example", "b.example"), ("s3cret", "no URL"), ("https:///s3cret", "no host"),
      ("https://a\nb/", "no host"),
    ])
  func logged(url: String, host: String) { #expect(Webhook(url: url, base: "").host == host) }

  @Test("is tried eleven times over two hours, not again after a redirect")
  func attempts() {
    #expect(WebhookMessage.verdict(attempt: 1, status: 204) == .delivered)
    #expect(WebhookMessage.verdict(attempt: 1, status: 302) == .failed)
    var total: UInt64 = 0
    for attempt in 1...10 {
      for status in [nil, 199, 400, 404, 500, 503] as [Int?] {
        guard case .retry(let wait) = WebhookMessage.verdict(attempt: attempt, status: status) else {
          Issue.record("attempt \(attempt) is the last")
          continue
        }
        if status == nil { total += wait }
      }
    }
    #expect((7_190_000...7_200_000).contains(total))
    #expect(WebhookMessage.verdict(attempt: 11, status: nil) == .failed)
  }

  @Test("is told of each job that ends, once, with what asking for the result says (protocol.md §8)")
  func messages() throws {
    let bench = Bench()
    var told: [JSONValue] = []
    bench.state.onEnd = { [unowned state = bench.state] job in
      guard let webhook = job.webhook else { return }
      let message = WebhookMessage(job, reply: state.reply(for: job, base: webhook.base))
      told.append((try? JSONParser.parse(message.content)) ?? .null)
    }
    let hook = "?fal_webhook=http%3A%2F%2Flocalhost%2F"
    let good = try bench.submit(to: Bench.model + hook)
    let bad = try bench.submit("{}", to: Bench.model + hook)
    let gone = try bench.submit(to: Bench.model + hook)
    _ = try bench.submit()
    #expect(try bench.ask(.put, "\(Bench.model)/requests/\(gone)/cancel").status == 202)
    bench.pass(10_000)
    #expect(told.map { $0["request_id"]?.text } == [gone, bad, good])
    #expect(told.map { $0["status"]?.text } == ["ERROR", "ERROR", "OK"])
    #expect(told[1]["error"] == "Invalid status code: 422")
    #expect(told[1]["payload"]?["detail"]?.elements?.count == 3)
    #expect(told[2]["payload"] == (try bench.ask(.get, "\(Bench.model)/requests/\(good)").json))
  }
}
