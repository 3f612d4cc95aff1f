import Glibc
import Testing

@testable import System

@Suite("Reading a file")
struct ReadFileTests {
  /// What reading `path` into `room` bytes gives.
  private func read(_ path: String, room: Int) throws -> [UInt8] {
    var memory = [UInt8](repeating: 0, count: room)
    let count = try memory.withUnsafeMutableBytes { target in
      try Syscalls.readFile(path, into: target)
    }
    return Array(memory[0..<count])
  }

  private func withFile(_ content: [UInt8], _ body: (String) throws -> Void) throws {
    var name = Array("/tmp/fal-proxy-test-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
    let descriptor = OwnedDescriptor(mkstemp(&name))
    try #require(descriptor.number >= 0)
    defer { unlink(name) }
    try content.withUnsafeBytes { bytes in try Syscalls.writeAll(descriptor.number, bytes) }
    try body(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  @Test("gives what fits", arguments: [0, 1, 99, 100, 101, 5000])
  func lengths(room: Int) throws {
    let content = (0..<100).map { UInt8($0) }
    try withFile(content) { path in
      let got = try read(path, room: room)
      #expect(got == Array(content.prefix(room)))
    }
  }

  @Test("says why it cannot")
  func unreadable() {
    #expect(throws: SystemError(ENOENT, "open")) { try read("/nonexistent/file", room: 10) }
    #expect(throws: SystemError(EISDIR, "read")) { try read("/", room: 10) }
  }

  @Test("does not follow a device without end, nor wait at a pipe without data")
  func special() throws {
    #expect(try read("/dev/zero", room: 1000) == [UInt8](repeating: 0, count: 1000))
    let path = "/tmp/fal-proxy-test-pipe-\(getpid())"
    try #require(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    // Nobody writes to it: that is its end.
    #expect(try read(path, room: 10) == [])
    let writer = OwnedDescriptor(open(path, O_RDWR))
    #expect(throws: SystemError(EAGAIN, "read")) { try read(path, room: 10) }
    #expect(writer.number >= 0)
  }
}

@Suite("Clocks")
struct SystemClockTests {
  @Test("the monotonic one never goes back, and both run")
  func clocks() {
    let first = SystemClock.monotonicNanoseconds()
    var last = first
    while last == first { last = SystemClock.monotonicNanoseconds() }
    #expect(last > first)
    let (seconds, nanoseconds) = SystemClock.sinceEpoch()
    #expect((0..<1_000_000_000).contains(nanoseconds) && abs(seconds - Int64(time(nil))) <= 1)
  }
}
