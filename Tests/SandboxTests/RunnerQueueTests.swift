import Fal
import Testing

@testable import Sandbox

@Suite struct RunnerQueueTests {
  /// A job that runs for 100 ms; moments are in milliseconds.
  static func job(
    _ name: String, at submitted: UInt64 = 0, waits: UInt64 = 0, deadline: UInt64? = nil, low: Bool = false,
    app: String = "a/b", runs: UInt64 = 100
  ) throws -> Job {
    Job(
      id: name, endpoint: try #require(EndpointID(app)), outcome: .output(ModelInput(), seed: "1"),
      priority: low ? .low : .normal, submitted: submitted, date: 0, waits: waits, deadline: deadline, runs: runs)
  }

  /// Everything that happens until `end`: what, and when; what a job needs is there when it starts.
  static func history(_ queue: inout RunnerQueue, until end: UInt64 = 10_000, supplies: Bool = true) -> [String] {
    var lines: [String] = []
    while let event = queue.next(until: end) {
      switch event {
      case .started(let job):
        if supplies { job.supply(at: job.started ?? 0) }
        lines.append("\(job.started ?? 0) \(job.id) starts")
      case .ended(let job): lines.append("\(job.ended ?? 0) \(job.id) is \(job.end.map { "\($0)" } ?? "")")
      }
    }
    return lines
  }

  @Test("runs as many at once as there are runners, and the next when one comes back")
  func runners() throws {
    var queue = RunnerQueue(runners: 2)
    for name in ["a", "b", "c"] { queue.add(try Self.job(name)) }
    #expect(
      Self.history(&queue) == [
        "0 a starts", "0 b starts", "100 a is finished", "100 b is finished", "100 c starts", "200 c is finished",
      ])
    #expect(queue.nextMoment == nil)
  }

  @Test("takes normal before low, each in the order they came, and whoever is ready before whoever is not")
  func order() throws {
    var queue = RunnerQueue(runners: 1)
    queue.add(try Self.job("low", low: true))
    queue.add(try Self.job("late", waits: 150))
    queue.add(try Self.job("first"))
    queue.add(try Self.job("second"))
    let starts = Self.history(&queue).filter { $0.hasSuffix("starts") }
    #expect(starts == ["0 first starts", "100 second starts", "200 late starts", "300 low starts"])
  }

  @Test("counts those ahead of a job for the same application, which become fewer")
  func positions() throws {
    var queue = RunnerQueue(runners: 1)
    let jobs = try ["a", "b", "c"].map { try Self.job($0) }
    let (low, other) = (try Self.job("low", low: true), try Self.job("other", app: "c/d"))
    for job in [jobs[0], low, other, jobs[1], jobs[2]] { queue.add(job) }
    func positions() -> [Int] { (jobs + [low, other]).map { queue.position(of: $0) } }
    #expect(positions() == [0, 1, 2, 3, 0] && queue.waiting(for: "a/b") == 4)
    _ = Self.history(&queue, until: 0)
    #expect(positions()[1...] == [0, 1, 2, 0])
    _ = Self.history(&queue, until: 100)
    #expect(queue.waiting(for: "c/d") == 0 && positions()[1...3] == [0, 1, 2])
    _ = Self.history(&queue, until: 200)
    #expect(positions()[2...3] == [0, 1])
    queue.remove(jobs[2])
    #expect(queue.position(of: low) == 0)
  }

  @Test("ends what has no runner by its deadline, and nothing that has one")
  func deadlines() throws {
    var queue = RunnerQueue(runners: 1)
    queue.add(try Self.job("a", deadline: 50))
    queue.add(try Self.job("b", deadline: 99))
    queue.add(try Self.job("c", deadline: 100))
    #expect(
      Self.history(&queue) == ["0 a starts", "99 b is late", "100 a is finished", "100 c starts", "200 c is finished"])
  }

  @Test("is complete when its time is over and what it needs is there")
  func supplies() throws {
    var queue = RunnerQueue(runners: 1)
    let (slow, quick) = (try Self.job("slow"), try Self.job("quick"))
    queue.add(slow)
    queue.add(quick)
    #expect(Self.history(&queue, until: 500, supplies: false) == ["0 slow starts"])
    slow.supply(at: 600)
    #expect(Self.history(&queue, until: 650, supplies: false) == ["600 slow is finished", "600 quick starts"])
    quick.supply(at: 660)
    #expect(Self.history(&queue) == ["700 quick is finished"])
  }

  @Test("gives the runner of a job that is forgotten to the next")
  func removal() throws {
    var queue = RunnerQueue(runners: 1)
    let jobs = try ["a", "b", "c"].map { try Self.job($0) }
    jobs.forEach { queue.add($0) }
    #expect(Self.history(&queue, until: 30) == ["0 a starts"])
    queue.remove(jobs[0])
    queue.remove(jobs[1])
    #expect(Self.history(&queue) == ["30 c starts", "130 c is finished"])
  }

  @Test("has no runner for the next while one still works for a job that is over")
  func stopping() throws {
    var queue = RunnerQueue(runners: 1)
    let jobs = try ["a", "b"].map { try Self.job($0) }
    jobs.forEach { queue.add($0) }
    #expect(Self.history(&queue, until: 30) == ["0 a starts"])
    queue.remove(jobs[0], isWorking: true)
    #expect(Self.history(&queue, until: 50) == [] && queue.nextMoment == nil)
    queue.stopped()
    #expect(Self.history(&queue) == ["50 b starts", "150 b is finished"])
  }

  @Test("each thing has the moment at which it was due, however late somebody looks")
  func lateness() throws {
    var queue = RunnerQueue(runners: 1)
    for index in 0..<3 { queue.add(try Self.job("\(index)", waits: 10)) }
    #expect(
      Self.history(&queue, until: 1 << 40) == [
        "10 0 starts", "110 0 is finished", "110 1 starts", "210 1 is finished", "210 2 starts", "310 2 is finished",
      ])
  }
}
