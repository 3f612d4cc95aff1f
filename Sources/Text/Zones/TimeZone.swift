/// By how much local time is ahead of UTC, and when.
public struct TimeZone: Sendable, Equatable {
  private var times: [Int64] = []
  /// Seconds east of Greenwich from each of `times` on; one more stands in front.
  private var offsets: [Int64]
  private var rule: ZoneRule?

  /// The same all year, in seconds east of Greenwich.
  public init(offset: Int64) { offsets = [offset] }

  /// Greenwich.
  public static let utc = TimeZone(offset: 0)

  /// `UTC`, `Z`, or a fixed offset from it: `+02:00`, `-0530`, `+1`; nil for anything else, which may be the name of a zone.
  public init?(fixed text: String) {
    if text == "UTC" || text == "Z" { self = .utc; return }
    let bytes = Array(text.utf8)
    guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    let digits = bytes.dropFirst().filter { $0 != UInt8(ascii: ":") }
    let isPlain = digits.count == bytes.count - 1
    guard isPlain || bytes.count == 6 && bytes[3] == UInt8(ascii: ":") && digits.count == 4,
      [1, 2, 4].contains(digits.count), let number = Decimal.value(of: digits.span)
    else { return nil }
    let (hours, minutes) = digits.count == 4 ? (number / 100, number % 100) : (number, 0)
    guard hours <= 14, minutes < 60 else { return nil }
    let seconds = Int64(hours * 3600 + minutes * 60)
    self.init(offset: sign == UInt8(ascii: "-") ? -seconds : seconds)
  }

  /// What a zone file says, in any of its versions (RFC 9636); nil for one that is damaged.
  public init?(file bytes: [UInt8]) {
    guard var block = ZoneBlock(bytes, at: 0, timeSize: 4) else { return nil }
    if block.version >= 2 {
      guard let second = ZoneBlock(bytes, at: block.end, timeSize: 8) else { return nil }
      block = second
    }
    guard let (times, offsets) = block.transitions(bytes) else { return nil }
    (self.times, self.offsets) = (times, offsets)
    guard block.version >= 2 else { return }
    guard block.end < bytes.count, bytes[block.end] == 0x0A else { return nil }
    let start = block.end + 1
    let end = bytes.span.firstIndex(of: 0x0A, from: start, limit: bytes.count)
    guard end < bytes.count else { return nil }
    guard end > start else { return }
    guard let rule = ZoneRule(Array(bytes[start..<end])) else { return nil }
    self.rule = rule
  }

  /// Whether `text` can name a file below the system's folder of zones: `Europe/Berlin`.
  public static func isName(_ text: String) -> Bool {
    text.utf8.count <= 64
      && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        part.utf8.first?.isLetter ?? false
          && part.utf8.allSatisfy { $0.isLetterOrDigit || "_-+".utf8.contains($0) }
      }
  }

  /// Seconds east of Greenwich at a time in seconds since 1970.
  public func offset(at time: Int64) -> Int64 {
    guard let last = times.last else { return rule?.offset(at: time) ?? offsets[0] }
    if time >= last, let rule { return rule.offset(at: time) }
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return offsets[low]
  }

  /// The date there at a time in seconds since 1970.
  public func date(at time: Int64) -> CalendarDate {
    CalendarDate(days: (time + offset(at: time)).dividedDown(by: 86400))
  }

  /// When a day begins there, in seconds since 1970: at midnight, or, where clocks leave that out, right behind it.
  public func start(of date: CalendarDate) -> Int64 {
    let midnight = date.days * 86400
    let candidates = [midnight - 86400, midnight + 86400].map { midnight - offset(at: $0) }
    return candidates.sorted().first { $0 + offset(at: $0) >= midnight } ?? candidates[1]
  }
}
