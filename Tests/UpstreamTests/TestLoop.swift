import Synchronization

@testable import Transport

/// The event loop that all tests of this target share; it serves as long as the process does.
enum TestLoop {
  private static let started = Task {
    let actor = try LoopActor(label: "tests.loop")
    await actor.start()
    return actor
  }

  /// The system's certificates, which take long to load.
  static let tlsContext = TLSContext()

  static var actor: LoopActor {
    get async throws { try await started.value }
  }

  /// Runs `body` on the loop and waits until it, or something it has set going there, has called `end` once.
  static func ended<R: Sendable>(
    _ body: @escaping @Sendable (EventLoop, _ end: @escaping (R) -> Void) -> Void
  ) async throws -> R {
    let handle = try await actor.run { $0.handle }
    return await withCheckedContinuation { continuation in
      handle.perform { loop in body(loop) { continuation.resume(returning: $0) } }
    }
  }
}

/// Something that belongs to the loop and is held by a test between its turns there.
final class OnLoop<Value>: @unchecked Sendable {
  var value: Value

  init(_ value: Value) { self.value = value }
}

/// Calls a closure after a while, unless it is dropped first.
final class Timer {
  private let handler = DeadlineHandler()
  private let loop: EventLoop

  init(on loop: EventLoop, milliseconds: UInt64, _ body: @escaping () -> Void) {
    self.loop = loop
    loop.attach(handler)
    handler.onDeadline = body
    loop.setDeadline(handler, in: milliseconds * 1_000_000)
  }

  deinit { loop.detach(handler) }
}

/// A resolver that says what a test tells it to, and counts how often it was asked.
final class FakeResolver: Sendable {
  enum Word: Sendable {
    case addresses([SocketAddress]), failure(String), silence
  }

  private struct State {
    var word: Word
    var questions = 0
    /// Who was met with silence.
    var waiting: [@Sendable (Resolver.Answer) -> Void] = []
  }

  private let state: Mutex<State>

  init(_ word: Word) { state = Mutex(State(word: word)) }

  var questions: Int { state.withLock { $0.questions } }

  func say(_ word: Word) { state.withLock { $0.word = word } }

  /// Answers those who were met with silence.
  func answerLate(_ answer: Resolver.Answer) {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for completion in waiting { completion(answer) }
  }

  var resolver: Resolver {
    Resolver { [self] _, _, completion in
      let word = state.withLock { state in
        state.questions += 1
        if case .silence = state.word { state.waiting.append(completion) }
        return state.word
      }
      switch word {
      case .addresses(let found): completion(.success(found))
      case .failure(let reason): completion(.failure(ResolverError(description: reason)))
      case .silence: return
      }
    }
  }
}
