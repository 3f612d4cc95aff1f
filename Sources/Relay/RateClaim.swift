internal import Fal
internal import Guard
internal import Text

/// What one request has taken of the limits: it gives back what is not taken for good, once, however the request ends, and
/// watches what passes by for what becomes of a queued job.
struct RateClaim: ~Copyable {
  private enum Watch {
    case nothing
    /// For the event that ends a status stream.
    case completion(CompletionScanner)
    /// For the id in the answer to a submit.
    case id([UInt8])
  }

  private let table: RateTable
  private let policy: RatePolicy
  private let caller: Caller
  private let operation: Operation
  private var hold: RateTable.Hold?
  /// The job that a follow-up is about.
  var job: UInt128?
  private var watch = Watch.nothing
  /// Whether fal has taken the submit.
  private var isAccepted = false
  /// What a field tells of its id; the content has the last word.
  private var idOfField: UInt128?

  /// - Parameter hold: what was taken; nil for a follow-up that no limit counts.
  init(
    _ table: RateTable, _ policy: RatePolicy, of caller: Caller, for operation: Operation, holding hold: RateTable.Hold?
  ) {
    (self.table, self.policy, self.caller) = (table, policy, caller)
    (self.operation, self.hold) = (operation, hold)
  }

  deinit {
    var hold = hold
    if hold != nil { table.release(&hold!) }
  }

  /// Whether the content of the answer has to be shown to it.
  var isWatching: Bool {
    if case .nothing = watch { false } else { true }
  }

  /// The answer has begun.
  /// - Parameters:
  ///   - id: fal's id of the request, where a field tells it.
  ///   - own: the job, where ids are sealed; of one that is known, the content has told the id already.
  mutating func noteHead(status: Int, id: Span<UInt8>?, own: OwnedJob? = nil, now: UInt64) {
    if let job {
      if let sign = RateTable.Sign(operation, status: status) { table.note(sign, of: job, now: now) }
      if operation == .statusStream, status == 200 { watch = .completion(CompletionScanner()) }
      if operation == .cancel, status == 400 { watch = .completion(CompletionScanner(isOfCancel: true)) }
    } else if operation == .submit, hold?.isJob == true {
      guard (200..<300).contains(status) else { return release() }
      isAccepted = true
      if let own, own.isKnown {
        let id = own.id
        idOfField = RateTable.key(of: id.span)
        return
      }
      if let id { idOfField = RateTable.key(of: id) }
      watch = .id([])
    }
  }

  /// Content of the answer has come.
  mutating func note(content: Span<UInt8>, now: UInt64) {
    switch watch {
    case .nothing: return
    case .completion(var scanner):
      scanner.scan(content)
      if let job { table.note(scanner.isFound ? .isOver : .goesOn, of: job, now: now) }
      watch = scanner.isFound ? .nothing : .completion(scanner)
    case .id(var gathered):
      watch = .nothing
      guard gathered.count + content.count <= GatheredContent.limit else { return }
      content.withUnsafeBufferPointer { gathered.append(contentsOf: $0) }
      watch = .id(gathered)
    }
  }

  /// The request is over.
  /// - Parameters:
  ///   - mayHaveRun: whether fal may have taken it although it has not said so.
  ///   - bytes: content that has passed, both ways.
  mutating func end(mayHaveRun: Bool, bytes: UInt64, now: UInt64) {
    if policy.countsBytes { table.charge(caller, bytes: bytes, under: policy, now: now) }
    // Who leaves before the answer has not shaken off the job: it counts until it expires.
    if operation == .submit, isAccepted || mayHaveRun { follow(gatheredID ?? idOfField, now: now) }
    release()
  }

  private var gatheredID: UInt128? {
    guard case .id(let bytes) = watch, let text = (try? JSONParser.parse(bytes))?["request_id"]?.text else {
      return nil
    }
    return RateTable.key(of: text.utf8.span)
  }

  private mutating func follow(_ id: UInt128?, now: UInt64) {
    if hold != nil { table.follow(&hold!, job: id, now: now) }
  }

  private mutating func release() {
    if hold != nil { table.release(&hold!) }
  }
}
