import Foundation
import Observability
import Testing
import Text

@Suite("Access log")
struct AccessLogTests {
  private func record() -> AccessRecord {
    let record = AccessRecord()
    record.method = "POST"
    record.route = "proxy"
    record.client = IPv6Address(mapping: IPv4Address(0x7F00_0001))
    record.labels = Array("req-1".utf8)
    record.requestID = 0..<5
    record.operation = "submit"
    record.note(.targetHost, "queue.fal.run".utf8.span)
    record.note(.endpoint, "fal-ai/flux".utf8.span)
    record.status = 200
    record.bytesIn = 12
    record.bytesOut = 3456
    record.started = 1_000_000_000
    record.firstByte = 1_012_345_678
    return record
  }

  private func line(_ record: AccessRecord, _ format: AccessLog.Format, now: UInt64 = 1_250_000_000) -> String {
    let pipe = Pipe()
    let writer = LogWriter(descriptor: pipe.writing, limit: 1 << 16) { _ in }
    var log = AccessLog(format: format, writer: writer)
    log.append(record, now: now, time: CivilTime(seconds: 784_111_777, milliseconds: 7))
    log.flush()
    return pipe.read(lines: 1)[0]
  }

  @Test("writes one JSON object per request, byte for byte")
  func json() {
    #expect(
      line(record(), .json)
        == #"{"time":"1994-11-06T08:49:37.007Z","request_id":"req-1","client":"127.0.0.1","method":"POST","#
        + #""route":"proxy","operation":"submit","target_host":"queue.fal.run","endpoint":"fal-ai/flux","status":200,"#
        + #""bytes_in":12,"bytes_out":3456,"first_byte_ms":12.345,"total_ms":250.000,"ended_by":"complete"}"#)
  }

  @Test("leaves out what there was not, and names the proxy's error and who ended it")
  func jsonOfRefusal() throws {
    let record = record()
    record.operation = nil
    record.firstByte = 0
    record.status = 499
    record.endedBy = .client
    record.error = "bad_request"
    let object = try JSONSerialization.jsonObject(with: Data(line(record, .json).utf8)) as? [String: Any]
    #expect(object?["operation"] == nil && object?["origin"] == nil && object?["first_byte_ms"] == nil)
    #expect(object?["error_type"] as? String == "proxy_bad_request" && object?["ended_by"] as? String == "client")
  }

  @Test(
    "is valid JSON whoever ended it",
    arguments: [
      (Party?.none, "complete"), (.client, "client"), (.upstream, "upstream"), (.proxy, "proxy"),
    ])
  func jsonIsValid(end: Party?, name: String) throws {
    let record = record()
    record.endedBy = end
    record.bytesIn = .max
    record.bytesOut = .max
    let object = try JSONSerialization.jsonObject(with: Data(line(record, .json, now: .max).utf8)) as? [String: Any]
    #expect(object?["ended_by"] as? String == name)
    #expect(object?["bytes_out"] as? UInt64 == .max)
  }

  @Test("writes the texts that came from outside, whatever they are", arguments: AccessRecord.Label.allCases)
  func texts(label: AccessRecord.Label) throws {
    let record = AccessRecord()
    record.note(label, Array("a\"\\\n\u{1B}".utf8 + [0xFF]).span)
    let object = try JSONSerialization.jsonObject(with: Data(line(record, .json).utf8)) as? [String: Any]
    #expect(object?[label.name] as? String == "a%22%5c%0a%1b%ff")
    #expect(line(record, .text).contains("a%22%5c%0a%1b%ff"))
  }

  @Test(
    "writes whose request it is as its family does",
    arguments: [("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1")])
  func client(literal: String, wanted: String) throws {
    let record = record()
    record.client = try #require(IPv6Address(literal) ?? IPv4Address(literal).map(IPv6Address.init(mapping:)))
    #expect(line(record, .json).contains(#""client":"\#(wanted)""#))
    #expect(line(record, .text).contains(" client=\(wanted) "))
  }

