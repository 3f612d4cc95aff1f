internal import HTTPServer
internal import HTTPWire
internal import Observability

/// One request at fal as a state machine: what was sent × what came back, events in, actions out.
///
/// It owns the retry rule, the question whether the request may have run, and which waits have a limit. It sees no
/// socket; what it needs to know of one comes with each event.
struct Attempt {
  /// What of the request decides.
  struct Request: Equatable {
    /// It can spend money or create something, so nothing that may have arrived is repeated.
    var mayExecute: Bool
    var hasContent: Bool
    /// What was asked; a response is read by it.
    var method: Method
    /// fal answers only when the model is done.
    var isRun: Bool
    /// A successful answer is a model's own output.
    var isResult = false
    /// Bytes of the head that is sent to fal.
    var headLength: Int
  }

  enum Sending { case connecting, sending, sent, abandoned }
  enum Receiving { case head, content, done }

  /// What only moves the states on.
  enum Progress {
    /// A connection stands; `isReused`: it has served before, so that its death may only mean that it had grown old.
    case connected(isReused: Bool)
    case requestSent
    /// The connection takes no more; fal may have answered before it closed.
    case writeFailed
    /// The response was read whole.
    case responseRead
  }

  /// What may end the attempt, or begin it anew.
  enum Event {
    /// No connection could be had.
    case unreachable(Cause)
    /// An interim response (1xx) was passed over.
    case interim(isPersistent: Bool)
    /// A final response head.
    case head(status: Int, isPersistent: Bool)
    /// What came is no response, or stopped being one; or its connection ended too soon.
    case invalid
    /// The connection ended before a byte of a response.
    case ended
    case upstreamTimedOut
    case clientTimedOut
    case clientGone
    /// The content the client sends cannot go on.
    case contentRefused(Cause)
    /// The process stops.
    case processEnds
    /// The retry that was asked for could not be made.
    case retryFailed
  }

  enum Action: Equatable {
    case proceed
    /// Send the request again, once, on a fresh connection.
    case retry
    case answer(Cause)
    /// Nothing can be told any more.
    case cut(Party)
  }

  /// Interim responses tolerated before the final one.
  static let interimLimit = 16

  let request: Request
  private(set) var sending = Sending.connecting
  private(set) var receiving = Receiving.head
  /// Whether the connection cannot carry another request.
  private(set) var endsConnection = false
  private var isReused = false
  private var hasRetried = false
  private var interimCount = 0

  init(_ request: Request) { self.request = request }

  mutating func note(_ progress: Progress) {
    switch progress {
    case .connected(let isReused):
      self.isReused = isReused
      sending = .sending
    case .requestSent: sending = .sent
    case .writeFailed: sending = .abandoned
    case .responseRead:
      receiving = .done
      if sending != .sent { endsConnection = true }
    }
  }

  /// - Parameters:
  ///   - sent: bytes of this request that have left the process on the present connection.
  ///   - responseHasLeft: whether the client has a byte of the response.
  mutating func receive(
    _ event: Event, sent: @autoclosure () -> UInt64, responseHasLeft: @autoclosure () -> Bool
  ) -> Action {
    // Nearly every attempt takes this way, and needs to know no more.
    if case .head(let status, let isPersistent) = event, status != 408 || isPersistent {
      begin(isPersistent)
      return .proceed
    }
    let isBegun = responseHasLeft()
    let action = react(to: event, mayHaveArrived: mayHaveArrived(sent()), isBegun: isBegun)
    if case .answer(let cause) = action, isBegun { return .cut(cause.party) }
    return action
  }

  /// A final response has begun.
  private mutating func begin(_ isPersistent: Bool) {
    receiving = .content
    if !isPersistent { endsConnection = true }
  }

  private mutating func react(to event: Event, mayHaveArrived: Bool, isBegun: Bool) -> Action {
    switch event {
    case .unreachable(let cause): return .answer(cause)
    case .interim(let isPersistent):
      if !isPersistent { endsConnection = true }
      interimCount += 1
      if interimCount > Attempt.interimLimit { return invalid }
    case .head(_, let isPersistent):
      // A 408 on a connection that had been idle was meant for that, before this request came (RFC 9110 §15.5.9).
      if mayRetry(mayHaveArrived) { return retry() }
      begin(isPersistent)
    case .invalid: return invalid
    case .ended: return mayRetry(mayHaveArrived) ? retry() : died(mayHaveArrived)
    case .upstreamTimedOut:
      guard receiving == .head else { return .cut(.upstream) }
      return .answer(request.mayExecute && mayHaveArrived ? .ambiguous : .upstreamTimedOut)
    case .clientTimedOut:
      // Either its content or its reading stood still.
      return receiving == .head ? .answer(.contentTimedOut) : .cut(.client)
    case .clientGone: return .cut(.client)
    case .contentRefused(let cause): return .answer(cause)
    case .processEnds:
      // An answer that is complete here waits only for its client, which has what is left of the time.
      if receiving == .done { return .proceed }
      if isBegun { return .cut(.proxy) }
      return .answer(request.mayExecute && mayHaveArrived ? .ambiguousAtShutdown : .draining)
    case .retryFailed: return died(mayHaveArrived)
    }
    return .proceed
  }

  private var invalid: Action { .answer(request.mayExecute ? .ambiguous : .upstreamInvalid) }

  private func died(_ mayHaveArrived: Bool) -> Action {
    .answer(request.mayExecute && mayHaveArrived ? .ambiguous : .upstreamClosed)
  }

  // MARK: Ambiguity and retry

  /// Whether fal can have received the request in a form it might act upon.
  func mayHaveArrived(_ sent: UInt64) -> Bool {
    request.hasContent ? sent > UInt64(request.headLength) : sent > 0
  }

  /// A request is repeated once, where a pooled connection had died of age and nothing can have been executed.
  private func mayRetry(_ mayHaveArrived: Bool) -> Bool {
    guard isReused, !hasRetried, interimCount == 0, receiving == .head else { return false }
    return !mayHaveArrived || (!request.mayExecute && !request.hasContent)
  }

  private mutating func retry() -> Action {
    hasRetried = true
    isReused = false
    sending = .connecting
    return .retry
  }

  // MARK: Waits

  /// What an exchange stands still for.
  enum Standstill: CaseIterable {
    case upstreamTakesNoMore, clientSendsNoMore, requestIsSent, writeFailed, upstreamSendsNoMore, clientTakesNoMore
  }

  /// A limit on one side's wait; nil leaves what there is.
  struct Waits: Equatable {
    enum Upstream { case nothing, firstByte, firstByteOfRun, progress }
    enum Client { case nothing, progress }

    var upstream: Upstream?
    var client: Client?
  }

  func waits(for standstill: Standstill) -> Waits {
    switch standstill {
    case .upstreamTakesNoMore: Waits(upstream: .progress, client: .nothing)
    case .clientSendsNoMore: Waits(upstream: receiving == .head ? .nothing : nil, client: .progress)
    case .requestIsSent where receiving == .head:
      Waits(upstream: request.isRun ? .firstByteOfRun : .firstByte, client: .nothing)
    case .requestIsSent: Waits()
    case .writeFailed: Waits(client: .nothing)
    case .upstreamSendsNoMore:
      Waits(upstream: .progress, client: sending == .sent || sending == .abandoned ? .nothing : nil)
    case .clientTakesNoMore: Waits(upstream: .nothing, client: .progress)
    }
  }
}
