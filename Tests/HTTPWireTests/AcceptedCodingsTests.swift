import HTTPWire
import Testing

@Suite("Accept-Encoding (RFC 9110 §12.5.3)")
struct AcceptedCodingsTests {
  @Test(
    "gzip is taken where it is named, or meant by a star, with a weight above 0",
    arguments: [
      ("gzip", true), ("GZIP", true), ("x-gzip", true), ("gzip, deflate, br", true), ("br;q=1.0, gzip;q=0.8", true),
      ("*", true), ("*;q=0.1", true), ("gzip;q=0.001", true), ("gzip ; q=0.5", true), ("identity, gzip;q=1", true),
      ("", false), ("identity", false), ("br, deflate", false), ("gzip;q=0", false), ("gzip; q=0.000", false),
      ("*;q=0", false), ("gzip;q=0, *", false), ("gzipped", false), ("*;q=0, gzip", true),
    ])
  func gzip(value: String, isTaken: Bool) {
    #expect(AcceptedCodings.includeGzip(Array(value.utf8).span) == isTaken)
  }
}
