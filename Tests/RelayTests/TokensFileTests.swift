import Digest
import Glibc
import Guard
import Testing

@testable import Relay

@Suite("auth.tokens_file: when it is read again")
struct TokensFileTests {
  /// A file that is gone with the test.
  private final class Place: Sendable {
    let path: String

    init(_ text: String) throws {
      var template = Array("/tmp/fal-proxy-tokens-XXXXXX".utf8CString)
      let descriptor = mkstemp(&template)
      try #require(descriptor >= 0)
      close(descriptor)
      path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      put(text)
    }

    /// Writes to the file that is there, or a new one.
    func put(_ text: String) {
      let file = fopen(path, "w")
      fputs(text, file)
      fclose(file)
    }

    deinit { unlink(path) }
  }

  private static func line(_ name: String) -> String {
    TokenLine.mint(name: name, group: nil, random: Array(name.utf8)).line.text + "\n"
  }

  private func watch(_ place: Place) throws -> TokensFile {
    try TokensFile(place.path) { TokenList(tokens: [], lines: $0, secrets: CallerSecrets([[1]])) }
  }

  /// What a look brings, in words.
  private func look(_ file: inout TokensFile) -> String {
    switch file.look() {
    case nil: "-"
    case .list(let list): "\(list.count) tokens"
    case .refused(let reason): String(reason.drop { $0 != ":" })
    }
  }

  @Test("nothing is new in a file that stays, or was only touched")
  func unchanged() throws {
    let place = try Place(Self.line("alice"))
    var file = try watch(place)
    #expect((0..<4).map { _ in look(&file) } == ["-", "-", "-", "-"] && file.list.count == 1)
    var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
    #expect(utimensat(AT_FDCWD, place.path, &times, 0) == 0)
    #expect((0..<3).map { _ in look(&file) } == ["-", "-", "-"])
  }

  @Test("a change is read once two looks agree, and told once")
  func change() throws {
    let place = try Place(Self.line("alice"))
    var file = try watch(place)
    place.put(Self.line("alice") + Self.line("bob"))
    #expect(look(&file) == "-")
    // Somebody is still writing.
    place.put(Self.line("alice") + Self.line("bob") + Self.line("carol"))
    #expect(look(&file) == "-")
    #expect((0..<3).map { _ in look(&file) } == ["3 tokens", "-", "-"])
  }

  @Test("a file that is never left alone is read at every third look; what is no list then is told of once")
  func restless() throws {
    let place = try Place(Self.line("alice"))
    var file = try watch(place)
    var number = 0
    /// What three looks bring, of which each sees another file.
    func looks(_ text: String) -> [String] {
      (0..<3).map { _ in
        number += 1
        place.put(text + String(repeating: "#", count: number))
        return look(&file)
      }
    }
    #expect(looks(Self.line("bob") + Self.line("carol")) == ["-", "-", "2 tokens"])
    #expect(looks(Self.line("bob")) == ["-", "-", "1 tokens"])
    // Nothing but a comment is what is written first.
    #expect(looks("") == ["-", "-", "-"] && file.list.count == 1)
    #expect(looks("dave\n")[0].hasPrefix(":1: expected name:group:hash"))
    #expect(looks("erin\n") == ["-", "-", "-"] && file.list.count == 1)
    #expect(looks(Self.line("bob") + Self.line("carol"))[0] == "2 tokens")
    #expect(looks("dave\n")[0].hasPrefix(":1: expected"))
    #expect(look(&file) == "-")
  }

  @Test("a broken or vanished file is told of once and changes nothing; a good one after it counts")
  func broken() throws {
    let place = try Place(Self.line("alice"))
    var file = try watch(place)
    place.put("# a\nalice\n")
    #expect(look(&file) == "-")
    #expect(look(&file).hasPrefix(":2: expected name:group:hash"))
    #expect((0..<2).map { _ in look(&file) } == ["-", "-"] && file.list.count == 1)
    unlink(place.path)
    #expect((0..<3).map { _ in look(&file) } == ["-", ": No such file or directory", "-"] && file.list.count == 1)
    // The same as at the start.
    place.put(Self.line("alice"))
    #expect((0..<3).map { _ in look(&file) } == ["-", "1 tokens", "-"])
  }

  @Test("a list that takes its time is in force before the file is looked at again, so that none overtakes a newer one")
  func order() async throws {
    let place = try Place(Self.line("alice"))
    let file = try watch(place)
    let (events, told) = AsyncStream.makeStream(of: String.self)
    place.put(Self.line("bob") + Self.line("carol"))
    let watching = Task {
      await file.watch(every: .milliseconds(1)) { change in
        guard case .list(let list) = change else { return }
        told.yield("\(list.count) begins")
        if list.count == 2 {
          place.put(Self.line("dave"))
          // A loop that is busy, for as long as many looks take.
          try? await Task.sleep(for: .milliseconds(50))
        }
        told.yield("\(list.count) is in force")
      }
    }
    let seen = await events.prefix(4).reduce(into: []) { $0.append($1) }
    watching.cancel()
    #expect(seen == ["2 begins", "2 is in force", "1 begins", "1 is in force"])
  }

  @Test("a file that cannot be read at the start, or is broken, is no list")
  func start() throws {
    let place = try Place("x")
    #expect(throws: TokensFile.Failure.self) { try watch(place) }
    unlink(place.path)
    #expect(throws: TokensFile.Failure.self) { try watch(place) }
  }
}
