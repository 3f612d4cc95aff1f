/// What tells a picture of the sandbox from one of the model.
package enum Mark {
  /// The text that goes with the file.
  package static let note = "Painted by the sandbox of fal-proxy, not by the model it stands in for."

  /// SANDBOX, in letters of three by five, a row each.
  private static let rows = [
    "### ### ##. ##. ##. ### #.#", "#.. #.# #.# #.# #.# #.# #.#", "### ### #.# #.# ##. #.# .#.",
    "..# #.# #.# #.# #.# #.# #.#", "### #.# #.# ##. ##. ### #.#",
  ].map { Array($0.utf8.map { $0 == UInt8(ascii: "#") }) }

  /// How much of the letters is black or white, of 256 parts.
  private static let opacity: Int32 = 90

  /// Writes the mark in small letters near the lower right corner, or where else all its pixels were repainted; nowhere
  /// if there is no such place.
  static func stamp(_ bitmap: inout Bitmap, where isRepainted: (Int) -> Bool) {
    let size = bitmap.size
    let dot = max(1, min(size.width, size.height) / 384)
    let (width, height) = ((rows[0].count + 2) * dot, (rows.count + 2) * dot)
    for top in stride(from: size.height - height - dot, through: 0, by: -4 * dot) {
      for left in stride(from: size.width - width - dot, through: 0, by: -4 * dot) {
        let isFree = (top..<top + height).allSatisfy { y in
          (left..<left + width).allSatisfy { x in isRepainted(y * size.width + x) }
        }
        if isFree { return write(&bitmap, left + dot, top + dot, dot) }
      }
    }
  }

  private static func write(_ bitmap: inout Bitmap, _ left: Int, _ top: Int, _ dot: Int) {
    let size = bitmap.size
    bitmap.samples.withUnsafeMutableBufferPointer { samples in
      for y in 0..<rows.count * dot {
        for x in 0..<rows[0].count * dot where rows[y / dot][x / dot] {
          let target = samples.baseAddress! + ((top + y) * size.width + left + x) * 3
          let own = Ink(UnsafePointer(target))
          let ink = own.grey > 140 ? Ink(0, 0, 0) : Ink(255, 255, 255)
          own.mixed(with: ink, opacity).write(to: target)
        }
      }
    }
  }
}
