public import HTTPWire
internal import Text

/// Puts the sealed id of a job in the place of its own, wherever it stands in content that comes in pieces cut anywhere, and
/// seals a `gateway_request_id` in its own right.
///
/// Held back is only the end that may be the beginning of either; no event of a stream ends within either, so that none is late.
/// An id that is no UUID is replaced between quotes and slashes alone: it may be as short as a number.
public final class JobFilter: ContentFilter {
  private static let marker = Array("\"gateway_request_id\"".utf8)
  /// Its first 8 bytes, `"gateway`, as they are in memory; a number, as what is looked at for every byte is best no global.
  private static var markerHead: UInt64 { UInt64(0x7961_7765_7461_6722).littleEndian }
  /// How many spaces are looked past on either side of a colon.
  private static let spaceLimit = 8

  private let job: OwnedJob
  private let id: [UInt8]
  /// The first 8 bytes of the id, and which of them there are.
  private let (idHead, idMask): (UInt64, UInt64)
  /// Whether what comes out is as long as what goes in.
  public let keepsLength: Bool
  private var held: [UInt8] = []
  /// The byte before those held.
  private var previous: UInt8 = 0

  /// What stands in a stretch of content.
  private enum Step {
    case nothing
    /// What begins there cannot be told yet.
    case unfinished(from: Int)
    case found(Range<Int>, replacement: [UInt8])
  }

  /// - Parameters:
  ///   - job: one whose id is known.
  ///   - keepsLength: whether the length of the content has been told, so that an id whose sealed form is longer stays as it is.
  public init(_ job: OwnedJob, keepsLength: Bool) {
    precondition(job.isKnown)
    self.job = job
    self.keepsLength = keepsLength && !job.changesLength
    id = job.id
    idHead = JobFilter.head(of: id)
    idMask = id.count < 8 ? 1 << (8 * UInt64(id.count)) - 1 : .max
  }

  /// Whether `content`, which is whole, is as long with its ids sealed.
  public static func keepsLength(_ content: Span<UInt8>, of job: OwnedJob) -> Bool {
    // Hardly any answer names another attempt, and looking for one costs next to nothing.
    guard !job.changesLength, content.contains(marker.span.extracting(1..<marker.count)) else {
      return !job.changesLength
    }
    let filter = JobFilter(job, keepsLength: false)
    return content.bytes.withUnsafeBytes { window in
      var at = 0
      while case .found(let range, let replacement) = filter.next(window, from: at) {
        guard replacement.count == range.count else { return false }
        at = range.upperBound
      }
      return true
    }
  }

