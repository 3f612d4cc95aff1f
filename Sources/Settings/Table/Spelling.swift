internal import Text

/// Finds the known name that a mistyped one was probably meant to be.
enum Spelling {
  private static let tolerance = 2
  private static let longest = 64

  /// What may have been meant, as `a`, `a or b`: the same name in another case or with other marks between its words, the
  /// same last word in another group, or the nearest within two insertions, deletions or replacements; nil for none.
  static func suggestion(for name: String, among known: [String]) -> String? {
    guard name.utf8.count <= longest else { return nil }
    if let same = known.first(where: { plain($0) == plain(name) }) { return same }
    let namesakes = known.filter { plain(lastWord(of: $0)) == plain(lastWord(of: name)) }
    if !namesakes.isEmpty { return namesakes.joined(separator: " or ") }
    let typed = Array(name.utf8)
    var best: (name: String, distance: Int)?
    for candidate in known {
      let distance = distance(typed, Array(candidate.utf8))
      if distance <= tolerance, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  private static func lastWord(of name: String) -> Substring { name.split(separator: ".").last ?? "" }

  /// `name` without what people write differently: case, and what stands between words.
  static func plain(_ name: some StringProtocol) -> String { name.lowercased().filter { !"_-.".contains($0) } }

  /// Whether `name` can be shown: one that looks like no name of a key or variable may be a secret in the wrong place. A
  /// secret is long or has many digits.
  static func isName(_ name: String) -> Bool {
    name.utf8.count <= longest && name.utf8.count(where: \.isDigit) <= 4
      && name.utf8.allSatisfy { $0.isLetterOrDigit || "_.-".utf8.contains($0) }
  }

  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard abs(left.count - right.count) <= tolerance else { return .max }
    var row = Array(0...right.count)
    for (lineIndex, leftByte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = lineIndex + 1
      for (column, rightByte) in right.enumerated() {
        let replaced = diagonal + (leftByte == rightByte ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
