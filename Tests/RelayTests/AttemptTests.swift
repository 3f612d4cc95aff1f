import HTTPServer
import HTTPWire
import Observability
import System
import Testing
import Transport

@testable import Relay

/// A request of one kind, and how to bring its attempt to a point.
enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
  /// Spends money: a submit or run with content; a run by GET; a submit without content.
  case job, jobByGet, emptyJob
  /// Asks: a status or result; a cancel (PUT without content); a question with content.
  case question, cancel, questionWithContent

  static let headLength = 300

  var testDescription: String { rawValue }
  var mayExecute: Bool { self == .job || self == .jobByGet || self == .emptyJob }
  var hasContent: Bool { self == .job || self == .questionWithContent }

  /// An attempt whose connection stands.
  func attempt(reused: Bool) -> Attempt {
    var attempt = Attempt(
      Attempt.Request(
        mayExecute: mayExecute, hasContent: hasContent,
        method: self == .jobByGet || self == .question ? .get : self == .cancel ? .put : .post,
        isRun: self == .job || self == .jobByGet, headLength: Kind.headLength))
    attempt.note(.connected(isReused: reused))
    return attempt
  }
}

/// How much of a request has left the process.
enum Sent: CaseIterable, Sendable {
  case nothing, partOfHead, head, content

  var bytes: UInt64 {
    switch self {
    case .nothing: 0
    case .partOfHead: 10
    case .head: UInt64(Kind.headLength)
    case .content: UInt64(Kind.headLength + 5)
    }
  }

  /// Whether fal may act on it: a head with announced content is no request yet.
  func mayHaveArrived(_ kind: Kind) -> Bool {
    switch self {
    case .nothing: false
    case .partOfHead, .head: !kind.hasContent
    case .content: true
    }
  }
}

extension Attempt {
  mutating func receive(_ event: Event, _ sent: Sent, left: Bool = false) -> Action {
    receive(event, sent: sent.bytes, responseHasLeft: left)
  }
}

@Suite("An attempt: retry and ambiguity")
struct AttemptTests {
  @Test(
    "a fresh connection that dies is never retried, and is ambiguous only where a job may have run",
    arguments: Kind.allCases, Sent.allCases)
  func freshDies(kind: Kind, sent: Sent) {
    var attempt = kind.attempt(reused: false)
    let expected: Cause = kind.mayExecute && sent.mayHaveArrived(kind) ? .ambiguous : .upstreamClosed
    #expect(attempt.receive(.ended, sent) == .answer(expected))
  }

  @Test(
    "a pooled connection that dies is retried once, unless the request may have run or its content is spent",
    arguments: Kind.allCases, Sent.allCases)
  func pooledDies(kind: Kind, sent: Sent) {
    var attempt = kind.attempt(reused: true)
    let isSafe = !sent.mayHaveArrived(kind) || (!kind.mayExecute && !kind.hasContent)
    guard isSafe else {
      #expect(attempt.receive(.ended, sent) == .answer(kind.mayExecute ? .ambiguous : .upstreamClosed))
      return
    }
    #expect(attempt.receive(.ended, sent) == .retry)
    #expect(attempt.sending == .connecting)
    // The fresh connection: whatever it does, there is no second retry, even if it were a pooled one.
    for reused in [false, true] {
      var second = attempt
      second.note(.connected(isReused: reused))
      #expect(second.receive(.ended, .nothing) == .answer(.upstreamClosed))
    }
    #expect(attempt.receive(.retryFailed, .nothing) == .answer(.upstreamClosed))
  }

  @Test("an interim response shows that the connection lives: no retry after it", arguments: Kind.allCases)
  func interimEndsRetry(kind: Kind) {
    var attempt = kind.attempt(reused: true)
    #expect(attempt.receive(.interim(isPersistent: true), .content) == .proceed)
    #expect(attempt.receive(.ended, .content) == .answer(kind.mayExecute ? .ambiguous : .upstreamClosed))
  }

  @Test("interim responses have an end", arguments: Kind.allCases)
  func interimLimit(kind: Kind) {
    var attempt = kind.attempt(reused: false)
    for _ in 0..<Attempt.interimLimit {
      #expect(attempt.receive(.interim(isPersistent: true), .content) == .proceed)
    }
    let expected: Cause = kind.mayExecute ? .ambiguous : .upstreamInvalid
    #expect(attempt.receive(.interim(isPersistent: true), .content) == .answer(expected))
  }

  @Test(
    "a 408 that closes an idle connection was not meant for this request (RFC 9110 §15.5.9)",
    arguments: Kind.allCases, Sent.allCases)
  func stale408(kind: Kind, sent: Sent) {
    let isSafe = !sent.mayHaveArrived(kind) || (!kind.mayExecute && !kind.hasContent)
    var pooled = kind.attempt(reused: true)
    #expect(pooled.receive(.head(status: 408, isPersistent: false), sent) == (isSafe ? .retry : .proceed))
    var kept = kind.attempt(reused: true)
    #expect(kept.receive(.head(status: 408, isPersistent: true), sent) == .proceed)
    var fresh = kind.attempt(reused: false)
    #expect(fresh.receive(.head(status: 408, isPersistent: false), sent) == .proceed)
  }

