import Guard
import Fal
import HTTPWire
import Pictures
import Testing
import Text

@testable import Sandbox

@Suite struct PictureOrderTests {
  static let size = PixelSize(width: 40, height: 20)
  static let png = PNGWriter.write(Bitmap(size, samples: (0..<size.pixels * 3).map { UInt8($0 % 251) }))
  static let white = PNGWriter.write(Bitmap(PixelSize(width: 4, height: 2), grey: 255))

  static func order(_ image: PictureSource?, _ map: PictureSource?) -> PictureOrder {
    PictureOrder(
      image: image, map: map, size: nil, sideLimit: 4096, repaint: Repaint(prompt: "p", seed: 1), isShown: true)
  }

  static func filled(_ order: PictureOrder) throws -> (pictures: [PictureFile], size: PixelSize, notes: [String]) {
    guard case .pictures(let pictures, let size, let notes) = order.fill() else { throw Unexpected("refused") }
    return (pictures, size, notes)
  }

  static func issue(_ order: PictureOrder) throws -> InputIssue {
    guard case .refused(let issues) = order.fill() else { throw Unexpected("accepted") }
    return try #require(issues.first)
  }

  @Test("a map that keeps all gives back the image, and the log says what was done to the map")
  func kept() throws {
    let order = Self.order(.base64(Base64.text(Self.png)[...]), .file(Self.white))
    let filled = try Self.filled(order)
    #expect(filled.size == Self.size)
    #expect(try Bitmap(reading: filled.pictures[0].content) == Bitmap(reading: Self.png))
    #expect(
      filled.notes == [
        "change map: black changes, white is kept (sandbox.map)", "change map: scaled from 4 × 2 to 40 × 20 pixels",
      ])
    var shown: [Previews] = []
    _ = order.fill { shown.append($0) }
    #expect(shown.map(\.size) == [Self.size])
    #expect(try shown[0].files.map { try PixelSize(reading: $0) } == [Self.size])
  }

  @Test("with the other polarity white changes")
  func polarity() throws {
    var order = Self.order(.file(Self.png), .file(Self.white))
    order.repaint.polarity = .whiteChanges
    let filled = try Self.filled(order)
    #expect(try Bitmap(reading: filled.pictures[0].content) != Bitmap(reading: Self.png))
    #expect(filled.notes[0] == "change map: white changes, black is kept (sandbox.map)")
  }

  @Test("has the size that was asked for, else that of the image, within the limit")
  func sizes() throws {
    var order = Self.order(.file(Self.png), nil)
    order.sideLimit = 10
    var filled = try Self.filled(order)
    #expect(filled.size == PixelSize(width: 10, height: 5))
    #expect(filled.notes == ["image: scaled from 40 × 20 to 10 × 5 pixels"])
    order.size = PixelSize(width: 8, height: 8)
    #expect(try Self.filled(order).size == PixelSize(width: 8, height: 8))
    filled = try Self.filled(Self.order(nil, nil))
    #expect(filled.size == .standard && filled.notes.isEmpty)
  }

  @Test("paints as many as were asked for, each another; the safety checker makes them black")
  func several() throws {
    var order = Self.order(.file(Self.png), nil)
    order.count = 3
    #expect(Set(try Self.filled(order).pictures.map(\.content)).count == 3)
    order.isBlack = true
    let filled = try Self.filled(order)
    #expect(try Bitmap(reading: filled.pictures[2].content) == Bitmap(Self.size))
    #expect(filled.notes.count == 1)
  }

  @Test("says of a picture that cannot be read what fal says, and the cure (protocol.md §5.2)")
  func faults() throws {
    let webp = PictureSource.file(Array("RIFF....WEBPVP8 ".utf8))
    let cases: [(PictureOrder, String, String, String)] = [
      (Self.order(webp, .sampleMap), "image_url", "unsupported_image_format", "WebP: send PNG or JPEG"),
      (Self.order(.file(Self.png), webp), "change_map_image_url", "unsupported_image_format", "WebP: send PNG or JPEG"),
      (Self.order(.base64("@@@@"), nil), "image_url", "image_load_error", "no base64"),
      (Self.order(.file(Array(Self.png.dropLast(9))), nil), "image_url", "image_load_error", "ends early"),
      (Self.order(.file([]), nil), "image_url", "unsupported_image_format", "no known format"),
    ]
    for (order, field, type, words) in cases {
      let issue = try Self.issue(order)
      #expect(issue.location == ["body", .string(field)] && issue.type == type)
      #expect(issue.message.hasPrefix("Failed to load the image: ") && issue.message.contains(words))
    }
    let large = InputIssue(.tooLarge(PixelSize(width: 60_000, height: 60_000), PictureLimits()), at: "image_url")
    #expect(large.type == "image_too_large" && large.json["ctx"]?["max_width"] == 16_384)
  }

  @Test("nothing comes of what is stopped")
  func stopped() {
    let stop = StopSign()
    stop.raise()
    guard case .stopped = Self.order(nil, nil).fill(stop: stop) else {
      Issue.record("painted")
      return
    }
  }

  @Test("knows how much there is to paint before anything is decoded")
  func effort() throws {
    func effort(_ image: PictureSource?, _ change: (inout PictureOrder) -> Void = { _ in }) -> Int {
      var order = Self.order(image, nil)
      change(&order)
      return order.effort
    }
    let large = PNGWriter.write(Bitmap(PixelSize(width: 900, height: 800)))
    #expect(effort(.file(large)) == 900 * 800 && effort(.base64(Base64.text(large)[...])) == 900 * 800)
    #expect(effort(nil) == 512 * 512 && effort(.sample) == 1024 * 768)
    #expect(effort(.file(large)) { $0.count = 4 } == 4 * 900 * 800)
    #expect(effort(.file(large)) { $0.sideLimit = 90 } == 90 * 80)
    #expect(effort(.file(large)) { $0.size = Self.size } == Self.size.pixels)
    #expect(effort(.file([1, 2, 3])) == 4096 * 4096)
  }

  @Test("keeps small results of nothing sent for whoever asks for the same")
  func shelf() throws {
    var shelf = PictureShelf()
    func keep(_ order: PictureOrder) { shelf.keep(order.fill(), of: order) }
    var order = Self.order(nil, nil)
    order.size = Self.size
    keep(order)
    #expect(shelf[order] == nil)
    order.isShown = false
    keep(order)
    #expect(shelf[order] != nil)
    var sent = order
    sent.image = .file(Self.png)
    keep(sent)
    #expect(shelf[sent] == nil)
    for seed in 0..<16 as Range<UInt64> {
      var other = order
      other.repaint.seed = 100 + seed
      keep(other)
      #expect(shelf[other] != nil)
    }
    #expect(shelf[order] == nil)
  }

  @Test("finds samples, uploads and data URIs, and loads nothing else")
  func lookUp() {
    func lookUp(_ url: String) -> PictureSource.Lookup {
      PictureSource.lookUp(url) { $0 == "koala/abc.png" ? [1, 2] : nil }
    }
    #expect(lookUp(ExamplePictures.image) == .found(.sample))
    #expect(lookUp(ExamplePictures.changeMap) == .found(.sampleMap))
    #expect(lookUp("http://any.test/api/fal/proxy/files/koala/abc.png") == .found(.file([1, 2])))
    #expect(lookUp("data:image/png;base64,Zm9v") == .found(.base64("Zm9v")))
    let outside = "the sandbox loads no outside URL: use a sample, an upload or a data URI"
    #expect(
      lookUp("https://a.test/koala/x.png")
        == .refused(type: "file_download_error", message: "Failed to download the file: \(outside)"))
    for (url, type) in [
      ("ftp://a", "file_download_error"), ("", "file_download_error"), ("data:,x", "image_load_error"),
    ] {
      guard case .refused(type, _) = lookUp(url) else {
        Issue.record("\(url) is found")
        continue
      }
    }
  }
}
