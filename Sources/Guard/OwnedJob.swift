internal import Fal
internal import Text

/// A job whose id its owner knows only in its sealed form.
///
/// An object, so that an exchange without one stays small; it never leaves its loop.
public final class OwnedJob {
  /// The member that tells its id.
  public static let idMember = Array("request_id".utf8)

  private let seals: JobSeals
  private let identity: Identity
  private let app: [UInt8]
  /// Where it was opened; empty for one that is submitted.
  private let endpoint: [UInt8]
  /// What fal calls it; empty until its submit is answered.
  public private(set) var id: [UInt8]
  /// What the owner calls it.
  public private(set) var sealed: [UInt8]

  /// A job that is about to be submitted to `endpoint`.
  public init(_ seals: JobSeals, submittedBy caller: Caller, to endpoint: Span<UInt8>) {
    self.seals = seals
    identity = caller.identity
    app = endpoint.extracting(JobApp(endpoint).name).bytes
    self.endpoint = []
    (id, sealed) = ([], [])
  }

  /// The job that `text` is the sealed id of; nil where it is not this caller's, at this endpoint.
  public init?(_ seals: JobSeals, opening text: Span<UInt8>, for caller: Caller, endpoint: Span<UInt8>) {
    guard let opened = seals.open(text, for: caller, endpoint: endpoint) else { return nil }
    self.seals = seals
    identity = caller.identity
    app = endpoint.extracting(opened.app).bytes
    self.endpoint = endpoint.bytes
    id = opened.id
    sealed = text.bytes
  }

  /// Whether it was opened with just these.
  func wasOpened(with text: Span<UInt8>, for caller: Caller, endpoint: Span<UInt8>) -> Bool {
    let (sealed, ownEndpoint) = (sealed, self.endpoint)
    return identity == caller.identity && text.equals(sealed.span) && endpoint.equals(ownEndpoint.span)
  }

  /// Whether it is known what fal calls it.
  public var isKnown: Bool { !id.isEmpty }

  /// Whether the two names have different lengths.
  var changesLength: Bool { id.count != sealed.count }

  /// Takes `id` for what fal calls it; false where it can be no id.
  public func learn(_ id: Span<UInt8>) -> Bool {
    let app = app
    guard let sealed = seals.seal(id, for: identity, app: app.span) else { return false }
    (self.id, self.sealed) = (id.bytes, sealed)
    return true
  }

  /// What the owner is told in place of `other`, an id of this job or of one of its attempts; nil for what is no id.
  public func seal(_ other: Span<UInt8>) -> [UInt8]? {
    let (id, app) = (id, app)
    return other.equals(id.span) ? sealed : seals.seal(other, for: identity, app: app.span)
  }
}

extension Span<UInt8> {
  /// A copy.
  var bytes: [UInt8] { withUnsafeBufferPointer { [UInt8]($0) } }
}
