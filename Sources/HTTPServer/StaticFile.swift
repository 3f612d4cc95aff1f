public import HTTPWire
internal import Observability
internal import Text

/// One file that is held in memory and served as it is (RFC 9110 §13.1.2): a page, its script, its pictures.
public final class StaticFile: Service {
  private let plain: Form
  /// The same file compressed, for those who take it.
  private let packed: Form?
  private let isUnlogged: Bool

  /// One form of the file, with an entity tag of its own.
  private struct Form {
    let whole: LocalAnswer
    let unchanged: LocalAnswer
    /// The entity tag with its quotes, strong.
    let tag: [UInt8]

    init(_ content: [UInt8], contentType: StaticString, tag: String, fields: [(StaticString, String)], coding: String?)
    {
      let quoted = "\"\(tag)\""
      self.tag = Array(quoted.utf8)
      // It is asked for each time, and answered with 304 while it is the same: a new version of the proxy shows at once.
      let common: [(StaticString, String)] = [("etag", quoted), ("cache-control", "no-cache")] + fields
      whole = LocalAnswer(
        200, contentType: contentType, content: content,
        fields: coding.map { common + [("content-encoding", $0)] } ?? common)
      unchanged = LocalAnswer(304, fields: common)
    }

    func answer(_ isKnown: Bool) -> Disposition { .answer(isKnown ? unchanged : whole) }

    /// Whether a value of If-None-Match names this form, compared weakly.
    func isNamed(by value: Span<UInt8>) -> Bool {
      var found = false
      FieldSection.forEachToken(in: value) { member in
        let start = member.hasPrefix("W/") ? 2 : 0
        if member.equals("*") || (member.count - start == tag.count && member.hasBytes(tag, at: start)) { found = true }
      }
      return found
    }
  }

  /// - Parameters:
  ///   - gzipped: the content compressed, where there is such a form.
  ///   - tag: what stands for this very content, of unreserved characters: a digest of it.
  ///   - fields: further field lines, such as a content security policy; lower-case names.
  ///   - isUnlogged: whether the log passes over it as over a probe.
  public init(
    _ content: [UInt8], gzipped: [UInt8]? = nil, contentType: StaticString, tag: String,
    fields: [(StaticString, String)] = [], isUnlogged: Bool = false
  ) {
    let fields = gzipped == nil ? fields : fields + [("vary", "accept-encoding")]
    plain = Form(content, contentType: contentType, tag: tag, fields: fields, coding: nil)
    packed = gzipped.map { Form($0, contentType: contentType, tag: tag + "-gzip", fields: fields, coding: "gzip") }
    self.isUnlogged = isUnlogged
  }

  public func disposition(
    of head: borrowing RequestHead, _ bytes: Span<UInt8>, on stream: any RequestStream
  ) -> Disposition {
    if isUnlogged { stream.record.isOfProbe = true }
    guard head.method == .get || head.method == .head else {
      return .answer(LocalAnswer(.methodNotAllowed("GET, HEAD")))
    }
    var form = plain
    if let packed {
      for line in head.fields.lines where bytes.extracting(line.name).equalsIgnoringCase("accept-encoding") {
        if AcceptedCodings.includeGzip(bytes.extracting(line.value)) { form = packed }
      }
    }
    for line in head.fields.lines where bytes.extracting(line.name).equalsIgnoringCase("if-none-match") {
      if form.isNamed(by: bytes.extracting(line.value)) { return form.answer(true) }
    }
    return form.answer(false)
  }
}
