import Glibc

/// Bytes that must not be seen: a key, a token, or text that may hold one.
///
/// They live in an allocation of their own, never in a `String`, print as `<redacted>` whichever way they are printed,
/// and are overwritten when the last reference goes away. Immutable, so a reference may cross threads freely.
package final class SecretBytes: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Written only before `init` returns and in `deinit`; that is what makes sharing the pointer safe.
  nonisolated(unsafe) private let storage: UnsafeMutableRawBufferPointer

  /// How many bytes there are.
  package let count: Int

  /// Copies `bytes`; the caller's buffer is left as it is.
  package convenience init(copying bytes: UnsafeRawBufferPointer) {
    self.init(capacity: bytes.count) { (target) throws(Never) in
      target.copyMemory(from: bytes)
      return bytes.count
    }
  }

  /// Lets `fill` write up to `capacity` bytes in place and return how many it wrote, so that no second copy exists.
  init<Failure: Error>(
    capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 1)
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    do throws(Failure) {
      let written = try fill(buffer)
      precondition((0...capacity).contains(written))
      storage = buffer
      count = written
    } catch {
      Self.erase(buffer)
      throw error
    }
  }

  deinit { Self.erase(storage) }

  private static func erase(_ buffer: UnsafeMutableRawBufferPointer) {
    // A plain memset before a free may be optimised away; this one may not.
    if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
    buffer.deallocate()
  }

  /// Calls `body` with the bytes; the buffer is valid only during the call.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(rebasing: storage[0..<count]))
  }

  /// One byte, with the bounds checked in every build: parsers of hostile text lean on it.
  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    return storage[index]
  }

  /// A copy of the bytes in `range`.
  func copy(_ range: Range<Int>) -> SecretBytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return SecretBytes(copying: UnsafeRawBufferPointer(rebasing: storage[range]))
  }

  /// The bytes as text, for values that their key says are no secret.
  var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// Whether the bytes are exactly the UTF-8 form of `text`.
  func equals(_ text: String) -> Bool { withUnsafeBytes { $0.elementsEqual(text.utf8) } }

  /// Whether the bytes begin with the UTF-8 form of `text`.
  func starts(with text: String) -> Bool { withUnsafeBytes { $0.starts(with: text.utf8) } }

  /// Always `<redacted>`.
  package var description: String { "<redacted>" }

  /// Always `<redacted>`.
  package var debugDescription: String { "<redacted>" }

  /// The mirror of the text `<redacted>`; `dump` shows nothing else.
  package var customMirror: Mirror { Mirror(reflecting: "<redacted>") }
}
