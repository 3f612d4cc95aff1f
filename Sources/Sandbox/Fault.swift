/// An entry of the fault menu, which `config/sandbox.md` is about.
enum Fault: Equatable, Sendable {
  /// An answer with that status, when the model is done or at once.
  case error(Int, atSubmit: Bool)
  /// It runs and never ends.
  case hang
  /// It runs for so many milliseconds.
  case slow(UInt64)
  /// The connection is reset in place of an answer.
  case reset
  /// The answer ends in the middle.
  case cut
  /// So many calls fail before one works.
  case flaky(Int)
  /// The checker finds something in every picture.
  case nsfw
  /// The account is locked.
  case locked
  /// Too many run at once.
  case rate
  /// The output is what arrived.
  case echo
  /// So many events, with so many milliseconds between.
  case stream(Int, UInt64)

  /// Reads what stands behind `sandbox/`, query included: `slow?ms=500`; nil for what is not on the menu.
  init?(_ text: String) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    self.init(
      path: parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init),
      query: QueryText(parts.count > 1 ? parts[1] : ""))
  }

  /// The same in its parts.
  init?(path: [String], query: QueryText) {
    /// What the query says of `name`, if that is a number of the range.
    func number(_ name: String, _ standard: Int, _ range: ClosedRange<Int>) -> Int? {
      guard let text = query[name] else { return standard }
      return Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
    switch (path.first, path.count) {
    case ("error", 2):
      guard let status = Int(path[1]), (400...599).contains(status), ["submit", "result", nil].contains(query["at"])
      else { return nil }
      self = .error(status, atSubmit: query["at"] == "submit")
    case ("hang", 1): self = .hang
    case ("slow", 1):
      guard let milliseconds = number("ms", 10_000, 0...3_600_000) else { return nil }
      self = .slow(UInt64(milliseconds))
    case ("reset", 1): self = .reset
    case ("cut", 1): self = .cut
    case ("flaky", 1):
      guard let count = number("n", 2, 0...1000) else { return nil }
      self = .flaky(count)
    case ("nsfw", 1): self = .nsfw
    case ("locked", 1): self = .locked
    case ("rate", 1): self = .rate
    case ("echo", 1): self = .echo
    case ("stream", 1):
      guard let count = number("n", 5, 1...1000), let milliseconds = number("ms", 200, 0...60_000) else { return nil }
      self = .stream(count, UInt64(milliseconds))
    default: return nil
    }
  }

  /// How long a job runs because of it, at every speed; nil where that is as ever.
  var milliseconds: UInt64? {
    switch self {
    case .slow(let milliseconds): milliseconds
    case .stream(let count, let milliseconds): UInt64(count) * milliseconds
    default: nil
    }
  }

  /// The field in which a call of any model may ask for one.
  static let field = "x-sandbox-fault"
}
