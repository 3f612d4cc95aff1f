/// Changes the content of a message on its way through a `BodyPump`.
public protocol ContentFilter: AnyObject {
  /// How many bytes of the content can come so that whatever is written for them fits `room` bytes.
  func inputLimit(room: Int) -> Int

  /// Takes bytes of the content and writes what is certain to `room`.
  func filter(
    _ input: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
  ) -> (consumed: Int, written: Int)

  /// Writes what is held back: the content is over.
  /// - Returns: how much was written, and whether that was all; if not, it is to be called again with more room.
  func finish(into room: UnsafeMutableRawBufferPointer) -> (written: Int, isDone: Bool)
}