  /// The first bytes as they are in memory.
  private static func head(of bytes: [UInt8]) -> UInt64 {
    bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }.littleEndian
  }

  /// A sealed id that is longer than its own is so by a fixed number of bytes, and stands behind the marker where the
  /// job's own is not.
  public func inputLimit(room: Int) -> Int {
    let tail = SealedText.tailCount
    let shortest = job.changesLength ? 1 : JobFilter.marker.count
    return max(0, (keepsLength ? room : room * shortest / (shortest + tail)) - held.count)
  }

  public func filter(
    _ input: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
  ) -> (consumed: Int, written: Int) {
    guard input.count <= inputLimit(room: room.count) else { return (0, 0) }
    let written = keepsLength ? overwrite(input, into: room) : lengthen(input, into: room)
    return (input.count, written)
  }

  public func finish(into room: UnsafeMutableRawBufferPointer) -> (written: Int, isDone: Bool) {
    // An id of a gateway that is cut off may have the job's own in it; a shorter one has no end there, so is none.
    if !job.changesLength {
      for at in held.indices where held[at...].starts(with: id) {
        held.replaceSubrange(at..<at + id.count, with: job.sealed)
      }
    }
    let count = min(held.count, room.count)
    held.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    held.removeFirst(count)
    return (count, held.isEmpty)
  }

  /// Replaces in place: what comes is in the room already.
  private func overwrite(_ input: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int {
    let end = held.count + input.count
    if !held.isEmpty { held.withUnsafeBytes { room.copyMemory(from: $0) } }
    UnsafeMutableRawBufferPointer(rebasing: room[held.count...]).copyMemory(from: input)
    let window = UnsafeMutableRawBufferPointer(rebasing: room[..<end])
    var at = 0
    while true {
      switch next(UnsafeRawBufferPointer(window), from: at) {
      case .nothing: return keep(UnsafeRawBufferPointer(window), from: end)
      case .unfinished(let start): return keep(UnsafeRawBufferPointer(window), from: start)
      case .found(let range, let replacement):
        replacement.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: window[range]).copyMemory(from: $0) }
        at = range.upperBound
      }
    }
  }

  /// Replaces by something longer, in a copy.
  private func lengthen(_ input: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int {
    var output: [UInt8] = []
    let bytes = held + input
    bytes.withUnsafeBytes { window in
      var at = 0
      while true {
        switch next(window, from: at) {
        case .nothing:
          output += window[at...]
          _ = keep(window, from: window.count)
          return
        case .unfinished(let start):
          output += window[at..<start]
          _ = keep(window, from: start)
          return
        case .found(let range, let replacement):
          output += window[at..<range.lowerBound]
          output += replacement
          at = range.upperBound
        }
      }
    }
    output.withUnsafeBytes { room.copyMemory(from: $0) }
    return output.count
  }

  /// Holds back what stands from `start` on.
  /// - Returns: `start`.
  private func keep(_ window: UnsafeRawBufferPointer, from start: Int) -> Int {
    if start > 0 { previous = window[start - 1] }
    if !held.isEmpty { held.removeAll(keepingCapacity: true) }
    if start < window.count { held += window[start...] }
    return start
  }

  private func next(_ window: UnsafeRawBufferPointer, from start: Int) -> Step {
    var at = start
    while true {
      at = candidate(window, from: at)
      guard at < window.count else { return .nothing }
      let step = judge(window, at)
      guard case .nothing = step else { return step }
      at += 1
    }
  }

  /// Where either may begin, by its first 8 bytes or what there is of them; the end where nowhere.
  private func candidate(_ window: UnsafeRawBufferPointer, from start: Int) -> Int {
    var at = start
    // Sixteen places at once, by two bytes each.
    let (one, two) = (SIMD16(repeating: id[0]), SIMD16(repeating: id.count > 1 ? id[1] : 0))
    let (quote, letter) = (SIMD16(repeating: Byte.quote), SIMD16(repeating: UInt8(ascii: "g")))
    while id.count > 1, at + 17 <= window.count {
      let bytes = window.loadUnaligned(fromByteOffset: at, as: SIMD16<UInt8>.self)
      let next = window.loadUnaligned(fromByteOffset: at + 1, as: SIMD16<UInt8>.self)
      let mask = ((bytes .== one) .& (next .== two)) .| ((bytes .== quote) .& (next .== letter))
      if unsafeBitCast(mask, to: SIMD2<UInt64>.self) != .zero {
        for place in at..<at + 16 where mayBegin(window, place) { return place }
      }
      at += 16
    }
    while at < window.count, !mayBegin(window, at) { at += 1 }
    return at
  }

  @inline(__always)
  private func mayBegin(_ window: UnsafeRawBufferPointer, _ at: Int) -> Bool {
    guard at + 8 <= window.count else { return true }
    let word = window.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    return word & idMask == idHead || word == JobFilter.markerHead
  }

  private func judge(_ window: UnsafeRawBufferPointer, _ at: Int) -> Step {
    window[at] == Byte.quote ? gateway(window, at) : ownID(window, at)
  }

  private func ownID(_ window: UnsafeRawBufferPointer, _ at: Int) -> Step {
    let end = at + id.count
    if job.changesLength {
      let before = at > 0 ? window[at - 1] : previous
      guard before == Byte.quote || before == Byte.slash else { return .nothing }
    }
    let there = UnsafeRawBufferPointer(rebasing: window[at..<min(end, window.count)]).bindMemory(to: UInt8.self)
    let own = id
    guard there.span.equals(own.span.extracting(0..<there.count)) else { return .nothing }
    guard end <= window.count else { return .unfinished(from: at) }
    if job.changesLength {
      guard end < window.count else { return .unfinished(from: at) }
      let isWhole = [Byte.quote, Byte.slash, Byte.question].contains(window[end])
      guard isWhole else { return .nothing }
    }
    return .found(at..<end, replacement: job.sealed)
  }

  private func gateway(_ window: UnsafeRawBufferPointer, _ start: Int) -> Step {
    var at = start
    for byte in JobFilter.marker {
      guard at < window.count else { return .unfinished(from: start) }
      guard window[at] == byte else { return .nothing }
      at += 1
    }
    for mark in [UInt8(ascii: ":"), Byte.quote] {
      let limit = at + JobFilter.spaceLimit
      while at < window.count, at < limit, window[at].isJSONSpace { at += 1 }
      guard at < window.count else { return .unfinished(from: start) }
      guard window[at] == mark else { return .nothing }
      at += 1
    }
    let value = at
    while at < window.count, window[at] != Byte.quote {
      guard at - value < JobSeals.idLimit, window[at].isUnreserved else { return .nothing }
      at += 1
    }
    guard at < window.count else { return .unfinished(from: start) }
    let text = UnsafeRawBufferPointer(rebasing: window[value..<at]).bindMemory(to: UInt8.self)
    guard let replacement = job.seal(text.span), !keepsLength || replacement.count == at - value else {
      return .nothing
    }
    return .found(value..<at, replacement: replacement)
  }
}

extension UInt8 {
  /// Whether it may stand between the parts of a text in JSON (RFC 8259 §2).
  fileprivate var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
