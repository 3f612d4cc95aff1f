import Glibc

/// Paints what the sandbox makes of its samples: each map at each strength, and each kind of prompt.
@main
enum Gallery {
  static func main() {
    let folder = CommandLine.arguments[1]
    let picture = Samples.picture
    save(picture, "\(folder)/sample-picture.png")
    save(Samples.changeMap, "\(folder)/sample-map.png")
    let sea = "Tree of life under the sea, ethereal, glittering, lens flares, cinematic lighting"
    let black = [UInt8](repeating: 0, count: picture.size.pixels)
    let slope = (0..<picture.size.pixels).map { UInt8($0 % picture.size.width * 255 / (picture.size.width - 1)) }
    let maps = [("sample", Samples.changeMap.greys), ("slope", slope), ("black", black)]
    for (name, map) in maps {
      for strength in [400, 850] {
        var repaint = Repaint(prompt: sea, seed: 42)
        repaint.strength = strength
        let start = clock()
        let result = Painter(repaint).paint(picture, map: map)
        print("painted in", (clock() - start) / 1000, "ms of processor time")
        save(result, "\(folder)/sea-\(name)-\(strength).png")
      }
    }
    let prompts = [
      "a quiet morning", "starry night in the mountains", "watercolor, cherry blossom", "autumn forest", "snow, winter",
      "pencil sketch of a valley",
    ]
    for prompt in prompts {
      let name = prompt.split { !$0.isLetter }.joined(separator: "-")
      let image = Samples.landscape(PixelSize(width: 768, height: 576), seed: SplitMix64.hash(prompt))
      var repaint = Repaint(prompt: prompt, seed: 7)
      repaint.strength = 1000
      let map = [UInt8](repeating: 0, count: image.size.pixels)
      save(Painter(repaint).paint(image, map: map), "\(folder)/\(name).png")
    }
  }

  static func save(_ bitmap: Bitmap, _ path: String) {
    let start = clock()
    let bytes = PNGWriter.write(bitmap)
    let time = (clock() - start) / 1000
    guard let file = fopen(path, "wb") else { fatalError("cannot write \(path)") }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    print(path, bytes.count / 1024, "KiB, written in", time, "ms")
  }
}
