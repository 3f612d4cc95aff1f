/// Value noise in integers.
struct Noise {
  let seed: UInt32

  /// What a point of the lattice is worth: 0…255.
  @inline(__always)
  private func lattice(_ x: Int32, _ y: Int32) -> Int32 {
    var hash = UInt32(bitPattern: x) &* 0x8DA6_B343 ^ UInt32(bitPattern: y) &* 0xD816_3841 ^ seed
    hash = (hash ^ hash >> 15) &* 0x2C1B_3C6D
    hash = (hash ^ hash >> 12) &* 0x297A_2D39
    return Int32(bitPattern: (hash ^ hash >> 15) & 255)
  }

  /// The noise at a place in 1/256 of a cell: 0…255.
  @inline(__always)
  func value(_ x: Int32, _ y: Int32) -> Int32 {
    let (column, row) = (x >> 8, y >> 8)
    let (right, down) = (Noise.ease(x & 255), Noise.ease(y & 255))
    let top = lattice(column, row) * (256 - right) + lattice(column + 1, row) * right
    let bottom = lattice(column, row + 1) * (256 - right) + lattice(column + 1, row + 1) * right
    return (top * (256 - down) + bottom * down) >> 16
  }

  /// Octaves of it, each twice as fine and half as strong: 0…255.
  @inline(__always)
  func fractal(_ x: Int32, _ y: Int32, octaves: Int32) -> Int32 {
    var (sum, weight, total): (Int32, Int32, Int32) = (0, 128, 0)
    for octave in 0..<octaves {
      sum += value((x << octave) + octave * 7919, (y << octave) + octave * 6101) * weight
      total += weight
      weight >>= 1
    }
    return sum / total
  }

  /// Smoothstep of 0…256.
  @inline(__always)
  private static func ease(_ part: Int32) -> Int32 { (part * part * (768 - 2 * part)) >> 16 }
}

/// A direction, 1024 long.
struct Heading {
  var x: Int32
  var y: Int32

  /// Of a turn of 0…255.
  init(turn: Int32) {
    x = Heading.sines[Int((turn + 64) & 255)]
    y = Heading.sines[Int(turn & 255)]
  }

  /// Of a vector; to the right for one of no length.
  init(_ x: Int32, _ y: Int32) {
    let square = Int(x) * Int(x) + Int(y) * Int(y)
    guard square > 0 else {
      (self.x, self.y) = (1024, 0)
      return
    }
    let length = Heading.root(square * 256)
    self.x = Int32(truncatingIfNeeded: Int(x) * 1024 * 16 / length)
    self.y = Int32(truncatingIfNeeded: Int(y) * 1024 * 16 / length)
  }

  /// A whole turn, by Bhaskara's approximation: integers are alike on every machine.
  private static let sines: [Int32] = (0..<256).map { index in
    let part = Int32(index & 127) * (128 - Int32(index & 127))
    let sine = 1024 * 16 * part / (81_920 - 4 * part)
    return index < 128 ? sine : -sine
  }

  /// The whole part of the square root.
  static func root(_ square: Int) -> Int {
    var (root, bit) = (0, 1 << ((Int.bitWidth - 1 - square.leadingZeroBitCount) & ~1))
    var rest = square
    guard square > 0 else { return 0 }
    while bit > 0 {
      if rest >= root + bit {
        rest -= root + bit
        root = root >> 1 + bit
      } else {
        root >>= 1
      }
      bit >>= 2
    }
    return root
  }
}
