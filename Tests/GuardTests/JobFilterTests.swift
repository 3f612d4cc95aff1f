import HTTPWire
import TestSupport
import Testing
import Text

@testable import Guard

@Suite("Ids in answers, replaced in flight")
struct JobFilterTests {
  private static let uuid = JobSealsTests.uuid
  private static let gateway = "0192f0c1-aaaa-7bbb-8ccc-ddddeeeeffff"

  private func job(_ id: String) throws -> OwnedJob {
    let job = OwnedJob(JobSealsTests.seals, submittedBy: JobSealsTests.alice, to: "fal-ai/flux".utf8.span)
    let isLearnt = job.learn(id.utf8.span)
    try #require(isLearnt)
    return job
  }

  private func seal(_ id: String, _ job: OwnedJob) throws -> String {
    let sealed = job.seal(id.utf8.span)
    return String(decoding: try #require(sealed), as: UTF8.self)
  }

  /// `text` through a filter in pieces that end at `cuts`.
  private func filtered(_ text: String, _ job: OwnedJob, cuts: [Int] = [], keepsLength: Bool = true) -> String {
    let (bytes, filter) = (Array(text.utf8), JobFilter(job, keepsLength: keepsLength))
    var output: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 20 * (bytes.count + 400))
    var start = 0
    for end in cuts + [bytes.count] {
      let written = room.withUnsafeMutableBytes { room in
        bytes[start..<end].withUnsafeBytes { filter.filter($0, into: room).written }
      }
      output += room[..<written]
      start = end
    }
    while true {
      let end = room.withUnsafeMutableBytes { filter.finish(into: $0) }
      output += room[..<end.written]
      if end.isDone { return String(decoding: output, as: UTF8.self) }
    }
  }

  private static func status(_ id: String, gateway: String) -> String {
    let url = "https://queue.fal.run/fal-ai/flux/requests/\(id)"
    return #"data: {"status":"IN_QUEUE","request_id":"\#(id)","gateway_request_id":"\#(gateway)","#
      + #""response_url":"\#(url)","status_url":"\#(url)/status","cancel_url":"\#(url)/cancel","queue_position":1}"#
      + "\n\n"
  }

  @Test("a gateway's id is found past all white space of JSON", arguments: ["", " ", "\t", "\n  ", "\r\n"])
  func spaces(space: String) throws {
    let job = try job(Self.uuid)
    let text = "{\"gateway_request_id\"" + space + ":" + space + "\"\(Self.gateway)\"}"
    let output = filtered(text, job)
    #expect(output == text.replacing(Self.gateway, with: try seal(Self.gateway, job)))
  }

  @Test("every occurrence, cut at every place", arguments: [uuid, "req-1", "1"], [uuid, gateway, "req-1"])
  func everywhere(id: String, gateway: String) throws {
    let job = try job(id)
    let sealed = String(decoding: job.sealed, as: UTF8.self)
    let other = try seal(gateway, job)
    let text = Self.status(id, gateway: gateway)
    let isLonger = id != Self.uuid || gateway == "req-1"
    #expect(JobFilter.keepsLength(text.utf8.span, of: job) == !isLonger)
    for keepsLength in [true, false] {
      // Where the length has been told, an id of a gateway that is no UUID stays beside one that is.
      let kept = keepsLength && id == Self.uuid && isLonger
      let wanted = Self.status(sealed, gateway: kept ? gateway : other)
      #expect(filtered(text, job, keepsLength: keepsLength) == wanted)
      for cut in 0...text.utf8.count { #expect(filtered(text, job, cuts: [cut], keepsLength: keepsLength) == wanted) }
      #expect(filtered(text, job, cuts: Array(1..<text.utf8.count), keepsLength: keepsLength) == wanted)
    }
  }

  @Test(
    "what only begins like an id passes as it is, at the end too",
    arguments: [
      "764cabcf-b745-4b3e-ae38-1200304cf45", "764cabcf764cabcf-", "\"gateway_request_id\":\"764",
      "\"gateway_request_id\"",
      "\"gateway_request_id\": 5", "\"gateway_request_id\":null", "\"gateway_request_ids\":\"x\"",
      "\"gateway_request_id\":\"a b\"", "\"", "{}", "",
    ])
  func passing(text: String) throws {
    let job = try job(Self.uuid)
    for cut in 0...text.utf8.count { #expect(filtered(text, job, cuts: [cut]) == text) }
  }

  @Test("an id right behind the beginning of one, and spaces about the colon")
  func overlaps() throws {
    let job = try job(Self.uuid)
    let sealed = String(decoding: job.sealed, as: UTF8.self)
    #expect(filtered("764cabcf-\(Self.uuid)\(Self.uuid)", job) == "764cabcf-\(sealed)\(sealed)")
    let other = try seal(Self.gateway, job)
    #expect(
      filtered(#"{"gateway_request_id" : "\#(Self.gateway)"}"#, job) == #"{"gateway_request_id" : "\#(other)"}"#)
  }

  @Test("an answer that ends within an id of a gateway's does not tell the job's own")
  func cutOff() throws {
    let job = try job(Self.uuid)
    let sealed = String(decoding: job.sealed, as: UTF8.self)
    let text = #"{"gateway_request_id":"x-\#(Self.uuid)"#
    for cut in 0...text.utf8.count {
      #expect(filtered(text, job, cuts: [cut]) == text.replacing(Self.uuid, with: sealed))
    }
  }

  @Test("a short id is no number, and no part of another word")
  func short() throws {
    let (job, text) = (try job("1"), #"{"queue_position":1,"a":"11","b":"x1","requests":"/requests/1?x"}"#)
    #expect(filtered(text, job) == text.replacing("/1?", with: "/\(String(decoding: job.sealed, as: UTF8.self))?"))
  }

  @Test("an event is never held back once it has ended")
  func events() throws {
    let (filter, event) = (
      JobFilter(try job(Self.uuid), keepsLength: true), Array(Self.status(Self.uuid, gateway: Self.gateway).utf8)
    )
    var room = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<3 {
      let written = room.withUnsafeMutableBytes { room in
        event.withUnsafeBytes { filter.filter($0, into: room).written }
      }
      #expect(written == event.count)
    }
  }

  @Test(
    "property: pieces, framings and room of any size come to the same", arguments: [uuid, "req-1"], [gateway, "g"])
  func property(id: String, gateway: String) throws {
    var random = SplitMix64(seed: 5)
    let job = try job(id)
    let text = (0..<20).map { _ in Self.status(id, gateway: gateway) }.joined()
    let wanted = Array(filtered(text, job, keepsLength: false).utf8)
    let input = Array(text.utf8)
    for _ in 0..<200 {
      var pump = BodyPump(.untilClose, filter: JobFilter(job, keepsLength: false))
      var (output, at): ([UInt8], Int) = ([], 0)
      var room = [UInt8](repeating: 0, count: Int.random(in: 4000...9000, using: &random))
      while true {
        let end = min(input.count, at + Int.random(in: 0...300, using: &random))
        if at == input.count { pump.endWithConnection() }
        let move = try room.withUnsafeMutableBytes { room in
          try input[at..<end].withUnsafeBufferPointer { try pump.move($0, into: room, as: .plain) }
        }
        at += move.consumed
        output += room[..<move.written]
        if move.outcome == .done { break }
      }
      #expect(output == wanted)
    }
  }
}
