/// A response made here, whole, for one request.
public struct LocalAnswer {
  /// The status code.
  public var status: Int
  /// Names and values of further field lines; lower-case names, and values that hold no line end.
  public var fields: [(StaticString, String)]
  /// The media type of the content; nil where there is none.
  public var contentType: StaticString?
  /// The content.
  public var content: [UInt8]
  /// Whether the connection must be closed afterwards.
  public var closes = false
  /// The name of the proxy's own error, for the log.
  var error: StaticString?
  var blame = ProxyError.Blame.client

  /// An answer with content.
  public init(
    _ status: Int, contentType: StaticString? = nil, content: [UInt8] = [], fields: [(StaticString, String)] = []
  ) {
    self.status = status
    self.contentType = contentType
    self.content = content
    self.fields = fields
  }

  init(_ error: ProxyError) {
    self.init(error.status, contentType: "application/json", content: error.content)
    fields.append(("cache-control", "private, no-store"))
    if error.status == 415 { fields.append(("accept-encoding", "identity")) }
    if let allow = error.allow { fields.append(("allow", allow.description)) }
    if let seconds = error.retryAfter { fields.append(("retry-after", String(seconds))) }
    if error.status == 401 { fields.append(("www-authenticate", "Bearer")) }
    closes = error.closes
    self.error = error.name
    blame = error.blame
  }
}
