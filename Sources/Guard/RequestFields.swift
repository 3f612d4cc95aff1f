public import HTTPWire
internal import Text

/// What becomes of each field of a client's request on its way to fal: an allow-list, and what a browser may steer with it.
///
/// What is left alone is exact; what jumps the queue that all customers share, waits for ever or writes on the bill is the
/// operator's to say, in `fields`.
public struct RequestFields: Sendable {
  /// What becomes of one line.
  public enum Fate: Equatable, Sendable {
    case pass, drop
    /// Its value becomes `longestTimeout`.
    case lower
  }

  /// The longest `x-fal-request-timeout` that passes, in seconds: one hour.
  public static let longestTimeout: StaticString = "3600"

  /// The entries of `forward_fields`.
  private let forwarded: ForwardedFields
  /// What has an entry of its own, in lower case, and whether the client's passes.
  private let entries: [(name: [UInt8], passes: Bool)]
  /// The lines that are forced, as they go to fal.
  public let forced: [UInt8]
  /// Whether neither setting names a field, so that most lines are settled by the kind of their name.
  @usableFromInline let isPlain: Bool

  /// Compiles the entries of `fields`, by name; throws for a name that may never be forwarded or is not forwarded at all, and
  /// for a rule that is none.
  public init(_ rules: [String: String], forwarded: ForwardedFields) throws(PatternError) {
    var entries: [(name: [UInt8], passes: Bool)] = []
    var forced: [UInt8] = []
    for (name, text) in rules.sorted(by: { $0.key < $1.key }) {
      _ = try ForwardedFields([name])
      let (rule, bytes) = (try FieldRule(text), Array(name.lowercased().utf8))
      if case .force(let value) = rule {
        forced += bytes + Array(": \(value)\r\n".utf8)
      } else if !FieldName(bytes.span).isKnown, !forwarded.contains(bytes.span) {
        throw PatternError(
          problem: "names a field that does not reach fal as it is; correct the name, or list it in forward_fields too")
      }
      entries.append((bytes, rule == .pass))
    }
    self.forwarded = forwarded
    self.entries = entries
    self.forced = forced
    isPlain = entries.isEmpty && forwarded.isEmpty
  }

  /// Whether a field of this name has a rule that only `fields` can change, so that `forward_fields` says nothing of it.
  public static func hasRule(_ name: String) -> Bool {
    let lower = Array(name.lowercased().utf8)
    return FieldName(lower.span).isRuled
  }

  /// What becomes of a line with a name of this kind; nil where it has to be looked at.
  @inlinable @inline(__always)
  public func fate(of kind: FieldName) -> Fate? {
    switch kind {
    case .conditional, .falPriority, .falTimeout, .falTags: nil
    default: isPlain ? (kind.isFree ? .pass : .drop) : nil
    }
  }

  /// What becomes of a line.
  /// - Parameter isRetrieval: whether the request is a GET or HEAD.
  public func fate(of kind: FieldName, _ name: Span<UInt8>, _ value: Span<UInt8>, isRetrieval: Bool) -> Fate {
    if let passes = entry(for: name) { return passes ? .pass : .drop }
    switch kind {
    case .conditional where isRetrieval: return .pass
    case .falPriority: return value.equals("normal") || value.equals("low") ? .pass : .drop
    case .falTimeout: return Self.timeout(value)
    case .falTags: return .drop
    default: return kind.isFree || forwarded.contains(name) ? .pass : .drop
    }
  }

  private func entry(for name: Span<UInt8>) -> Bool? {
    for entry in entries where name.equalsIgnoringCase(of: entry.name.span) { return entry.passes }
    return nil
  }

  /// A time in seconds, digits with or without a fraction (protocol.md §3.2): what is no such number is dropped, since
  /// other readers take `1e9`, `inf` or `1_000` for one.
  private static func timeout(_ value: Span<UInt8>) -> Fate {
    var (seconds, digits, dots, hasFraction) = (0, 0, 0, false)
    for index in 0..<value.count {
      let byte = value[index]
      if byte == Byte.dot, digits > 0, dots == 0 {
        (dots, digits) = (1, 0)
      } else if byte.isDigit {
        digits += 1
        if dots == 0 { seconds = min(seconds * 10 + Int(byte & 15), 1 << 20) }
        if dots == 1, byte != UInt8(ascii: "0") { hasFraction = true }
      } else {
        return .drop
      }
    }
    guard digits > 0 else { return .drop }
    return seconds > 3600 || (seconds == 3600 && hasFraction) ? .lower : .pass
  }
}

/// What an entry of `fields` says.
enum FieldRule: Equatable {
  case pass, drop
  case force(String)

  /// `pass`, `drop` or `force: value`; throws for anything else, and for a value that no field may have.
  init(_ text: String) throws(PatternError) {
    if text == "pass" {
      self = .pass
    } else if text == "drop" {
      self = .drop
    } else {
      let value = text.utf8.dropFirst("force:".utf8.count).drop { $0 == Byte.space }
      guard text.hasPrefix("force:"), let last = value.last, last != Byte.space, value.count <= 1024,
        value.allSatisfy({ $0.isVisible || $0 == Byte.space })
      else {
        throw PatternError(
          problem: "says neither pass, drop nor 'force: value', of 1 to 1024 visible ASCII characters and spaces")
      }
      self = .force(String(decoding: value, as: UTF8.self))
    }
  }
}

extension FieldName {
  /// Whether a client's field of this name passes whatever it says.
  @inlinable @inline(__always)
  var isFree: Bool {
    switch self {
    case .accept, .acceptEncoding, .contentType, .userAgent, .traceContext, .fal, .falApp: true
    default: false
    }
  }

  /// Whether it passes for some values or methods only, whatever is listed.
  fileprivate var isRuled: Bool {
    switch self {
    case .conditional, .falPriority, .falTimeout, .falTags: true
    default: false
    }
  }

  /// Whether it reaches fal without being listed, if only for some values or methods, or by an entry of its own.
  fileprivate var isKnown: Bool { isFree || isRuled }
}
