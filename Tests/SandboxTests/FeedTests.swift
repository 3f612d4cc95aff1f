import HTTPWire
import Testing
import Text

@testable import Sandbox

@Suite struct FeedTests {
  /// Runs a feed to its end, moving the time as it asks: what it sent, and when.
  static func run(_ bench: Bench, _ advance: () -> FeedStep) -> [(after: UInt64, text: String)] {
    let start = bench.now
    var sent: [(UInt64, String)] = []
    for _ in 0..<1000 {
      let step = advance()
      if !step.bytes.isEmpty { sent.append((bench.now - start, String(decoding: step.bytes, as: UTF8.self))) }
      guard let wait = step.wait else { return sent }
      let moment = min(bench.nanoseconds + wait, bench.state.queue.nextMoment ?? .max)
      bench.pass((moment - bench.nanoseconds + 999_999) / 1_000_000)
    }
    Issue.record("the feed does not end")
    return sent
  }

  static func events(_ sent: [(after: UInt64, text: String)]) throws -> [JSONValue] {
    try sent.filter { $0.text != ": ping\n\n" }.map { _, text in
      try #require(text.hasPrefix("data: ") && text.hasSuffix("\n\n"))
      return try JSONParser.parse(Array(text.utf8.dropFirst(6)))
    }
  }

  @Test("streams each change of the status with the logs since the last, and ends when the job does (protocol.md §3.6)")
  func status() throws {
    let bench = Bench()
    let id = try bench.submit()
    guard case .follow(var feed) = bench.decide(.get, "\(Bench.model)/requests/\(id)/status/stream?logs=1") else {
      throw Unexpected("no stream")
    }
    let sent = Self.run(bench) { feed.advance(at: bench.nanoseconds, position: 0) }
    let events = try Self.events(sent)
    let states = events.map { $0["status"]?.text }
    #expect(states.first == "IN_QUEUE" && states.last == "COMPLETED")
    #expect(sent[1].after == 300 && states[1] == "IN_PROGRESS")
    #expect(sent.last?.after == 1500)
    let messages = events.flatMap { $0["logs"]?.elements ?? [] }.compactMap { $0["message"]?.text }
    #expect(messages == [Bench.note, "step 1/4", "step 2/4", "step 3/4", "step 4/4"])
  }

  @Test("breaks its silence with a comment")
  func ping() throws {
    let bench = Bench { options in
      options.queueMilliseconds = 25_000
      options.pingMilliseconds = 5000
    }
    let id = try bench.submit()
    guard case .follow(var feed) = bench.decide(.get, "\(Bench.model)/requests/\(id)/status/stream") else {
      throw Unexpected("no stream")
    }
    let sent = Self.run(bench) { feed.advance(at: bench.nanoseconds, position: 0) }
    #expect(sent.filter { $0.text == ": ping\n\n" }.map(\.after) == [5000, 10_000, 15_000, 20_000])
    #expect(try Self.events(sent).map { $0["status"]?.text } == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"])
  }

  @Test("ends at once for a job that is cancelled or was done before")
  func ended() throws {
    let bench = Bench()
    let id = try bench.submit()
    let path = "\(Bench.model)/requests/\(id)"
    guard case .follow(var feed) = bench.decide(.get, "\(path)/status/stream") else { throw Unexpected("no stream") }
    #expect(feed.advance(at: bench.nanoseconds, position: 0).wait != nil)
    _ = bench.decide(.put, "\(path)/cancel")
    let step = feed.advance(at: bench.nanoseconds, position: 0)
    #expect(step.wait == nil)
    #expect(String(decoding: step.bytes, as: UTF8.self).contains(#""error_type":"client_cancelled""#))
  }

  @Test("shows previews and then the output of a direct stream (protocol.md §4)")
  func output() throws {
    let bench = Bench()
    guard case .show(var feed) = bench.decide(.post, "\(Bench.model)/stream", host: "fal.run", body: Bench.input) else {
      throw Unexpected("no stream")
    }
    let sent = Self.run(bench) { feed.advance(at: bench.nanoseconds, bench.state) }
    #expect(sent.map(\.after) == [300, 600, 900, 1200])
    let events = try Self.events(sent)
    #expect(events.allSatisfy { $0["images"]?.elements?.count == 1 && $0["seed"] == 7 })
    #expect(events.last?["images"]?.elements?[0]["url"]?.text?.hasPrefix("http://127.0.0.1:9123/files/") == true)
    #expect(events[0]["images"]?.elements?[0]["url"]?.text?.hasPrefix("data:") == true)
  }
}
