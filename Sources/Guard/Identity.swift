public import Digest
public import Text

/// Whom a request counts for: limits, jobs and budgets hang on it.
public struct Identity: Hashable, Sendable {
  /// 128 bits that nobody else has.
  public let value: UInt128

  /// An identity that is `value`.
  public init(_ value: UInt128) { self.value = value }

  /// That of whoever a keyed hash stands for.
  public init(_ digest: Digest256) { value = digest.leading }

  /// That of a client without credentials: its address; of IPv6 the /64, which is what one subscriber has.
  public init(address: IPv6Address) {
    value = address.mapped == nil ? (address.value >> 64) << 64 : address.value
  }
}

/// Who a request comes from.
public struct Caller: Sendable {
  /// Whom it counts for.
  public var identity: Identity
  /// What it was under each of the secrets behind the first, in their order; nil where it depends on none. (To copy nil counts
  /// no reference, to copy an empty array does.)
  public var former: [Identity]?
  /// Its group, as an index into the generation's list; nil where it has none.
  public var group: Int?

  /// A caller.
  public init(_ identity: Identity, group: Int? = nil) {
    self.identity = identity
    self.group = group
  }
}
