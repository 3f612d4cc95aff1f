extension GlobPattern {
  /// Whether a text fits both patterns.
  ///
  /// Both are walked at once over every text there is, each pair of places once: a byte that neither names stands for all
  /// others.
  func intersects(_ other: GlobPattern) -> Bool {
    let width = other.tokens.count + 1
    var seen = [Bool](repeating: false, count: 4 * (tokens.count + 1) * width)
    var waiting: [(Place, Place)] = []
    func reach(_ one: Place, _ two: Place) {
      let index = (2 * one.token + (one.isInside ? 1 : 0)) * 2 * width + 2 * two.token + (two.isInside ? 1 : 0)
      guard !seen[index] else { return }
      seen[index] = true
      waiting.append((one, two))
    }
    reach(Place(), Place())
    while let (one, two) = waiting.popLast() {
      if isEnd(one), other.isEnd(two) { return true }
      if let next = skipping(one) { reach(next, two) }
      if let next = other.skipping(two) { reach(one, next) }
      for byte in [0, Byte.slash, literal(at: one), other.literal(at: two)].compactMap(\.self) {
        for next in places(after: one, byte) {
          for otherNext in other.places(after: two, byte) { reach(next, otherNext) }
        }
      }
    }
    return false
  }

  /// A place in a pattern: before a token, or inside one that takes more than one byte.
  private struct Place {
    var token = 0
    var isInside = false
  }

  private func isEnd(_ place: Place) -> Bool {
    guard place.token < tokens.count else { return true }
    return [Token.tail, Token.everything].contains(tokens[place.token])
  }

  /// The byte that stands there itself.
  private func literal(at place: Place) -> UInt8? {
    guard place.token < tokens.count, tokens[place.token] < 0x80 else { return nil }
    return tokens[place.token]
  }

  /// The place behind a token that can be nothing.
  private func skipping(_ place: Place) -> Place? {
    guard place.token < tokens.count, !place.isInside, [Token.star, Token.segments].contains(tokens[place.token]) else {
      return nil
    }
    return Place(token: place.token + 1)
  }

  private func places(after place: Place, _ byte: UInt8) -> [Place] {
    guard place.token < tokens.count else { return [] }
    let (next, inside) = (Place(token: place.token + 1), Place(token: place.token, isInside: true))
    switch tokens[place.token] {
    case Token.one: return byte == Byte.slash ? [] : [next]
    case Token.star: return byte == Byte.slash ? [] : [place]
    case Token.segments: return byte == Byte.slash ? [inside, next] : [inside]
    case Token.tail: return place.isInside || byte == Byte.slash ? [inside] : []
    case Token.everything: return [place]
    case let own: return own == byte ? [next] : []
    }
  }
}