  @Test("writes columns for a person")
  func text() {
    #expect(
      line(record(), .text)
        == "1994-11-06T08:49:37.007Z 200 POST submit queue.fal.run/fal-ai/flux 250.000ms in=12 out=3456 "
        + "client=127.0.0.1 req-1")
    let failed = record()
    failed.endedBy = .upstream
    failed.error = "upstream_closed"
    failed.status = 502
    #expect(
      line(failed, .text, now: 1_000_001_500)
        == "1994-11-06T08:49:37.007Z 502 POST submit queue.fal.run/fal-ai/flux 0.001ms in=12 out=3456 "
        + "ended_by=upstream proxy_upstream_closed client=127.0.0.1 req-1")
    failed.operation = nil
    #expect(
      line(failed, .text, now: 1_000_001_500)
        == "1994-11-06T08:49:37.007Z 502 POST proxy 0.001ms in=12 out=3456 ended_by=upstream proxy_upstream_closed "
        + #"client=127.0.0.1 target_host="queue.fal.run" endpoint="fal-ai/flux" req-1"#)
    let local = AccessRecord()
    local.method = "GET"
    local.route = "healthz"
    #expect(line(local, .text, now: 0) == "1994-11-06T08:49:37.007Z 0 GET healthz 0.000ms in=0 out=0 client=:: ")
  }

  @Test(
    "a selection is of probes and of what went wrong",
    arguments: [
      (AccessLog.Selection.all, [true, true, true, true, true]), (.proxy, [true, true, true, false, false]),
      (.errors, [false, true, true, false, true]), (.none, [false, false, false, false, false]),
    ])
  func selections(selection: AccessLog.Selection, isLogged: [Bool]) {
    let table: [(status: Int, endedBy: Party?, isOfProbe: Bool)] = [
      (399, nil, false), (400, nil, false), (200, .upstream, false), (200, nil, true), (503, .proxy, true),
    ]
    for (row, isLogged) in zip(table, isLogged) {
      let record = record()
      record.status = row.status
      record.endedBy = row.endedBy
      record.isOfProbe = row.isOfProbe
      #expect(selection.has(record) == isLogged, "\(row)")
    }
  }

  @Test("gathers lines and hands them over by itself after 16 KiB")
  func batches() {
    let pipe = Pipe()
    var log = AccessLog(format: .text, writer: LogWriter(descriptor: pipe.writing, limit: 1 << 20) { _ in })
    for _ in 0..<300 { log.append(record(), now: 1_250_000_000, time: CivilTime(seconds: 0, milliseconds: 0)) }
    #expect(pipe.read(lines: 200).allSatisfy { $0.hasPrefix("1970-01-01T00:00:00.000Z 200 POST") })
  }

  @Test(
    "lines stand in the order of their time, however the clock is set, unless it is by more than a minute",
    arguments: [
      ([59_000, 59_007, 60_000], ["00:00:59.000", "00:00:59.007", "00:01:00.000"]),
      ([60_007, 60_006, 59_999, 60_008], ["00:01:00.007", "00:01:00.007", "00:01:00.007", "00:01:00.008"]),
      ([60_000, 0], ["00:01:00.000", "00:01:00.000"]),
      ([61_000, 0, 1], ["00:01:01.000", "00:00:00.000", "00:00:00.001"]),
    ])
  func order(milliseconds: [Int], wanted: [String]) {
    let pipe = Pipe()
    var log = AccessLog(format: .text, writer: LogWriter(descriptor: pipe.writing, limit: 1 << 20) { _ in })
    for time in milliseconds {
      let time = CivilTime(seconds: Int64(time / 1000), milliseconds: time % 1000)
      log.append(record(), now: 1_250_000_000, time: time)
    }
    log.flush()
    #expect(pipe.read(lines: wanted.count).map { String($0.prefix(24)) } == wanted.map { "1970-01-01T\($0)Z" })
  }
}
