#if SQLITE
  import Glibc
  import Synchronization
  import Testing
  import Text

  @testable import Ledger

  @Suite("A ledger whose process or disk ends")
  struct LedgerCrashTests {
    @Test("kill -9 in the midst of it loses nothing that was committed, again and again")
    func killed() async throws {
      let folder = try Folder()
      let path = folder.path + "/ledger.db"
      var (reserved, settled): (Set<UInt128>, Set<UInt128>) = ([], [])
      for round in 1...5 {
        for line in try Teller("sqlite:\(path)").kill(after: 300 * round) {
          let id = try #require(UInt128(line.dropFirst(2), radix: 16))
          if line.hasPrefix("r") { reserved.insert(id) } else { settled.insert(id) }
        }
        let ledger = try SQLiteLedger(path) { _ in }
        #expect(ledger.orphans > 0, "whatever was neither settled nor released")
        var states: [LedgerState: Int] = [:]
        for id in reserved {
          let entry = try #require(await ledger.read(.entry(.id(LedgerID(id)))) ?? nil, "a reservation is lost")
          states[entry.state, default: 0] += 1
          if settled.contains(id) { #expect(entry.state == .settled && entry.charged.nanos == 50) }
          if entry.state == .kept { #expect(entry.charged.nanos == 100) }
        }
        #expect(states[.settled] ?? 0 >= settled.count)
        #expect(states[.reserved] == nil, "none is left that never ends")
        #expect(await ledger.read(.mismatches) == [])
        ledger.close()
      }
      #expect(reserved.count > 1000)
    }

    @Test(
      "a full disk grants nothing and loses nothing, and when there is room it goes on by itself",
      .enabled(if: geteuid() == 0))
    func full() async throws {
      let folder = try Folder()
      guard mount("tmpfs", folder.path, "tmpfs", 0, "size=1m") == 0 else { return }
      defer { umount2(folder.path, Int32(MNT_DETACH)) }
      let reports = Reports()
      let ledger = try SQLiteLedger(folder.path + "/ledger.db") { reports.add($0) }
      _ = await ledger.reserve(.of(1, 10))
      let filler = folder.path + "/filler"
      LedgerCrashTests.fill(filler)
      // There may be room left in the pages that there are, also for a small transaction behind one that was too large.
      var (number, granted): (Int64, Int64) = (1, 1)
      var refused = 0
      while refused < 20, number < 5000 {
        number += 1
        switch await ledger.reserve(.of(number, 10)) {
        case .committed: granted += 1
        case .unavailable: refused += 1
        case .refused: Issue.record("there is no limit")
        }
      }
      #expect(refused == 20)
      // What is asked of it is answered, and what becomes known is not lost.
      #expect(await ledger.spent(.total) == granted * 10)
      async let settled = ledger.change(.id(Reservation.id(1)), .billed(Units(3)))
      #expect(await ledger.read(.mismatches) == [])
      unlink(filler)
      guard case .done(let entry) = await settled else {
        Issue.record("a change is lost")
        return
      }
      #expect(entry.charged.nanos == 30)
      #expect(await ledger.reserve(.of(9999, 10)) == .committed(spent: []))
      #expect(await ledger.spent(.total) == granted * 10 + 20 + 10)
      #expect(await ledger.read(.mismatches) == [])
      ledger.close()
      let said = reports.all
      #expect(said.count >= 2 && said.count % 2 == 0)
      for (index, line) in said.enumerated() {
        let words =
          index % 2 == 0
          ? "cannot be written (database or disk is full): nothing that costs is let through" : "can be written again"
        #expect(line.contains(words))
      }
    }

    private static func fill(_ path: String) {
      let file = open(path, O_WRONLY | O_CREAT, 0o600)
      let bytes = [UInt8](repeating: 1, count: 4096)
      while write(file, bytes, bytes.count) > 0 {}
      close(file)
    }

    private final class Reports: Sendable {
      private let lines = Mutex<[String]>([])
      func add(_ line: String) { lines.withLock { $0.append(line) } }
      var all: [String] { lines.withLock { $0 } }
    }
  }

  /// The process that reserves without end and tells what is committed.
  private struct Teller {
    private let process: pid_t
    private let output: Int32

    init(_ store: String) throws {
      var path = [CChar](repeating: 0, count: 4096)
      let count = readlink("/proc/self/exe", &path, path.count - 1)
      let own = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let program = own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/ledger-load"
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
      posix_spawn_file_actions_addclose(&actions, ends[0])
      defer { posix_spawn_file_actions_destroy(&actions) }
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(store), strdup("tell"), nil]
      defer { for argument in arguments { free(argument) } }
      var process = pid_t()
      try #require(posix_spawn(&process, program, &actions, nil, &arguments, environ) == 0, "\(program)")
      close(ends[1])
      (self.process, output) = (process, ends[0])
    }

    /// All it has said until it was killed, once it had said so many lines.
    func kill(after count: Int) -> [Substring] {
      var said: [UInt8] = []
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      var lines = 0
      while true {
        let received = read(output, &bytes, bytes.count)
        guard received > 0 else { break }
        said += bytes[..<received]
        lines += bytes[..<received].count { $0 == 0x0A }
        if lines >= count { Glibc.kill(process, SIGKILL) }
      }
      close(output)
      var status: Int32 = 0
      waitpid(process, &status, 0)
      // A line that was cut was said all the same, but cannot be read.
      return String(decoding: said, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
        .dropLast(said.last == 0x0A ? 0 : 1)
    }
  }
#endif
