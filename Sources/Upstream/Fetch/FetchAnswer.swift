internal import HTTPWire

/// An answer being collected: bytes in, a whole response out.
struct FetchAnswer {
  /// Interim responses (1xx) tolerated before the final one.
  private static let interimLimit = 16

  private let method: Method
  private let maxBytes: Int
  private let headOnly: Bool
  private var parser = ResponseHeadParser(limits: HeadLimits())
  private var scanned = 0
  private var interims = 0
  private var decoder: BodyDecoder?
  private var response = FetchResponse(status: 0, fields: [], content: [])

  /// The answer to a request with `method`, of which at most `maxBytes` of content are taken, or none.
  init(to method: Method, maxBytes: Int, headOnly: Bool = false) {
    self.method = method
    self.headOnly = headOnly
    self.maxBytes = maxBytes
  }

  /// The response; nil until it is whole.
  var whole: FetchResponse? { decoder?.isDone == true || headOnly && decoder != nil ? response : nil }

  /// Reads what it can from the start of `bytes`.
  /// - Returns: how many bytes it is done with; the others are to be given again, with more.
  mutating func read(_ bytes: Span<UInt8>) throws(FetchError.Cause) -> Int {
    var used = 0
    while decoder == nil {
      guard let length = try readHead(bytes.extracting(used..<bytes.count)) else { return used }
      used += length
    }
    while decoder?.isDone == false, !headOnly {
      let consumed = try readContent(bytes.extracting(used..<bytes.count))
      guard consumed > 0 else { break }
      used += consumed
    }
    return used
  }

  /// The connection has ended, properly.
  /// - Returns: the response, if that was its end too.
  mutating func end() throws(FetchError.Cause) -> FetchResponse {
    guard decoder?.endsWithConnection == true else { throw .cut }
    return response
  }

  private mutating func readHead(_ bytes: Span<UInt8>) throws(FetchError.Cause) -> Int? {
    let length: Int?
    do throws(WireError) {
      length = try parser.parse(bytes, answering: method, scanned: &scanned)
    } catch {
      throw .malformed(error)
    }
    guard let length else { return nil }
    let head = parser.head
    guard head.status >= 200 else {
      interims += 1
      guard head.status != 101, interims <= FetchAnswer.interimLimit else { throw .unexpected }
      return length
    }
    // An answer that says it is too large is not read at all.
    if case .contentLength(let stated) = head.framing, stated > UInt64(maxBytes), !headOnly { throw .tooLarge }
    decoder = BodyDecoder(head.framing)
    response.status = head.status
    response.fields = head.fields.lines.map { line in
      FetchField(text(bytes.extracting(line.name)).lowercased(), text(bytes.extracting(line.value)))
    }
    return length
  }

  private mutating func readContent(_ bytes: Span<UInt8>) throws(FetchError.Cause) -> Int {
    let step: BodyDecoder.Step?
    do throws(WireError) {
      step = try decoder?.next(bytes)
    } catch {
      throw .malformed(error)
    }
    switch step {
    case .content(let skip, let count)?:
      guard count <= maxBytes - response.content.count else { throw .tooLarge }
      bytes.extracting(skip..<skip + count).withUnsafeBufferPointer { response.content.append(contentsOf: $0) }
      return skip + count
    case .needMore(let consumed)?, .end(let consumed)?: return consumed
    case nil: return 0
    }
  }

  private func text(_ bytes: Span<UInt8>) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}
