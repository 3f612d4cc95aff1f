internal import Digest
package import Guard
internal import System
package import Upstream

/// Keeps the keys of the issuers of `auth.jwt`: asks for them ahead of need, looks at files, and hands a new verifier to whoever
/// serves when they have changed.
package actor KeySources {
  /// What it needs of the process.
  package struct Surroundings: Sendable {
    let client: Fetch
    let publish: @Sendable (JWTVerifier) async -> Void
    let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - publish: puts a verifier into force everywhere before it returns.
    ///   - report: tells the operator.
    package init(
      client: Fetch, publish: @escaping @Sendable (JWTVerifier) async -> Void,
      report: @escaping @Sendable (String) -> Void
    ) {
      (self.client, self.publish, self.report) = (client, publish, report)
    }
  }

  /// The time from one look at a file to the next.
  static let fileInterval = Duration.seconds(5)
  /// The time between two questions that tokens with unknown keys give rise to, and to a source that has failed.
  static let questionInterval = Duration.seconds(10)

  /// What is known of an issuer's keys.
  private struct Place {
    var keys: KeySet?
    /// The text that they are.
    var text: Digest256?
    /// When they were had last, in nanoseconds of the monotonic clock.
    var had: UInt64 = 0
    /// When a token last gave rise to a question.
    var asked: UInt64?
    /// What is being asked just now.
    var question: Task<Void, Never>?
    /// What the last look at the file saw.
    var stamp: FileStamp?
    /// Whether it was told that they cannot be had.
    var hasComplained = false
  }

  private let terms: JWTTerms
  private var places: [Place]
  private var surroundings: Surroundings?

  package init(_ terms: JWTTerms) {
    self.terms = terms
    places = terms.entries.map { Place(keys: $0.keys) }
  }

  /// Begins to look after all keys, as long as the process lives.
  package func start(_ surroundings: Surroundings) {
    self.surroundings = surroundings
    for (index, entry) in terms.entries.enumerated() {
      if let path = entry.source.path {
        places[index].stamp = FileStamp(of: path)
        Task(priority: .utility) { await watch(path, index) }
      } else {
        Task { await keepFresh(index) }
      }
    }
  }

  /// Asks for the keys of an issuer on behalf of a token that names an unknown one, at most once in a while; a question that is
  /// under way is joined. When it returns, what was learnt is in force.
  package func ask(_ issuer: Int) async {
    guard terms.entries[issuer].source.path == nil else { return }
    if let question = places[issuer].question { return await question.value }
    let now = SystemClock.monotonicNanoseconds()
    if let asked = places[issuer].asked, now - asked < KeySources.questionInterval.inNanoseconds { return }
    places[issuer].asked = now
    await question(issuer)
  }

  private func keepFresh(_ index: Int) async {
    let entry = terms.entries[index]
    repeat {
      await question(index)
    } while (try? await Task.sleep(
      for: places[index].hasComplained ? min(entry.refresh, KeySources.questionInterval) : entry.refresh)) != nil
  }

  private func question(_ index: Int) async {
    if let question = places[index].question { return await question.value }
    let question = Task { await fetch(index) }
    places[index].question = question
    await question.value
  }

  private func fetch(_ index: Int) async {
    guard let surroundings else { return }
    do throws(KeySource.Failure) {
      let text = try await terms.entries[index].source.fetch(by: surroundings.client)
      let digest = SHA256.digest(text.span)
      if digest != places[index].text || places[index].keys == nil {
        do throws(KeySet.Fault) {
          await take(try KeySet(text), index)
        } catch {
          throw KeySource.Failure(message: "the key set \(error.message)")
        }
        places[index].text = digest
      }
      places[index].had = SystemClock.monotonicNanoseconds()
      if places[index].hasComplained { tell(index, "keys can be had again") }
      places[index].hasComplained = false
    } catch {
      await fail(error, index)
    }
    places[index].question = nil
  }

  private func watch(_ path: String, _ index: Int) async {
    while (try? await Task.sleep(for: KeySources.fileInterval)) != nil {
      let stamp = FileStamp(of: path)
      guard stamp != places[index].stamp else { continue }
      do throws(KeySource.Failure) {
        await take(try terms.entries[index].source.load(), index)
        places[index].stamp = stamp
        places[index].hasComplained = false
      } catch {
        await fail(error, index)
      }
    }
  }

  private func take(_ keys: KeySet, _ index: Int) async {
    let isFirst = places[index].keys == nil && places[index].text == nil
    places[index].keys = keys
    for reason in keys.skipped { tell(index, "left out: \(reason)") }
    if !isFirst { tell(index, "other keys are in force") }
    await publish()
  }

  private func fail(_ failure: KeySource.Failure, _ index: Int) async {
    let entry = terms.entries[index]
    let isOver =
      entry.source.path == nil && places[index].keys != nil
      && SystemClock.monotonicNanoseconds() - places[index].had >= entry.stale.inNanoseconds
    if isOver {
      places[index].keys = nil
      tell(index, "no keys for longer than stale: the tokens of this issuer are answered 503 (\(failure.message))")
      await publish()
    } else if !places[index].hasComplained {
      let rest = places[index].keys == nil ? "its tokens are answered 503" : "the keys of before stay in force"
      tell(index, "cannot get keys: \(failure.message); \(rest)")
    }
    places[index].hasComplained = true
  }

  private func publish() async { await surroundings?.publish(terms.verifier(with: places.map(\.keys))) }

  private func tell(_ index: Int, _ text: String) {
    surroundings?.report("fal-proxy: auth.jwt[\(index + 1)]: \(text)")
  }
}

extension Generation {
  /// What keeps the keys of JSON Web Tokens; nil where none are taken.
  package var keySources: KeySources? { callers.jwt.map { KeySources($0) } }
}
