import HTTPWire
import Testing
import Text

@testable import Sandbox

@Suite struct JobStoreTests {
  static func statuses(_ bench: Bench, _ ids: [String]) throws -> [Int] {
    try ids.map { try bench.ask(.get, "/a/b/requests/\($0)/status").status }
  }

  @Test("those that have ended make room for new ones, the first first; one that waits or runs never does")
  func finishedFirst() throws {
    let bench = Bench { $0.jobLimit = 3 }
    let running = try bench.submit("{}", to: "/sandbox/slow?ms=60000")
    let done = try (0..<2).map { _ in
      defer { bench.pass(1600) }
      return try bench.submit()
    }
    let later = try bench.submit()
    #expect(try Self.statuses(bench, [running] + done + [later]) == [202, 404, 200, 202])
    let last = try bench.submit()
    #expect(try Self.statuses(bench, [running, done[1], later, last]) == [202, 404, 202, 202])
  }

  @Test("where all wait or run, one more is refused as fal refuses it, and comes in when one has ended")
  func full() throws {
    let bench = Bench { $0.jobLimit = 2 }
    let ids = try (0..<2).map { _ in try bench.submit() }
    for host in ["queue.fal.run", "fal.run"] {
      let reply = try bench.ask(.post, Bench.model, host: host, body: Bench.input)
      #expect(reply.status == 429 && reply.field("x-fal-needs-retry") == "1")
      #expect(reply.json["detail"]?.elements?.first?["type"] == "concurrent_requests_limit")
    }
    #expect(try Self.statuses(bench, ids) == [202, 202] && bench.state.queue.count == 2)
    #expect(try bench.ask(.put, "\(Bench.model)/requests/\(ids[0])/cancel").status == 202)
    let next = try bench.submit()
    #expect(try Self.statuses(bench, ids + [next]) == [404, 202, 202])
  }

  @Test("a direct run takes a place while it lasts, and cannot be asked for")
  func direct() throws {
    let bench = Bench { $0.jobLimit = 1 }
    guard case .wait(let job, _) = bench.decide(.post, Bench.model, host: "fal.run", body: Bench.input) else {
      throw Unexpected("answered at once")
    }
    #expect(try Self.statuses(bench, [job.id]) == [404])
    #expect(try bench.ask(.post, Bench.model, body: Bench.input).status == 429)
    bench.pass(1200)
    #expect(bench.state.jobs.count == 0)
    _ = try bench.submit()
  }

  @Test("a job weighs what its pictures weigh until it has them, and no more then")
  func weight() throws {
    let bench = Bench { $0.jobByteLimit = 24_000 }
    let picture = "data:image/png;base64," + String(repeating: "A", count: 8000)
    let body = #"{"prompt":"p","image_url":"\#(picture)"}"#
    let first = try (0..<2).map { _ in try bench.submit(body, to: "/a/b") }
    #expect(try bench.ask(.post, "/a/b", body: body).status == 429)
    bench.pass(2000)
    let next = try (0..<2).map { _ in try bench.submit(body, to: "/a/b") }
    #expect(try Self.statuses(bench, first + next) == [200, 200, 202, 202])
  }
}
