import Dispatch
import Glibc
import Synchronization
import Testing

@testable import System

@Suite("System calls")
struct SyscallsTests {
  @Test("are made again as often as a signal interrupts them, and no other error is hidden")
  func interruption() {
    var left = 3
    let outcome = Syscalls.uninterrupted {
      if left == 0 { return 7 }
      left -= 1
      errno = EINTR
      return -1
    }
    guard case .done(7) = outcome, left == 0 else {
      Issue.record("\(outcome), \(left) left")
      return
    }
    var calls = 0
    let failure = Syscalls.uninterrupted {
      calls += 1
      errno = EBADF
      return -1
    }
    guard case .failed(EBADF) = failure, calls == 1 else {
      Issue.record("\(failure), \(calls) calls")
      return
    }
  }

  @Test("that would block are told from those that failed", arguments: [(EAGAIN, true), (ECONNRESET, false)])
  func wouldBlock(code: Int32, isWait: Bool) {
    let transfer = Syscalls.transfer {
      errno = code
      return -1
    }
    #expect(transfer == (isWait ? .wouldBlock : .failed(code)))
  }

  @Test("write all of a text that takes many calls", arguments: [false, true])
  func writesAll(nonBlocking: Bool) throws {
    let ends = try Ends()
    if nonBlocking { #expect(fcntl(ends.writing.number, F_SETFL, O_NONBLOCK) == 0) }
    let text = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let isWritten = Atomic(false)
    let writer = DispatchGroup()
    // A thread of its own: this one waits for it in a system call.
    DispatchQueue(label: "writer").async(group: writer) {
      let result: Void? = text.withUnsafeBytes { bytes in try? Syscalls.writeAll(ends.writing.number, bytes) }
      isWritten.store(result != nil, ordering: .releasing)
    }
    var received: [UInt8] = []
    var memory = [UInt8](repeating: 0, count: 1 << 16)
    while received.count < text.count {
      let count = Glibc.read(ends.reading.number, &memory, memory.count)
      try #require(count > 0)
      received += memory[0..<count]
    }
    writer.wait()
    let isDone = isWritten.load(ordering: .acquiring)
    #expect(isDone)
    #expect(received == text)
  }

  @Test("give up on a reader that takes nothing")
  func patience() throws {
    let ends = try Ends()
    #expect(fcntl(ends.writing.number, F_SETFL, O_NONBLOCK) == 0)
    let text = [UInt8](repeating: 0x78, count: 1 << 20)
    #expect(throws: SystemError(ETIMEDOUT, "poll")) {
      try text.withUnsafeBytes { bytes in
        try Syscalls.writeAll(ends.writing.number, bytes, patience: 10)
      }
    }
  }

  @Test("report what the system says")
  func errors() throws {
    let text: [UInt8] = [1]
    #expect(throws: SystemError(EBADF, "write")) {
      try text.withUnsafeBytes { bytes in try Syscalls.writeAll(-1, bytes) }
    }
    #expect(SystemError(ENOENT, "open").description == "open: No such file or directory (errno 2)")
    #expect(SystemError(EMFILE, "accept").isDescriptorExhaustion)
    #expect(!SystemError(EINVAL, "accept").isDescriptorExhaustion)
  }

  @Test("close a descriptor when its owner goes, and not before")
  func ownership() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let reading = OwnedDescriptor(ends[0])
    var byte: UInt8 = 0
    #expect(fcntl(reading.number, F_SETFL, O_NONBLOCK) == 0)
    do {
      let writing = OwnedDescriptor(ends[1])
      #expect(Glibc.read(reading.number, &byte, 1) == -1 && errno == EAGAIN)
      #expect(writing.number == ends[1])
    }
    #expect(Glibc.read(reading.number, &byte, 1) == 0)
  }
}

/// Both ends of a pipe.
final class Ends: Sendable {
  let reading: OwnedDescriptor
  let writing: OwnedDescriptor

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    reading = OwnedDescriptor(ends[0])
    writing = OwnedDescriptor(ends[1])
  }
}
