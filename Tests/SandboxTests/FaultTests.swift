import Fal
import HTTPWire
import Testing
import Text

@testable import Sandbox

@Suite struct FaultTests {
  @Test(
    "reads what follows sandbox/, query included",
    arguments: [
      ("error/400", .error(400, atSubmit: false)), ("error/599?at=submit", .error(599, atSubmit: true)),
      ("error/500?at=result", .error(500, atSubmit: false)), ("hang", .hang), ("slow", .slow(10_000)),
      ("slow?ms=0", .slow(0)), ("slow?ms=3600000", .slow(3_600_000)), ("reset", .reset), ("cut", .cut),
      ("flaky", .flaky(2)), ("flaky?n=7", .flaky(7)), ("nsfw", .nsfw), ("locked", .locked), ("rate", .rate),
      ("echo?whatever=1", .echo), ("stream", .stream(5, 200)), ("stream?ms=1&n=2", .stream(2, 1)),
      ("", nil), ("error", nil), ("error/399", nil), ("error/600", nil), ("error/5oo", nil), ("error/500/1", nil),
      ("error/500?at=once", nil), ("slow?ms=-1", nil), ("slow?ms=3600001", nil), ("slow?ms=", nil), ("hang/", nil),
      ("flaky?n=1001", nil), ("stream?n=0", nil), ("Hang", nil), ("/hang", nil),
    ] as [(String, Fault?)])
  func reads(text: String, fault: Fault?) { #expect(Fault(text) == fault) }

  @Test(
    "belongs to an owner of its own, in every namespace",
    arguments: [
      ("sandbox/hang", ["hang"]), ("sandbox/error/500", ["error", "500"]), ("comfy/sandbox/hang", ["hang"]),
      ("workflows/sandbox/error/500", ["error", "500"]), ("sandboxes/hang", nil), ("a/sandbox", nil),
      ("workflows/a/sandbox", nil),
    ] as [(String, [String]?)])
  func paths(path: String, names: [String]?) throws {
    #expect(try #require(EndpointID(path)).sandboxPath == names)
  }

  @Test("lets a job that never ends keep nobody waiting")
  func hang() throws {
    let bench = Bench { $0.runners = 1 }
    let hanging = try (0..<3).map { _ in try bench.submit("{}", to: "/sandbox/hang") }
    let other = try bench.submit()
    bench.pass(1500)
    func status(_ id: String) throws -> String? {
      try bench.ask(.get, "/a/b/requests/\(id)/status").json["status"]?.text
    }
    #expect(try hanging.map(status) == ["IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS"])
    #expect(try status(other) == "COMPLETED")
    bench.pass(10_000_000)
    #expect(try status(hanging[0]) == "IN_PROGRESS")
  }

  @Test(
    "runs for as long as its caller says, at every speed of the sandbox",
    arguments: [("slow?ms=500", 500), ("stream?n=5&ms=100", 500), ("slow?ms=0", 0)] as [(String, UInt64)])
  func times(entry: String, milliseconds: UInt64) throws {
    for speed in [0.1, 1, 100] {
      let bench = Bench { $0.speed = speed }
      let id = try bench.submit("{}", to: "/sandbox/\(entry)")
      bench.now += UInt64(300 / speed)
      func status() throws -> String? { try bench.ask(.get, "/a/b/requests/\(id)/status").json["status"]?.text }
      #expect(try status() == (milliseconds == 0 ? "COMPLETED" : "IN_PROGRESS"))
      bench.pass(max(milliseconds, 1) - 1)
      #expect(try status() == (milliseconds == 0 ? "COMPLETED" : "IN_PROGRESS"))
      bench.pass(1)
      #expect(try status() == "COMPLETED")
    }
  }

  @Test("forgets the counts of flaky calls when there are too many")
  func flaky() throws {
    var calls = FlakyCalls()
    let endpoint = try #require(EndpointID("sandbox/flaky"))
    func fails(_ number: Int) -> Bool {
      calls.fails(SandboxRequest(.post, "/", content: Array("\(number)".utf8)), endpoint, first: 1)
    }
    #expect([fails(0), fails(0), fails(0)] == [true, false, true])
    #expect(fails(1))
    #expect((2...1001).allSatisfy(fails))
    #expect(fails(1))
  }
}
