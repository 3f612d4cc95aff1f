/// Why a message cannot be accepted as HTTP/1.1. The same faults serve requests and responses; who is to blame is the
/// caller's knowledge.
public enum WireError: UInt8, Error, Equatable, Sendable, CaseIterable {
  /// The request line or status line does not follow RFC 9112 §3 or §4.
  case malformedStartLine
  /// The major version is not 1 (RFC 9112 §2.3).
  case unsupportedVersion
  /// The request target is longer than `HeadLimits.requestTarget`.
  case targetTooLong
  /// The head is longer than `HeadLimits.head`.
  case headTooLarge
  /// The field section has more lines than `HeadLimits.fields`.
  case tooManyFields
  /// A field line breaks RFC 9112 §5: empty name, space before the colon, obs-fold, control byte.
  case malformedField
  /// A line ends in LF without CR, or CR stands alone (RFC 9112 §2.2).
  case bareLineTerminator
  /// Host is missing, repeated or not a host (RFC 9112 §3.2).
  case invalidHost
  /// A field that may appear once was repeated.
  case duplicateField
  /// Content-Length is repeated, or not 1 to 18 digits (RFC 9112 §6.3).
  case invalidContentLength
  /// Transfer-Encoding names chunked in a form that two readers could take differently (RFC 9112 §6.1).
  case invalidTransferEncoding
  /// Transfer-Encoding names a coding other than chunked (RFC 9112 §6.1: 501).
  case unsupportedTransferCoding
  /// Content-Length together with Transfer-Encoding (RFC 9112 §6.1).
  case conflictingFraming
  /// Content with a method that gives it no meaning (RFC 9110 §9.3.1).
  case unexpectedContent
  /// An expectation other than 100-continue (RFC 9110 §10.1.1).
  case unsupportedExpectation
  /// The chunked coding is broken (RFC 9112 §7.1).
  case invalidChunk
  /// The trailer section or the chunk extensions exceed their limit.
  case trailersTooLarge
}
