import Glibc
import Observability
import Synchronization
import Testing

@Suite("Log writer")
struct LogWriterTests {
  private let line = Array((String(repeating: "x", count: 999) + "\n").utf8)

  @Test("writes in order what it was given")
  func order() {
    let pipe = Pipe()
    let writer = LogWriter(descriptor: pipe.writing, limit: 1 << 16) { _ in }
    for number in 0..<50 { writer.write(Array("line \(number)\n".utf8), lines: 1) }
    writer.drain(milliseconds: 5000)
    #expect(pipe.read(lines: 50) == (0..<50).map { "line \($0)" })
  }

  @Test("drops and counts whole lines when nobody reads, then says how many", arguments: [false, true])
  func drops(nonBlocking: Bool) {
    let pipe = Pipe()
    let size = pipe.shrink()
    if nonBlocking { pipe.makeWritingNonBlocking() }
    let limit = 10 * line.count
    let writer = LogWriter(descriptor: pipe.writing, limit: limit) { _ in }
    let total = 200
    for _ in 0..<total { writer.write(line, lines: 1) }
    // Nobody reads: at most the pipe and the limit are held, and the caller was never kept waiting.
    let held = size / line.count + 1 + limit / line.count
    writer.drain(milliseconds: 10)
    var (kept, counted, isSound) = (0, 0, true)
    while kept + counted < total {
      for text in pipe.read(lines: 1) {
        if text.hasPrefix("x") {
          kept += 1
          isSound = isSound && text.utf8.count == 999
        } else {
          counted += Int(text.dropFirst(#"{"event":"access_log_dropped","lines":"#.count).dropLast()) ?? -1000
        }
      }
    }
    #expect(kept + counted == total && isSound && counted > 0 && kept <= held)
  }

  @Test("takes text again once there is room")
  func recovers() {
    let pipe = Pipe()
    let writer = LogWriter(descriptor: pipe.writing, limit: line.count) { _ in }
    for _ in 0..<20 {
      writer.write(line, lines: 1)
      writer.drain(milliseconds: 5000)
      #expect(pipe.read(lines: 1).count == 1)
    }
  }

  @Test("a batch larger than the limit is dropped whole and counted by its lines")
  func tooLarge() {
    let pipe = Pipe()
    let writer = LogWriter(descriptor: pipe.writing, limit: 100) { _ in }
    writer.write(line, lines: 7)
    writer.write(Array("after\n".utf8), lines: 1)
    #expect(pipe.read(lines: 2) == ["after", #"{"event":"access_log_dropped","lines":7}"#])
  }

  @Test("draining ends in time when nobody reads")
  func drainEnds() {
    let pipe = Pipe()
    let size = pipe.shrink()
    let writer = LogWriter(descriptor: pipe.writing, limit: 1 << 20) { _ in }
    let count = size / line.count + 5
    for _ in 0..<count { writer.write(line, lines: 1) }
    let start = ContinuousClock.now
    writer.drain(milliseconds: 50)
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(pipe.read(lines: count).count == count)
  }

  @Test("reports lost lines when it begins, whenever they are ten times as many, and at the end")
  func losses() {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let reports = Mutex<[String]>([])
    let writer = LogWriter(descriptor: full, limit: 1 << 20) { text in reports.withLock { $0.append(text) } }
    for _ in 0..<25 { writer.write(line, lines: 5) }
    writer.drain(milliseconds: 5000)
    writer.drain(milliseconds: 5000)
    #expect(
      reports.withLock { $0 } == [
        "the log cannot be written (No space left on device); its lines are lost until it can",
        "10 log lines are lost so far", "100 log lines are lost so far", "125 log lines were lost",
      ])
  }

  @Test(
    "reports lines that are dropped while nobody reads: when it begins, by count, and all of them when it is over",
    arguments: [false, true])
  func unread(readsAgain: Bool) async {
    let pipe = Pipe()
    pipe.fill()
    let (reports, sink) = AsyncStream.makeStream(of: String.self)
    let writer = LogWriter(descriptor: pipe.writing, limit: 10 * line.count) { sink.yield($0) }
    for _ in 0..<200 { writer.write(line, lines: 1) }
    func readAll() { #expect(pipe.read(lines: 12).contains(#"{"event":"access_log_dropped","lines":190}"#)) }
    if readsAgain { readAll() }
    // What waits is lost too if it is the end.
    writer.drain(milliseconds: readsAgain ? 5000 : 10)
    #expect(
      await reports.prefix(4).reduce(into: []) { $0.append($1) } == [
        "the log cannot be written (its reader is behind, and limits.log_buffer is full); its lines are lost until it can",
        "10 log lines are lost so far", "100 log lines are lost so far",
        "\(readsAgain ? 190 : 200) log lines were lost",
      ])
    // The pipe must not go while it is written to.
    if !readsAgain { readAll() }
  }

  @Test("reports a reader that has gone")
  func deadReader() {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0)
    close(ends[0])
    let reports = Mutex<[String]>([])
    let writer = LogWriter(descriptor: ends[1], limit: 1 << 20) { text in reports.withLock { $0.append(text) } }
    writer.write(line, lines: 1)
    writer.drain(milliseconds: 5000)
    close(ends[1])
    #expect(reports.withLock { $0 }.first?.contains("Broken pipe") == true && reports.withLock { $0.count } == 2)
  }
}
