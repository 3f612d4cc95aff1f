public import Observability

/// A response made here, whole, for one request.
public struct LocalAnswer {
  public var status: Int
  /// Names and values of further field lines; lower-case names, and values that hold no line end.
  public var fields: [(StaticString, String)]
  /// The media type of the content; nil where there is none.
  public var contentType: StaticString?
  public var content: [UInt8]
  /// Whether the connection must be closed afterwards.
  public var closes = false
  /// Why it is none of what was asked for, where it is not; for the log.
  public private(set) var error: StaticString?
  public private(set) var party: Party?

  public init(
    _ status: Int, contentType: StaticString? = nil, content: [UInt8] = [], fields: [(StaticString, String)] = []
  ) {
    self.status = status
    self.contentType = contentType
    self.content = content
    self.fields = fields
  }

  /// What the server as a whole can do: the methods that any resource may have.
  static var serverOptions: LocalAnswer {
    LocalAnswer(204, fields: [("allow", "GET, HEAD, POST, PUT, OPTIONS"), ("cache-control", "no-store")])
  }

  public init(_ cause: Cause) {
    self.init(cause.status, contentType: "application/json", content: cause.content)
    fields.append(("cache-control", "private, no-store"))
    for field in cause.fields { fields.append((field.name, field.value)) }
    closes = cause.closes
    error = cause.name
    party = cause.party
  }
}
