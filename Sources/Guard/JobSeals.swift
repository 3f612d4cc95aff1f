internal import Digest
internal import Fal
internal import Text

/// Seals the ids of jobs to whoever has submitted them, and opens what was sealed, anywhere and without a memory.
///
/// A synthetic IV in the manner of RFC 5297: a tag over all that the seal is bound to is also what the id is masked by. The 36
/// characters of a UUID, which is 128 bits, hold 216 in base64url, so a tag of 88 fits a text of the very same length. An
/// id that is no UUID keeps its text, and its tag stands behind it.
public final class JobSeals: Sendable, CustomStringConvertible, CustomReflectable {
  /// The longest id that is sealed, in bytes.
  public static let idLimit = 128
  /// Bytes of the tag.
  static let tagSize = 11
  /// What stands between an id that is no UUID and its tag: no digit of base64url.
  static let separator = Byte.dot

  private let keys: [Key]

  /// The keys of one secret.
  private struct Key: Sendable {
    let tags: HMACSHA256
    let masks: HMACSHA256

    init(_ secret: Span<UInt8>) {
      let tag = HKDF.key(from: secret, for: "fal-proxy seal tag")
      let mask = HKDF.key(from: secret, for: "fal-proxy seal mask")
      tags = HMACSHA256(key: tag.bytes.span)
      masks = HMACSHA256(key: mask.bytes.span)
    }

    /// The tag, as the first bytes of what is returned. Each part stands behind its length, so that no two lists of parts
    /// are the same bytes; the account is empty as long as there is one key of fal's.
    func tag(_ identity: Identity, _ app: Span<UInt8>, _ id: Span<UInt8>) -> Digest256 {
      tags.code { message in
        // The version behind its length, no account, the length of an identity.
        message.append([
          1, 1, 0, 16, UInt64(truncatingIfNeeded: identity.value >> 64), UInt64(truncatingIfNeeded: identity.value),
          UInt64(app.count),
        ])
        message.append(app)
        message.append(UInt64(id.count))
        message.append(id)
      }
    }

    /// What the bytes of a UUID are masked with.
    func mask(_ tag: Span<UInt8>) -> UInt128 { masks.code(tag).leading }
  }

  /// - Parameter secrets: at least one; the first seals, all of them open.
  public init(_ secrets: [[UInt8]]) { keys = secrets.map { Key($0.span) } }

  /// The sealed form of `id` for whoever has that identity; nil for what no id of a path can be.
  /// - Parameter app: what `JobApp` makes of the endpoint.
  public func seal(_ id: Span<UInt8>, for identity: Identity, app: Span<UInt8>) -> [UInt8]? {
    let uuid = UUIDText.value(id)
    guard uuid != nil || JobSeals.isOther(id) else { return nil }
    let digest = keys[0].tag(identity, app, id)
    let tag = digest.bytes.span.extracting(0..<JobSeals.tagSize)
    var text: [UInt8] = []
    guard let uuid else {
      text.reserveCapacity(id.count + SealedText.tailCount)
      text.append(id)
      text.append(JobSeals.separator)
      Base64.append(urlText: tag, to: &text)
      return text
    }
    var bytes = InlineArray<27, UInt8>(repeating: 0)
    for index in 0..<JobSeals.tagSize { bytes[index] = tag[index] }
    let masked = uuid ^ keys[0].mask(tag)
    for index in 0..<16 {
      bytes[JobSeals.tagSize + index] = UInt8(truncatingIfNeeded: masked >> UInt128(120 - 8 * index))
    }
    text.reserveCapacity(UUIDText.count)
    Base64.append(urlText: bytes.span, to: &text)
    return text
  }

  /// The id that `text` is the sealed form of, for this caller and an endpoint that follow-ups name; nil for everything else.
  ///
  /// It is tried for the app of the endpoint, then for its owner alone, which the shortened forms of a namespaced one have in
  /// common with it.
  public func open(_ text: Span<UInt8>, for caller: Caller, endpoint: Span<UInt8>) -> (id: [UInt8], app: Range<Int>)? {
    guard let sealed = SealedText(text) else { return nil }
    let app = JobApp(endpoint)
    for index in keys.indices {
      let identity = index == 0 ? caller.identity : caller.former?[index - 1] ?? caller.identity
      let id = sealed.masked.map { UUIDText.bytes($0 ^ keys[index].mask(sealed.tag.span)) } ?? sealed.id
      for name in app.name == app.owner ? [app.name] : [app.name, app.owner] {
        let digest = keys[index].tag(identity, endpoint.extracting(name), id.span)
        if sealed.isTagged(digest) { return (id, name) }
      }
    }
    return nil
  }

  /// What `text` may be the sealed form of, one id for each secret: unmasked, and nothing verified.
  public func candidates(_ text: Span<UInt8>) -> [[UInt8]] {
    guard UUIDText.value(text) == nil, let sealed = SealedText(text) else { return [] }
    guard let masked = sealed.masked else { return [sealed.id] }
    return keys.map { UUIDText.bytes(masked ^ $0.mask(sealed.tag.span)) }
  }

  /// Whether `id`, which is no UUID, can be sealed: a segment of a path.
  private static func isOther(_ id: Span<UInt8>) -> Bool {
    var isDotsOnly = true
    for index in 0..<id.count {
      guard id[index].isUnreserved else { return false }
      if id[index] != Byte.dot { isDotsOnly = false }
    }
    return id.count <= idLimit && !isDotsOnly
  }

  /// Nothing of the keys.
  public var description: String { "JobSeals(<redacted>)" }

  /// No children, so that `dump` and debuggers' summaries print no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
