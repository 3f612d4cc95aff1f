internal import CZlib

/// As much of PNG as the sandbox needs: it writes RGB images and reads the size of any (PNG, third edition, §5, §11.2).
enum PNG {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let bytesPerPixel = 3

  /// An image of 8-bit RGB samples, row after row.
  static func encode(_ pixels: [UInt8], _ size: ImageSize) -> [UInt8] {
    precondition(pixels.count == size.pixels * bytesPerPixel)
    var header: [UInt8] = []
    append(UInt32(size.width), to: &header)
    append(UInt32(size.height), to: &header)
    // Bit depth 8, colour type 2 (RGB), deflate, adaptive filtering, no interlace.
    header += [8, 2, 0, 0, 0]
    var output = signature
    appendChunk("IHDR", header, to: &output)
    appendChunk("IDAT", deflated(filtered(pixels, size)), to: &output)
    appendChunk("IEND", [], to: &output)
    return output
  }

  /// The size in the header of a PNG; nil for anything else.
  static func size(of bytes: [UInt8]) -> ImageSize? {
    guard bytes.count >= 24, bytes.starts(with: signature), bytes[12..<16].elementsEqual("IHDR".utf8) else {
      return nil
    }
    func number(at offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
    let size = ImageSize(width: number(at: 16), height: number(at: 20))
    // Zero is invalid, and so is what does not fit 31 bits (§11.2.1).
    guard size.width > 0, size.height > 0, size.width <= 0x7FFF_FFFF, size.height <= 0x7FFF_FFFF else { return nil }
    return size
  }

  /// Every row with filter type 1 (Sub): smooth pictures become small numbers.
  private static func filtered(_ pixels: [UInt8], _ size: ImageSize) -> [UInt8] {
    let stride = size.width * bytesPerPixel
    let count = (stride + 1) * size.height
    return [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
      pixels.withUnsafeBufferPointer { pixels in
        var target = 0
        for row in 0..<size.height {
          let start = row * stride
          output[target] = 1
          target += 1
          for column in 0..<stride {
            let left = column < bytesPerPixel ? 0 : pixels[start + column - bytesPerPixel]
            output[target] = pixels[start + column] &- left
            target += 1
          }
        }
      }
      initialized = count
    }
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    let bound = compressBound(uLong(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(bound)) { output, initialized in
      var count = bound
      // The buffer has the bound's size, so the only failure left is that zlib gets no memory.
      let status = compress2(output.baseAddress, &count, bytes, uLong(bytes.count), Z_BEST_SPEED)
      precondition(status == Z_OK)
      initialized = Int(count)
    }
  }

  private static func appendChunk(_ type: String, _ data: [UInt8], to output: inout [UInt8]) {
    append(UInt32(data.count), to: &output)
    let start = output.count
    output.append(contentsOf: type.utf8)
    output.append(contentsOf: data)
    append(checksum(output[start...]), to: &output)
  }

  /// The CRC-32 of chunks, also used as an entity tag.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
  }

  private static func append(_ value: UInt32, to output: inout [UInt8]) {
    output += [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }
}
