internal import Guard
internal import Pictures
internal import Text

/// The pictures a job needs: a value, which another thread may fill.
struct PictureOrder: Equatable, Sendable {
  /// What is repainted; nil for a landscape made up.
  var image: PictureSource?
  var map: PictureSource?
  /// The size that was asked for; nil for that of the image.
  var size: PixelSize?
  /// The longest side of the result, in pixels.
  var sideLimit: Int
  var repaint: Repaint
  var count = 1
  var format = PictureFile.Format.png
  /// Whether the safety checker hides what is painted.
  var isBlack = false
  /// Whether a stream shows them before they are done.
  var isShown = false

  /// About how much memory it holds, in bytes.
  var weight: Int { (image?.weight ?? 0) + (map?.weight ?? 0) }

  /// About how much there is to paint, in pixels.
  var effort: Int {
    let size = size ?? image.map { $0.size ?? PixelSize(width: sideLimit, height: sideLimit) } ?? .standard
    return size.fitting(sideLimit).pixels * count
  }

  /// What comes of it.
  enum Outcome: Sendable {
    case pictures([PictureFile], size: PixelSize, notes: [String])
    case refused([InputIssue])
    /// Nothing: it was stopped.
    case stopped
  }

  private static let previewSide = 64

  /// Reads what has to be read, and paints.
  /// - Parameters:
  ///   - stop: after which nothing more is done.
  ///   - show: takes small pictures, sketched before the large ones are begun, where a stream shows them.
  func fill(stop: StopSign = StopSign(), show: (Previews) -> Void = { _ in }) -> Outcome {
    var notes: [String] = []
    do {
      let image = try input(&notes)
      if stop.isUp { return .stopped }
      let map = try changes(image.size, &notes)
      if isShown { show(previews(image, map, stop)) }
      if isBlack { notes.append("nsfw: the safety checker has blackened the result") }
      if format == .jpeg, !JPEGReader.isAvailable { notes.append("this build writes no JPEG: the result is a PNG") }
      var files: [PictureFile] = []
      for index in 0..<count {
        if stop.isUp { return .stopped }
        files.append(PictureFile(painted(image, map, index, stop), format, stop: stop))
      }
      return stop.isUp ? .stopped : .pictures(files, size: image.size, notes: notes)
    } catch {
      return .refused([error.issue])
    }
  }

  private func previews(_ image: Bitmap, _ map: [UInt8], _ stop: StopSign) -> Previews {
    let size = image.size.fitting(PictureOrder.previewSide)
    let sketch = image.scaled(to: size)
    let greys = Scaling.scale(map, from: image.size, to: size, channels: 1)
    let files = (0..<count).map { PNGWriter.write(painted(sketch, greys, $0, stop), note: Mark.note) }
    return Previews(files: files, size: image.size)
  }

  private func painted(_ image: Bitmap, _ map: [UInt8], _ index: Int, _ stop: StopSign) -> Bitmap {
    if isBlack { return Bitmap(image.size) }
    var repaint = repaint
    repaint.index = index
    return Painter(repaint, stop: stop).paint(image, map: map)
  }

  /// The picture that is repainted, at the size of the result.
  private func input(_ notes: inout [String]) throws(Refusal) -> Bitmap {
    guard let source = image else {
      return Samples.landscape((size ?? .standard).fitting(sideLimit), seed: repaint.seed)
    }
    let bitmap = try read(source, "image_url")
    let wanted = (size ?? bitmap.size).fitting(sideLimit)
    if wanted != bitmap.size {
      notes.append("image: scaled from \(bitmap.size.text) to \(wanted.text) pixels")
    }
    return bitmap.scaled(to: wanted)
  }

  /// The greys of the map at the size of the result.
  private func changes(_ size: PixelSize, _ notes: inout [String]) throws(Refusal) -> [UInt8] {
    guard let source = map else {
      return [UInt8](repeating: repaint.polarity == .blackChanges ? 0 : 255, count: size.pixels)
    }
    let bitmap = try read(source, "change_map_image_url")
    let isBlack = repaint.polarity == .blackChanges
    notes.append(
      "change map: \(isBlack ? "black changes, white is kept" : "white changes, black is kept") (sandbox.map)")
    if bitmap.size != size { notes.append("change map: scaled from \(bitmap.size.text) to \(size.text) pixels") }
    return Scaling.scale(bitmap.greys, from: bitmap.size, to: size, channels: 1)
  }

  private func read(_ source: PictureSource, _ field: String) throws(Refusal) -> Bitmap {
    do throws(PictureFault) {
      return try source.bitmap(PictureLimits())
    } catch {
      throw Refusal(issue: InputIssue(error, at: field))
    }
  }

  /// Why an input cannot be used.
  private struct Refusal: Error {
    let issue: InputIssue
  }
}

/// What a stream shows of pictures that are not ready: small PNGs.
struct Previews: Sendable {
  let files: [[UInt8]]
  /// That of the pictures.
  let size: PixelSize
}

/// A picture as a file.
struct PictureFile: Sendable {
  /// An `output_format`.
  enum Format: String, Sendable {
    case jpeg, png

    var contentType: String { "image/\(rawValue)" }
  }

  let content: [UInt8]
  let format: Format

  /// - Parameter format: PNG takes its place where JPEG cannot be written.
  init(_ bitmap: Bitmap, _ format: Format, stop: StopSign) {
    if format == .jpeg, let jpeg = JPEGWriter.write(bitmap, note: Mark.note) {
      (content, self.format) = (jpeg, .jpeg)
    } else {
      (content, self.format) = (PNGWriter.write(bitmap, note: Mark.note, stop: stop), .png)
    }
  }
}

extension InputIssue {
  /// What fal says of a picture that cannot be read (protocol.md §5.2).
  init(_ fault: PictureFault, at field: String) {
    let location: [JSONValue] = ["body", .string(field)]
    let message = "Failed to load the image: \(fault)"
    switch fault {
    case .damaged: self.init("image_load_error", location, message)
    case .unsupported, .withoutJPEG:
      let formats: [JSONValue] = JPEGReader.isAvailable ? ["png", "jpeg"] : ["png"]
      self.init(
        "unsupported_image_format", location, message,
        context: JSONMember(name: "supported_formats", value: .array(formats)))
    case .tooLarge(_, let limits):
      self.init(
        "image_too_large", location, message, context: JSONMember(name: "max_height", value: .integer(limits.side)),
        JSONMember(name: "max_width", value: .integer(limits.side)))
    }
  }
}

extension PixelSize {
  fileprivate var text: String { "\(width) × \(height)" }
}
