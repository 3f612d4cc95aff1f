/// A response head (RFC 9112 §4) as offsets into the bytes it was parsed from.
public struct ResponseHead: Sendable {
  /// The status code, 100 to 599.
  public internal(set) var status = 0
  /// Where the reason phrase stands; may be empty.
  public internal(set) var reason = 0..<0
  /// Whether the response was made in HTTP/1.0.
  public internal(set) var isHTTP10 = false
  /// The field section.
  public internal(set) var fields = FieldSection()
  /// How the content is framed, for the method that was asked.
  public internal(set) var framing = BodyFraming.none
  /// The length Content-Length states where there is no content to count: an answer to HEAD, or 304 (RFC 9110 §8.6).
  public internal(set) var statedLength: UInt64?
  /// Whether the connection can carry another request once the content has been read (RFC 9112 §9.3).
  public internal(set) var isPersistent = true

  init() {}
}
