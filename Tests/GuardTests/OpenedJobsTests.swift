import Testing

@testable import Guard

@Suite("Jobs that were opened last")
struct OpenedJobsTests {
  private static let id = "764cabcf-b745-4b3e-ae38-1200304cf45b"
  private static let (alice, bob) = (Caller(Identity(1)), Caller(Identity(2)))
  private let seals = JobSeals([[1]])

  private func seal(_ id: String) throws -> [UInt8] {
    let sealed = seals.seal(id.utf8.span, for: Self.alice.identity, app: "fal-ai/flux".utf8.span)
    return try #require(sealed)
  }

  private func open(_ jobs: OpenedJobs, _ seals: JobSeals, _ text: [UInt8], _ caller: Caller, _ endpoint: String)
    -> String?
  {
    jobs.job(seals, opening: text.span, for: caller, endpoint: endpoint.utf8.span).map {
      String(decoding: $0.id, as: UTF8.self)
    }
  }

  @Test("what was opened is found again, by the same caller, at the same endpoint, under the same keys alone")
  func bound() throws {
    let jobs = OpenedJobs()
    let sealed = try seal(Self.id)
    for _ in 0..<2 {
      #expect(open(jobs, seals, sealed, Self.alice, "fal-ai/flux") == Self.id)
      #expect(open(jobs, seals, sealed, Self.bob, "fal-ai/flux") == nil)
      #expect(open(jobs, seals, sealed, Self.alice, "fal-ai/other") == nil)
      for index in sealed.indices {
        var other = sealed
        other[index] = other[index] == 0x41 ? 0x42 : 0x41
        #expect(open(jobs, seals, other, Self.alice, "fal-ai/flux") == nil)
      }
    }
    // Another generation may have other keys.
    #expect(open(jobs, JobSeals([[2]]), sealed, Self.alice, "fal-ai/flux") == nil)
    #expect(open(jobs, seals, sealed, Self.alice, "fal-ai/flux") == Self.id)
    #expect(open(jobs, seals, Array("short".utf8), Self.alice, "fal-ai/flux") == nil)
  }

  @Test("any number of jobs open, whichever are kept")
  func many() throws {
    let jobs = OpenedJobs()
    for round in 0..<2 {
      for number in 0..<3000 {
        let id = "764cabcf-b745-4b3e-ae38-" + String(100_000_000_000 + number)
        let sealed = try seal(id)
        if open(jobs, seals, sealed, Self.alice, "fal-ai/flux") != id { Issue.record("round \(round): \(id)") }
      }
    }
  }
}
