/// A colour to reckon with: channels of 0…255, which may leave that range on the way.
struct Ink: Equatable {
  var red: Int32
  var green: Int32
  var blue: Int32

  init(_ red: Int32, _ green: Int32, _ blue: Int32) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// As written in style sheets.
  init(_ code: Int32) { self.init(code >> 16 & 255, code >> 8 & 255, code & 255) }

  @inline(__always)
  init(_ samples: UnsafePointer<UInt8>) { self.init(Int32(samples[0]), Int32(samples[1]), Int32(samples[2])) }

  @inline(__always)
  var grey: Int32 { (red * 77 + green * 150 + blue * 29) >> 8 }

  /// This colour with `part` of 256 of the other.
  @inline(__always)
  func mixed(with other: Ink, _ part: Int32) -> Ink {
    func mix(_ a: Int32, _ b: Int32) -> Int32 { a &+ ((b &- a) &* part &+ 128) >> 8 }
    return Ink(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// So much lighter, in each channel.
  @inline(__always)
  func lighter(by amount: Int32) -> Ink { Ink(red &+ amount, green &+ amount, blue &+ amount) }

  /// With every channel in the range.
  func within(_ range: ClosedRange<Int32>) -> Ink {
    func bound(_ value: Int32) -> Int32 { max(range.lowerBound, min(range.upperBound, value)) }
    return Ink(bound(red), bound(green), bound(blue))
  }

  @inline(__always)
  func write(to samples: UnsafeMutablePointer<UInt8>) {
    samples[0] = Ink.byte(red)
    samples[1] = Ink.byte(green)
    samples[2] = Ink.byte(blue)
  }

  @inline(__always)
  static func byte(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, value))) }
}
