/// A request head (RFC 9112 §3) as offsets into the bytes it was parsed from.
public struct RequestHead: Sendable {
  /// The method, when it is one the proxy knows.
  public internal(set) var method: Method = .other
  /// Where the method's token stands.
  public internal(set) var methodRange = 0..<0
  /// Where the path and query stand; for an absolute-form target the part after the authority (RFC 9112 §3.2.2).
  public internal(set) var path = 0..<0
  /// Where the authority stands: of an absolute-form target, else of Host; nil in HTTP/1.0 without Host.
  public internal(set) var authority: Range<Int>?
  /// Whether the request was made in HTTP/1.0: no chunked answer, no 100-continue, closes unless asked otherwise.
  public internal(set) var isHTTP10 = false
  /// The field section.
  public internal(set) var fields = FieldSection()
  /// How the content is framed; `none` or a length or chunked.
  public internal(set) var framing = BodyFraming.none
  /// Whether the connection may serve another request afterwards (RFC 9112 §9.3).
  public internal(set) var isPersistent = true
  /// Whether the client waits for 100 (Continue) before it sends content (RFC 9110 §10.1.1).
  public internal(set) var expectsContinue = false
  /// Whether the client asks to leave HTTP/1.1 for WebSocket on this connection (RFC 9110 §7.8).
  public internal(set) var wantsWebSocket = false
  /// Whether a field tells of a client that the request was forwarded for, true or not.
  public internal(set) var isForwarded = false
  /// The proxy's own target, when the field is present.
  public internal(set) var falTarget: Range<Int>?

  init() {}
}
