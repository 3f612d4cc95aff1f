import CZlib

/// Writes PNGs of every kind, by the standard and by nothing of the reader.
struct TestPNG: Sendable {
  var width: Int
  var height: Int
  var depth = 8
  /// 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA.
  var colour = 2
  var isInterlaced = false
  var palette: [UInt8] = []
  var transparency: [UInt8] = []
  /// The filter of every row; nil for each of the five in turn.
  var filter: UInt8?
  /// The sample at (x, y) of a channel, of `depth` bits.
  var sample: @Sendable (_ x: Int, _ y: Int, _ channel: Int) -> Int

  var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour]! }

  static let signature: [UInt8] = [137, 80, 78, 71, 13, 10, 26, 10]

  var header: [UInt8] {
    Self.number(width) + Self.number(height) + [UInt8(depth), UInt8(colour), 0, 0, isInterlaced ? 1 : 0]
  }

  var file: [UInt8] {
    var file = Self.signature + Self.chunk("IHDR", header)
    if !palette.isEmpty { file += Self.chunk("PLTE", palette) }
    if !transparency.isEmpty { file += Self.chunk("tRNS", transparency) }
    // In two pieces, as encoders write them.
    let data = Self.deflated(rows)
    file += Self.chunk("IDAT", Array(data[..<(data.count / 2)])) + Self.chunk("IDAT", Array(data[(data.count / 2)...]))
    return file + Self.chunk("IEND", [])
  }

  static func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return number(data.count) + body + number(Int(crc32(0, body, uInt(body.count))))
  }

  static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(uLong(bytes.count))
    var output = [UInt8](repeating: 0, count: Int(count))
    compress2(&output, &count, bytes, uLong(bytes.count), 6)
    return Array(output[..<Int(count)])
  }

  /// The filtered rows of the picture, or of its seven passes.
  private var rows: [UInt8] {
    guard isInterlaced else { return rows(Array(0..<width), Array(0..<height)) }
    let passes = [
      (0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2),
    ]
    return passes.flatMap { left, across, top, down in
      rows(Array(stride(from: left, to: width, by: across)), Array(stride(from: top, to: height, by: down)))
    }
  }

  private func rows(_ columns: [Int], _ lines: [Int]) -> [UInt8] {
    guard !columns.isEmpty else { return [] }
    var output: [UInt8] = []
    var above = [UInt8](repeating: 0, count: (columns.count * channels * depth + 7) / 8)
    let step = max(1, channels * depth / 8)
    for (index, y) in lines.enumerated() {
      var bits: [UInt8] = []
      for x in columns {
        for channel in 0..<channels {
          let value = sample(x, y, channel)
          bits += (0..<depth).map { UInt8(value >> (depth - 1 - $0) & 1) }
        }
      }
      bits += [UInt8](repeating: 0, count: above.count * 8 - bits.count)
      let row = above.indices.map { byte in bits[byte * 8..<byte * 8 + 8].reduce(UInt8(0)) { $0 << 1 | $1 } }
      let type = filter ?? UInt8(index % 5)
      output.append(type)
      for index in row.indices {
        let left = index >= step ? row[index - step] : 0
        let corner = index >= step ? above[index - step] : 0
        output.append(row[index] &- Self.predicted(type, left, above[index], corner))
      }
      above = row
    }
    return output
  }

  private static func predicted(_ type: UInt8, _ left: UInt8, _ up: UInt8, _ corner: UInt8) -> UInt8 {
    switch type {
    case 1: return left
    case 2: return up
    case 3: return UInt8((Int(left) + Int(up)) / 2)
    case 4:
      let guess = Int(left) + Int(up) - Int(corner)
      let distances = [left, up, corner].map { abs(guess - Int($0)) }
      if distances[0] <= distances[1], distances[0] <= distances[2] { return left }
      return distances[1] <= distances[2] ? up : corner
    default: return 0
    }
  }
}
