/// The filters of a PNG's rows (third edition, §9).
enum PNGFilter {
  /// Turns a filtered row, with its type in front, into the bytes it stands for.
  static func undo(
    _ row: UnsafeMutableBufferPointer<UInt8>, _ above: UnsafeBufferPointer<UInt8>, step: Int
  ) throws(PictureFault) {
    let count = row.count
    switch row[0] {
    case 0: break
    case 1: for index in stride(from: 1 + step, to: count, by: 1) { row[index] &+= row[index - step] }
    case 2: for index in 1..<count { row[index] &+= above[index] }
    case 3:
      for index in 1..<min(1 + step, count) { row[index] &+= above[index] >> 1 }
      for index in stride(from: 1 + step, to: count, by: 1) {
        row[index] &+= UInt8(truncatingIfNeeded: (UInt16(row[index - step]) + UInt16(above[index])) >> 1)
      }
    case 4:
      for index in 1..<min(1 + step, count) { row[index] &+= above[index] }
      for index in stride(from: 1 + step, to: count, by: 1) {
        row[index] &+= paeth(row[index - step], above[index], above[index - step])
      }
    default: throw .damaged("a row has a filter that PNG does not know")
    }
  }

  /// The neighbour nearest to left + above − corner.
  @inline(__always)
  private static func paeth(_ left: UInt8, _ above: UInt8, _ corner: UInt8) -> UInt8 {
    let (a, b, c) = (Int32(left), Int32(above), Int32(corner))
    let (toLeft, toAbove, toCorner) = (abs(b - c), abs(a - c), abs(a + b - 2 * c))
    if toLeft <= toAbove && toLeft <= toCorner { return left }
    return toAbove <= toCorner ? above : corner
  }

  /// Filters a row in the two ways that are fast to do, and keeps the one with the smaller numbers.
  /// - Parameter output: as many bytes as the row has and one for the type.
  static func apply(
    _ row: UnsafeBufferPointer<UInt8>, _ above: UnsafeBufferPointer<UInt8>, step: Int,
    _ output: UnsafeMutableBufferPointer<UInt8>
  ) {
    var (left, up): (UInt32, UInt32) = (0, 0)
    for index in step..<row.count {
      left &+= magnitude(row[index] &- row[index - step])
      up &+= magnitude(row[index] &- above[index])
    }
    if left <= up {
      output[0] = 1
      for index in 0..<step { output[index + 1] = row[index] }
      for index in step..<row.count { output[index + 1] = row[index] &- row[index - step] }
    } else {
      output[0] = 2
      for index in 0..<row.count { output[index + 1] = row[index] &- above[index] }
    }
  }

  @inline(__always)
  private static func magnitude(_ difference: UInt8) -> UInt32 { UInt32(min(difference, 0 &- difference)) }
}
