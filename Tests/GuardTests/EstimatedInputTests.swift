import Testing
import Text

@testable import Guard

@Suite("What an estimate looks at of an input")
struct EstimatedInputTests {
  @Test(
    "the members that count are found, the last of several, and nothing where there is no JSON",
    arguments: [
      (#"{"prompt":"x","num_images":3}"#, #"{"num_images":3}"#), (#"{"num_images":1,"num_images":4}"#, nil),
      (
        #"{"image_size":{"width":1,"height":2},"image_url":"u"}"#,
        #"{"image_url":"u","image_size":{"width":1,"height":2}}"#
      ),
      (#"{"num_\u0069mages":2}"#, #"{"num_images":2}"#), (#"{"input":{"num_images":9}}"#, "{}"), ("[1]", "{}"),
      ("{", "null"), ("", "null"), (#"{"num_images":3}x"#, "null"), (#"{"image_url":"a\/b"}"#, #"{"image_url":"a/b"}"#),
    ])
  func members(content: String, found: String?) throws {
    let value = EstimatedInput.read(content.utf8.span)
    guard let found else {
      #expect(value["num_images"]?.int == 4)
      return
    }
    #expect(value == (try JSONParser.parse(Array(found.utf8))))
  }

  @Test("of a text of any length its beginning is there, wherever an escape falls")
  func long() {
    for shift in 0..<8 {
      let text = String(repeating: "a", count: (1 << 20) - 8 + shift) + #"\u0041\/"# + String(repeating: "b", count: 99)
      let value = EstimatedInput.read(#"{"image_url":"\#(text)","num_images":2}"#.utf8.span)
      #expect(value["image_url"]?.text?.hasPrefix("aaaa") == true)
      #expect(value["num_images"]?.int == 2)
    }
  }

  @Test(
    "an input in a query is read too",
    arguments: [
      ("num_images=3", "3"), ("prompt=a%26b&num_images=%34", "4"), ("num%5Fimages=2", "2"), ("x=1", nil),
    ])
  func query(text: String, count: String?) {
    #expect(EstimatedInput.read(query: text.utf8.span)["num_images"]?.text == count)
  }
}
