public import HTTPWire
internal import Text

/// One file that is held in memory and served as it is (RFC 9110 §13.1.2): a page, its script, its pictures.
public final class StaticFile: Service {
  private let whole: LocalAnswer
  private let unchanged: LocalAnswer
  /// The entity tag with its quotes, strong.
  private let tag: [UInt8]

  /// - Parameters:
  ///   - tag: what stands for this very content, of unreserved characters: a digest of it.
  ///   - fields: further field lines, such as a content security policy; lower-case names.
  public init(
    _ content: [UInt8], contentType: StaticString, tag: String, fields: [(StaticString, String)] = []
  ) {
    let quoted = "\"\(tag)\""
    self.tag = Array(quoted.utf8)
    // It is asked for each time, and answered with 304 while it is the same: a new version of the proxy shows at once.
    let common: [(StaticString, String)] = [("etag", quoted), ("cache-control", "no-cache")] + fields
    whole = LocalAnswer(200, contentType: contentType, content: content, fields: common)
    unchanged = LocalAnswer(304, fields: common)
  }

  public func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    guard head.method == .get || head.method == .head else {
      return .answer(LocalAnswer(.methodNotAllowed("GET, HEAD")))
    }
    for line in head.fields.lines where bytes.extracting(line.name).equalsIgnoringCase("if-none-match") {
      if names(bytes.extracting(line.value)) { return .answer(unchanged) }
    }
    return .answer(whole)
  }

  /// Whether a value of If-None-Match names this content, compared weakly.
  private func names(_ value: Span<UInt8>) -> Bool {
    var found = false
    FieldSection.forEachToken(in: value) { member in
      let start = member.hasPrefix("W/") ? 2 : 0
      if member.equals("*") || (member.count - start == tag.count && member.hasBytes(tag, at: start)) { found = true }
    }
    return found
  }
}
