import HTTPWire
import Testing

/// What a body comes to when it arrives in pieces.
struct BodyProbe: Equatable, Sendable {
  var content: [UInt8] = []
  /// Bytes used of what was given; what follows belongs to the next message.
  var consumed = 0
  var isDone = false
  var error: WireError?

  /// Decodes `bytes` as they come in the pieces that end at `cuts`, and at the end, as a connection does: what was not
  /// used is shown again together with what follows.
  init(_ bytes: [UInt8], _ framing: BodyFraming, cuts: [Int] = [], droppedLimit: Int = 8 << 10) {
    var decoder = BodyDecoder(framing, droppedLimit: droppedLimit)
    for end in cuts + [bytes.count] where !isDone && error == nil {
      take(bytes, upTo: end, &decoder)
    }
  }

  private mutating func take(_ bytes: [UInt8], upTo end: Int, _ decoder: inout BodyDecoder) {
    while true {
      do throws(WireError) {
        switch try decoder.next(bytes.span.extracting(consumed..<end)) {
        case .needMore(let used):
          consumed += used
          precondition(consumed <= end)
          return
        case .content(let skip, let count):
          precondition(skip >= 0 && count > 0 && consumed + skip + count <= end)
          content += bytes[(consumed + skip)..<(consumed + skip + count)]
          consumed += skip + count
        case .end(let used):
          consumed += used
          precondition(consumed <= end && decoder.isDone)
          isDone = true
          return
        }
      } catch {
        self.error = error
        return
      }
    }
  }
}

extension BodyDecoder {
  /// `next` on the bytes of `text`; spans of temporaries cannot stand in `#expect`.
  mutating func next(text: String) throws(WireError) -> Step {
    let given = bytes(text)
    return try next(given.span)
  }
}

@Suite("Body decoder")
struct BodyDecoderTests {
  @Test("ends at once where there is no content", arguments: [BodyFraming.none, .contentLength(0)])
  func none(framing: BodyFraming) {
    let decoder = BodyDecoder(framing)
    #expect(decoder.isDone)
    #expect(decoder.endsWithConnection)
    #expect(decoder.contentAhead == 0)
    let probe = BodyProbe(bytes("GET /"), framing)
    #expect(probe.isDone && probe.consumed == 0)
  }

  @Test("counts exactly Content-Length bytes, whatever they are (RFC 9112 §6.2)")
  func counted() {
    let message = bytes("0\r\n\r\n\u{0}\u{FF}GET / HTTP/1.1\r\n")
    for cut in 0...message.count {
      let probe = BodyProbe(message, .contentLength(7), cuts: [cut])
      #expect(probe.isDone && probe.consumed == 7 && probe.content == Array(message.prefix(7)))
    }
    #expect(!BodyProbe(bytes("123456"), .contentLength(7)).isDone)
  }

  @Test("takes everything until the end of the connection (RFC 9112 §6.3)")
  func untilClose() {
    let probe = BodyProbe(bytes("5\r\nhello"), .untilClose, cuts: [0, 1, 3])
    #expect(probe.content == bytes("5\r\nhello") && !probe.isDone && probe.error == nil)
    #expect(BodyDecoder(.untilClose).endsWithConnection)
    #expect(BodyDecoder(.untilClose).contentAhead == .max)
    #expect(!BodyDecoder(.untilClose).isDelimitedByFraming)
  }

  @Test("an end of the connection inside a delimited body is no proper end (RFC 9112 §8)")
  func improperEnd() throws {
    #expect(!BodyDecoder(.contentLength(1)).endsWithConnection)
    var decoder = BodyDecoder(.chunked)
    #expect(!decoder.endsWithConnection)
    _ = try decoder.next(text: "1\r\nx")
    #expect(!decoder.endsWithConnection)
    _ = try decoder.next(text: "\r\n0\r\n")
    #expect(!decoder.endsWithConnection)
    _ = try decoder.next(text: "\r\n")
    #expect(decoder.endsWithConnection && decoder.isDone)
  }

  @Test("counted content can be moved past the decoder")
  func advanceCounted() {
    var decoder = BodyDecoder(.contentLength(10))
    #expect(decoder.contentAhead == 10 && !decoder.isDelimitedByFraming)
    decoder.advance(0)
    decoder.advance(4)
    #expect(decoder.contentAhead == 6 && !decoder.isDone)
    decoder.advance(6)
    #expect(decoder.contentAhead == 0 && decoder.isDone)
  }

  @Test("content of a chunk can be moved past the decoder, framing cannot")
  func advanceChunk() throws {
    var decoder = BodyDecoder(.chunked)
    #expect(decoder.contentAhead == 0 && decoder.isDelimitedByFraming)
    #expect(try decoder.next(text: "A\r\n12") == .content(skip: 3, count: 2))
    #expect(decoder.contentAhead == 8 && decoder.isDelimitedByFraming)
    decoder.advance(8)
    #expect(decoder.contentAhead == 0 && !decoder.isDone)
    #expect(try decoder.next(text: "\r\n0\r\n\r\nGET") == .end(consumed: 7))
    #expect(decoder.contentAhead == 0)
    #expect(try decoder.next(text: "GET") == .end(consumed: 0))
  }

  @Test("reports needMore for no bytes in every state")
  func noBytes() throws {
    for framing in [BodyFraming.contentLength(3), .chunked, .untilClose] {
      var decoder = BodyDecoder(framing)
      #expect(try decoder.next(text: "") == .needMore(consumed: 0))
    }
    var decoder = BodyDecoder(.chunked)
    _ = try decoder.next(text: "1\r\nx")
    #expect(try decoder.next(text: "") == .needMore(consumed: 0))
    _ = try decoder.next(text: "\r\n0\r\n")
    #expect(try decoder.next(text: "") == .needMore(consumed: 0))
  }
}
