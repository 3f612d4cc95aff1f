/// What a message head may measure before it is refused.
public struct HeadLimits: Equatable, Sendable {
  /// Bytes of the start line and field section together, 65,535 at most.
  public var head: Int
  /// Number of field lines.
  public var fields: Int
  /// Bytes of the request target.
  public var requestTarget: Int

  /// Limits in bytes and lines; `head` is held below 64 KiB because offsets are kept in 16 bits.
  public init(head: Int = 32 << 10, fields: Int = 100, requestTarget: Int = 8 << 10) {
    self.head = min(head, Int(UInt16.max))
    self.fields = fields
    self.requestTarget = requestTarget
  }
}
