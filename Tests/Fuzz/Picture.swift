import CZlib
import Pictures

/// One execution: a PNG or a JPEG, read as it is; a PNG once more with checksums set right, which no fuzzer would guess.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let file = [UInt8](bytes(data, size))
  read(file)
  if PictureFormat(file) == .png { read(mended(file)) }
  return 0
}

private func read(_ file: [UInt8]) {
  var limits = PictureLimits()
  limits.pixels = 1 << 20
  let size = try? PixelSize(reading: file, limits: limits)
  guard let bitmap = try? Bitmap(reading: file, limits: limits) else { return }
  require(bitmap.size == size, "two sizes of one picture")
  require(bitmap.samples.count == bitmap.size.pixels * 3, "a wrong number of samples")
  require(bitmap.size.pixels <= limits.pixels, "more pixels than may be")
}

private func mended(_ file: [UInt8]) -> [UInt8] {
  var file = file
  var offset = 8
  while offset + 12 <= file.count {
    let count = file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    guard count <= file.count - offset - 12 else { break }
    let sum = crc32(0, Array(file[offset + 4..<offset + 8 + count]), uInt(count + 4))
    for byte in 0..<4 { file[offset + 8 + count + byte] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * byte)) }
    offset += count + 12
  }
  return file
}
