/// The chunks of a PNG, in their order, checked; nothing is decompressed yet.
struct PNGFile {
  let header: PNGHeader
  private(set) var palette: UnsafeBufferPointer<UInt8>?
  private(set) var transparency: UnsafeBufferPointer<UInt8>?
  /// What is compressed, in pieces.
  private(set) var pixels: [UnsafeBufferPointer<UInt8>] = []

  /// The most chunks of a file: more are no picture, but work.
  private static let chunkLimit = 100_000

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: PictureLimits) throws(PictureFault) {
    var offset = PNGChunk.signature.count
    let first = try PNGChunk(bytes, at: offset)
    guard first.type == PNGChunk.header else { throw .damaged("it does not begin with its header") }
    header = try PNGHeader(first.data)
    try limits.check(header.size)
    offset += first.length
    var count = 1
    var previous = first.type
    while true {
      let chunk = try PNGChunk(bytes, at: offset)
      if chunk.type == PNGChunk.end { break }
      try take(chunk, after: previous)
      previous = chunk.type
      offset += chunk.length
      count += 1
      guard count <= PNGFile.chunkLimit else { throw .damaged("it has more than \(PNGFile.chunkLimit) chunks") }
    }
    guard !pixels.isEmpty else { throw .damaged("it has no pixels") }
    guard header.colour != .palette || palette != nil else { throw .damaged("its palette is missing") }
  }

  private mutating func take(_ chunk: PNGChunk, after previous: UInt32) throws(PictureFault) {
    let data = chunk.data
    switch chunk.type {
    case PNGChunk.palette:
      guard palette == nil, pixels.isEmpty, !data.isEmpty, data.count % 3 == 0, data.count <= 768 else {
        throw .damaged("its palette is wrong")
      }
      palette = data
    case PNGChunk.transparency:
      guard transparency == nil, pixels.isEmpty, isTransparency(data) else {
        throw .damaged("its transparency is wrong")
      }
      transparency = data
    case PNGChunk.pixels:
      guard pixels.isEmpty || previous == PNGChunk.pixels else { throw .damaged("its pixels are scattered") }
      pixels.append(data)
    default:
      guard !chunk.isCritical else { throw .damaged("it has a part that PNG does not know") }
    }
  }

  /// Whether a tRNS chunk has the length that the colour type asks for (§11.3.1.1).
  private func isTransparency(_ data: UnsafeBufferPointer<UInt8>) -> Bool {
    switch header.colour {
    case .grey: data.count == 2
    case .rgb: data.count == 6
    case .palette: palette.map { data.count <= $0.count / 3 } ?? false
    case .greyAlpha, .rgba: false
    }
  }
}
