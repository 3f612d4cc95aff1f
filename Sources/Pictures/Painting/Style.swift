/// What the words of a prompt ask of a picture.
struct Style {
  enum Lights {
    case none
    /// Small bright stars.
    case glints
    /// Soft white flakes.
    case flakes
  }

  var palette: Palette
  var lights = Lights.none
  /// Pale, as watercolour on paper.
  var isWash = false
  /// Without colours.
  var isGrey = false

  /// Of a prompt; what it does not say is chosen by chance.
  init(_ prompt: String, _ random: inout SplitMix64) {
    var found: [Palette] = []
    palette = Style.chance(&random)
    for word in Style.words(prompt) {
      if let stops = Style.palettes.first(where: { $0.words.contains(word) })?.stops {
        found.append(Palette(stops.map(Ink.init)))
      }
      switch word {
      case "glitter", "glittering", "sparkling", "sparkles", "star", "stars", "starry", "magic", "magical", "fireflies",
        "galaxy", "lights", "flares":
        lights = .glints
      case "snow", "snowy", "snowing", "blizzard": lights = .flakes
      case "watercolor", "watercolour", "pastel", "wash", "aquarelle": isWash = true
      case "ink", "pencil", "sketch", "charcoal", "monochrome", "noir", "grayscale": isGrey = true
      default: break
      }
    }
    // The first word says most, the second adds to it, and chance adds a little.
    guard let first = found.first else { return }
    palette = (found.count > 1 ? first.mixed(with: found[1], 90) : first).mixed(with: palette, 26)
  }

  /// Two palettes that are known to be pleasant, one of them more than the other.
  private static func chance(_ random: inout SplitMix64) -> Palette {
    func any() -> Palette { Palette(palettes[Int(random.next(0...Int32(palettes.count - 1)))].stops.map(Ink.init)) }
    let (first, second) = (any(), any())
    return first.mixed(with: second, random.next(0...110))
  }

  /// The words of a text in small letters.
  private static func words(_ prompt: String) -> [String] {
    prompt.utf8.split { !($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) }.prefix(200).map {
      String(decoding: $0.map { $0 | 0x20 }, as: UTF8.self)
    }
  }

  private static let palettes: [(words: Set<String>, stops: [Int32])] = [
    (
      ["sea", "ocean", "underwater", "water", "lake", "river", "teal", "turquoise"],
      [0x04182C, 0x0B4A6B, 0x17869A, 0x6CC9BC, 0xF0F3D6]
    ),
    (
      ["night", "midnight", "moon", "moonlight", "space", "galaxy", "starry"],
      [0x070A1E, 0x1A2250, 0x3C4C94, 0x8E8FCB, 0xF3E7C4]
    ),
    (["snow", "snowy", "winter", "ice", "frost", "arctic"], [0x1B2A41, 0x4A6A8A, 0x8FB3CC, 0xCFE3EE, 0xFCFDFC]),
    (
      ["sunset", "sunrise", "dawn", "dusk", "orange", "desert", "sand"],
      [0x2B1533, 0x7A2F4F, 0xD9603B, 0xF6A54B, 0xFDE9B8]
    ),
    (["fire", "lava", "flames", "red", "crimson", "dragon"], [0x1C0507, 0x6B0F12, 0xC2331C, 0xF08A2C, 0xFFE7A6]),
    (["autumn", "fall", "copper", "brown", "wood", "coffee"], [0x24140D, 0x5E3017, 0xA9602B, 0xD9A352, 0xF5E6C2]),
    (["gold", "golden", "yellow", "honey", "amber"], [0x2A1B08, 0x73500F, 0xC08F1F, 0xEFC94C, 0xFFF6CF]),
    (
      ["forest", "jungle", "green", "meadow", "spring", "garden", "emerald", "moss"],
      [0x08201A, 0x1C4F35, 0x4C8A45, 0xA3C36B, 0xF2F2C9]
    ),
    (["blue", "sky", "azure", "sapphire"], [0x08163A, 0x1D4387, 0x3F82C7, 0x8FC3EA, 0xF4F8F3]),
    (
      ["purple", "violet", "lavender", "amethyst", "ethereal", "dream", "fantasy"],
      [0x170B2B, 0x4A2470, 0x8A55B0, 0xC79BD8, 0xF9E9EE]
    ),
    (
      ["pink", "rose", "blossom", "cherry", "flower", "flowers", "candy"],
      [0x2D1022, 0x7C2F58, 0xCE6A8C, 0xF0ABB6, 0xFDF1E4]
    ),
    (["neon", "cyberpunk", "futuristic", "synthwave"], [0x0B0524, 0x3B0F6F, 0xC0228F, 0x3FB8E8, 0xE9FBF5]),
    (["black", "grey", "gray", "silver", "storm", "fog", "mist"], [0x0E1114, 0x3A4148, 0x7B848B, 0xB8BFC2, 0xF1F2EF]),
    (["white", "marble", "porcelain"], [0x3A3D42, 0x84878A, 0xC2C1BD, 0xE6E3DC, 0xFDFCF8]),
  ]
}
