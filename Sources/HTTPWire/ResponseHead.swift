/// A response head (RFC 9112 §4) as offsets into the bytes it was parsed from.
package struct ResponseHead: Sendable {
  /// The status code, 100 to 599.
  package internal(set) var status = 0
  /// Where the reason phrase stands; may be empty.
  package internal(set) var reason = 0..<0
  /// Whether the response was made in HTTP/1.0.
  package internal(set) var isHTTP10 = false
  /// The field section.
  package internal(set) var fields = FieldSection()
  /// How the content is framed, for the method that was asked.
  package internal(set) var framing = BodyFraming.none
  /// The length Content-Length states where there is no content to count: an answer to HEAD, or 304 (RFC 9110 §8.6).
  package internal(set) var statedLength: UInt64?
  /// Whether the connection can carry another request once the content has been read (RFC 9112 §9.3).
  package internal(set) var isPersistent = true

  init() {}
}
