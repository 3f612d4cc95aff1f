import HTTPWire

/// The bytes of `text`, one per character; for characters above 127 the Latin-1 code.
func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

func text(_ bytes: some Sequence<UInt8>) -> String {
  String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}

/// A parsed request head as values a test can compare; spans cannot be captured by `#expect`.
struct RequestProbe: Equatable, Sendable {
  var length = 0
  var method = Method.other
  var token = ""
  var path = ""
  var authority: String?
  var isHTTP10 = false
  var framing = BodyFraming.none
  var isPersistent = true
  var expectsContinue = false
  var wantsWebSocket = false
  var target: String?
  var fields: [String] = []

  init(_ head: RequestHead, _ bytes: [UInt8], length: Int) {
    self.length = length
    method = head.method
    token = text(bytes[head.methodRange])
    path = text(bytes[head.path])
    authority = head.authority.map { text(bytes[$0]) }
    isHTTP10 = head.isHTTP10
    framing = head.framing
    isPersistent = head.isPersistent
    expectsContinue = head.expectsContinue
    wantsWebSocket = head.wantsWebSocket
    target = head.falTarget.map { text(bytes[$0]) }
    fields = head.fields.lines.map { "\(text(bytes[$0.name]))=\(text(bytes[$0.value]))" }
  }
}

enum RequestOutcome: Equatable, Sendable {
  case parsed(RequestProbe)
  case refused(WireError)
  case incomplete

  /// Parses `bytes` as they would be if they came in the pieces that end at `cuts`, and at the end.
  init(_ bytes: [UInt8], limits: HeadLimits = HeadLimits(), cuts: [Int] = []) {
    var parser = RequestHeadParser(limits: limits)
    var scanned = 0
    self = .incomplete
    for end in cuts + [bytes.count] {
      do throws(WireError) {
        if let length = try parser.parse(bytes.span.extracting(0..<end), scanned: &scanned) {
          self = .parsed(RequestProbe(parser.head, bytes, length: length))
          return
        }
      } catch {
        self = .refused(error)
        return
      }
    }
  }

  init(_ text: String, limits: HeadLimits = HeadLimits()) { self.init(bytes(text), limits: limits) }

  var head: RequestProbe? {
    if case .parsed(let probe) = self { return probe }
    return nil
  }

  var error: WireError? {
    if case .refused(let error) = self { return error }
    return nil
  }
}

/// A GET of `/` whose field section is `lines` after Host, each given without its line end.
func get(_ lines: String...) -> String { request("GET / HTTP/1.1", ["Host: a.test"] + lines) }

/// A POST to `/` whose field section is `lines` after Host.
func post(_ lines: String...) -> String { request("POST / HTTP/1.1", ["Host: a.test"] + lines) }

func request(_ line: String, _ lines: [String]) -> String {
  ([line] + lines).map { $0 + "\r\n" }.joined() + "\r\n"
}

extension WireError {
  /// Whether it is answered with a plain 400, and not with a status that says more.
  var isPlainRefusal: Bool {
    switch self {
    case .unsupportedVersion, .targetTooLong, .headTooLarge, .tooManyFields, .trailersTooLarge,
      .unsupportedTransferCoding, .unsupportedExpectation:
      false
    default: true
    }
  }
}