  @Test(
    "nonsense is never repeated: ambiguous for a job however little was sent, 502 for a question",
    arguments: Kind.allCases, Sent.allCases)
  func invalid(kind: Kind, sent: Sent) {
    for reused in [false, true] {
      for isAfterHead in [false, true] {
        var attempt = kind.attempt(reused: reused)
        if isAfterHead { _ = attempt.receive(.head(status: 200, isPersistent: true), sent) }
        #expect(attempt.receive(.invalid, sent) == .answer(kind.mayExecute ? .ambiguous : .upstreamInvalid))
        #expect(attempt.receive(.invalid, sent, left: true) == .cut(.upstream))
      }
    }
  }

  @Test("after the head no death is retried", arguments: Kind.allCases)
  func afterHead(kind: Kind) {
    var attempt = kind.attempt(reused: true)
    _ = attempt.receive(.head(status: 200, isPersistent: true), .content)
    #expect(attempt.receive(.ended, .content) == .answer(kind.mayExecute ? .ambiguous : .upstreamClosed))
    #expect(attempt.receive(.ended, .content, left: true) == .cut(.upstream))
  }

  @Test("no answer in time is 504 only where nothing can have run", arguments: Kind.allCases, Sent.allCases)
  func timedOut(kind: Kind, sent: Sent) {
    for reused in [false, true] {
      var attempt = kind.attempt(reused: reused)
      let expected: Cause = kind.mayExecute && sent.mayHaveArrived(kind) ? .ambiguous : .upstreamTimedOut
      #expect(attempt.receive(.upstreamTimedOut, sent) == .answer(expected))
    }
    var late = kind.attempt(reused: false)
    _ = late.receive(.head(status: 200, isPersistent: true), sent)
    #expect(late.receive(.upstreamTimedOut, sent) == .cut(.upstream))
  }

  @Test("a client whose content stands still is told; one that does not read is cut", arguments: Kind.allCases)
  func clientTimedOut(kind: Kind) {
    var attempt = kind.attempt(reused: false)
    #expect(attempt.receive(.clientTimedOut, .head) == .answer(.contentTimedOut))
    _ = attempt.receive(.head(status: 200, isPersistent: true), .content)
    #expect(attempt.receive(.clientTimedOut, .content) == .cut(.client))
  }

  @Test("a client that has gone is told nothing", arguments: Kind.allCases, Sent.allCases)
  func clientGone(kind: Kind, sent: Sent) {
    for left in [false, true] {
      var attempt = kind.attempt(reused: true)
      #expect(attempt.receive(.clientGone, sent, left: left) == .cut(.client))
    }
  }

  @Test("what cannot be connected was not sent, so that a retry is safe", arguments: Kind.allCases)
  func unreachable(kind: Kind) {
    for failure in dialFailures.map({ Cause.unreachable($0) }) {
      var attempt = kind.attempt(reused: false)
      #expect(attempt.receive(.unreachable(failure), .nothing) == .answer(failure))
      #expect(failure.isRetrySafe)
    }
  }

  @Test("a shutdown tells whether a job may have run", arguments: Kind.allCases, Sent.allCases)
  func shutdown(kind: Kind, sent: Sent) {
    var attempt = kind.attempt(reused: false)
    let expected: Cause = kind.mayExecute && sent.mayHaveArrived(kind) ? .ambiguousAtShutdown : .draining
    #expect(attempt.receive(.processEnds, sent) == .answer(expected))
    _ = attempt.receive(.head(status: 200, isPersistent: true), sent)
    #expect(attempt.receive(.processEnds, sent) == .answer(expected))
    #expect(attempt.receive(.processEnds, sent, left: true) == .cut(.proxy))
    attempt.note(.responseRead)
    #expect(attempt.receive(.processEnds, sent, left: true) == .proceed)
  }

  @Test("a content that cannot go on is refused, or cut once an answer has begun", arguments: Kind.allCases)
  func contentRefused(kind: Kind) {
    for cause in [Cause.contentTooLarge, .wire(.invalidChunk)] {
      var attempt = kind.attempt(reused: true)
      #expect(attempt.receive(.contentRefused(cause), .content) == .answer(cause))
      #expect(attempt.receive(.contentRefused(cause), .content, left: true) == .cut(.client))
    }
  }
}

/// Every way to have no connection.
let dialFailures: [DialFailure] = {
  let address = SocketAddress(literal: "127.0.0.1", port: 9)!
  return [
    .nameNotResolved("x"), .addressForbidden(address), .connectFailed(SystemError(111, "connect"), address),
    .connectTimedOut(address), .tlsFailed(TLSError(description: "x"), address), .tlsTimedOut(address),
    .exhausted(SystemError(24, "socket")),
  ]
}()
