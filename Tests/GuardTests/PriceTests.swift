import Fal
import Testing
import Text

@testable import Guard

@Suite("Prices and estimates")
struct PriceTests {
  private static func head(png width: UInt32, _ height: UInt32) -> [UInt8] {
    func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    return [0x89] + Array("PNG\r\n\u{1A}\n".utf8) + [0, 0, 0, 13] + Array("IHDR".utf8) + bytes(width) + bytes(height)
      + [8, 2, 0, 0, 0]
  }

  private static func jpeg(_ width: Int, _ height: Int, notes: Int = 0) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 1]
    var left = notes
    while left > 0 {
      let count = min(left, 60_000)
      bytes += [0xFF, 0xE1, UInt8((count + 2) >> 8), UInt8((count + 2) & 255)] + [UInt8](repeating: 0xC0, count: count)
      left -= count
    }
    return bytes + [0xFF, 0xFF, 0xC2, 0, 17, 8]
      + [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), 3, 1, 2]
  }

  private static func webP(_ kind: String, _ rest: [UInt8]) -> [UInt8] {
    Array("RIFF\0\0\0\0WEBP".utf8) + Array(kind.utf8) + [0, 0, 0, 0] + rest + [0, 0, 0, 0]
  }

  private static func uri(_ bytes: [UInt8], _ type: String = "image/png") -> String {
    "data:\(type);base64,\(Base64.text(bytes))"
  }

  @Test(
    "the size is read where a picture states it",
    arguments: [
      (head(png: 1024, 768), 1024, 768), (jpeg(640, 480), 640, 480), (jpeg(6000, 4000, notes: 200_000), 6000, 4000),
      (webP("VP8 ", [0, 0, 0, 0x9D, 1, 0x2A, 0x40, 0x41, 0xF0, 0x40]), 320, 240),
      (webP("VP8L", [0x2F, 0x3F, 0xC1, 0x3B, 0, 0, 0, 0, 0, 0]), 320, 240),
      (webP("VP8X", [0, 0, 0, 0, 0x3F, 0x01, 0, 0xEF, 0, 0]), 320, 240),
    ])
  func heads(bytes: [UInt8], width: Int, height: Int) {
    #expect(ImageHead(bytes) == ImageHead(width: width, height: height))
    #expect(ImageHead(dataURI: PriceTests.uri(bytes)) == ImageHead(width: width, height: height))
    for count in 0..<18 { #expect(ImageHead(Array(bytes[..<count])) == nil) }
  }

  @Test(
    "what states none is no size",
    arguments: [
      "https://example.com/a.png", "data:image/png,abc", "data:image/png;base64", "data:image/png;base64,",
      "data:;base64,AAAA", uri(head(png: 0, 5)), uri(Array("GIF89a".utf8)), uri(jpeg(9, 9, notes: 2_000_000)),
    ])
  func noHeads(text: String) { #expect(ImageHead(dataURI: text) == nil) }

  @Test(
    "megapixels: so many pictures, each rounded up by the definition that makes more of it",
    arguments: [
      (#"{"image_url":"PNG1024x1024"}"#, "2"), (#"{"image_url":"PNG1000x1000"}"#, "1"),
      (#"{"image_url":"PNG10x10"}"#, "1"), (#"{"image_url":"PNG1000x1001","num_images":4}"#, "8"),
      (#"{"image_url":"PNG10x10","num_images":"3"}"#, "3"), (#"{"image_url":"PNG10x10","num_images":0}"#, "1"),
      (#"{"image_url":"PNG10x10","num_images":-5}"#, "1"), (#"{"image_url":"PNG10x10","num_images":[]}"#, "1"),
      (#"{"image_url":"PNG10x10","num_images":1e400}"#, "1000000000"),
      // What would have to be fetched, and what cannot be read.
      (#"{"image_url":"https://example.com/a.png"}"#, "2"), (#"{"image_url":"https://a.b/c","num_images":3}"#, "6"),
      (#"{}"#, "2"), (#"[]"#, "2"), (#"{"image_url":7}"#, "2"), (#"{"num_images":2}"#, "4"),
      (#"{"image_size":"square_hd"}"#, "2"), (#"{"image_size":"square"}"#, "1"), (#"{"image_size":"vast"}"#, "2"),
      (#"{"image_size":{"width":2000,"height":1500}}"#, "3"),
      (#"{"image_size":{"width":"2000","height":1500.0}}"#, "3"),
      (#"{"image_size":{"width":2000}}"#, "2"),
      (#"{"image_size":{"width":1e300,"height":1e300}}"#, "9223372036.854775807"),
      // A small size that the model may not heed does not hide a large picture, nor one that cannot be seen.
      (#"{"image_url":"PNG3000x1000","image_size":"square"}"#, "3"),
      (#"{"image_url":"https://a.b/c","image_size":"square"}"#, "2"),
      (#"{"image_url":"PNG10x10","image_size":{"width":4000,"height":1000}}"#, "4"),
    ])
  func megapixels(input: String, units: String) throws {
    var text = input
    if let range = text.firstRange(of: /PNG(\d+)x(\d+)/), let match = text.firstMatch(of: /PNG(\d+)x(\d+)/) {
      let head = PriceTests.head(png: try #require(UInt32(match.1)), try #require(UInt32(match.2)))
      text.replaceSubrange(range, with: PriceTests.uri(head))
    }
    let value = try JSONParser.parse(Array(text.utf8))
    #expect(Estimate.megapixels.units(of: value, standard: Units(2)).description == units)
    #expect(Estimate.fixed(Units(7)).units(of: value, standard: Units(2)) == Units(7))
  }

  private static func list(_ unknown: PriceList.Unknown) throws -> PriceList {
    func price(_ pattern: String, _ amount: String, _ estimate: Estimate) throws -> Price {
      Price(try EndpointPattern(pattern), unitPrice: try #require(Money(amount)), unit: "units", estimate: estimate)
    }
    return PriceList(
      [
        try price("fal-ai/flux/dev", "0.025", .megapixels), try price("fal-ai/flux/**", "0.05", .fixed(Units(2))),
        try price("fal-ai/flux/dev", "9", .fixed(Units(1))),
      ], unknown: unknown, standard: Units(2))
  }

  @Test(
    "the first price that fits is the one, and the streaming form of an endpoint has that of the endpoint",
    arguments: [
      ("fal-ai/flux/dev", "0.05"), ("fal-ai/flux/dev/stream", "0.05"), ("fal-ai/flux/schnell", "0.10"),
      ("fal-ai/flux", "0.10"), ("fal-ai/other", nil),
    ])
  func quotes(endpoint: String, cost: String?) throws {
    let quote = try PriceTests.list(.refuse).quote(endpoint.utf8.span, input: [])
    guard let cost else {
      #expect(quote == .unknown)
      return
    }
    guard case .priced(let amount, _) = quote else {
      Issue.record("no price")
      return
    }
    #expect(amount.description == cost)
  }

  @Test("an endpoint without a price is let through, refused, or counted at an amount")
  func unknown() throws {
    let (other, amount) = ("fal-ai/other", Money(nanos: 30_000_000))
    let rows: [(PriceList.Unknown, PriceList.Quote)] = [
      (.allow, .unpriced(.zero)), (.refuse, .unknown), (.amount(amount), .unpriced(amount)),
    ]
    for (unknown, expected) in rows {
      let quote = try PriceTests.list(unknown).quote(other.utf8.span, input: [])
      #expect(quote == expected)
    }
  }

  @Test("the input is looked at only where the estimate hangs on it")
  func readsInput() throws {
    let list = try PriceTests.list(.refuse)
    for (endpoint, reads) in [("fal-ai/flux/dev", true), ("fal-ai/flux/schnell", false), ("fal-ai/other", false)] {
      let answer = list.readsInput(of: endpoint.utf8.span)
      #expect(answer == reads)
    }
  }
}
