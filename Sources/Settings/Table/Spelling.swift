internal import Text

/// Finds the known name that a mistyped one was probably meant to be.
enum Spelling {
  private static let tolerance = 2
  private static let longest = 64

  /// What other programs call a thing that has another name here.
  private static let otherNames: [String: [String]] = [
    "listen": ["host", "port"], "bind": ["host", "port"], "address": ["host"], "models": ["allowed_endpoints"],
    "run": ["serve"], "start": ["serve"], "health": ["healthcheck"], "validate": ["check"],
  ]

  /// What may have been meant, as `a`, `a or b`; nil for none.
  static func suggestion(for name: String, among known: [String]) -> String? {
    let meant = suggestions(for: name, among: known)
    return meant.isEmpty ? nil : meant.joined(separator: " or ")
  }

  /// What may have been meant: the same name in another case or with other marks between its words, the same last part in
  /// another group, another word for it, a name with more or fewer words, or the nearest within two insertions, deletions
  /// or replacements.
  static func suggestions(for name: String, among known: [String]) -> [String] {
    guard name.utf8.count <= longest else { return [] }
    if let same = known.first(where: { plain($0) == plain(name) }) { return [same] }
    let namesakes = known.filter { plain(lastPart(of: $0)) == plain(lastPart(of: name)) }
    if !namesakes.isEmpty { return namesakes }
    let others = (otherNames[plain(name)] ?? []).filter(known.contains)
    if !others.isEmpty { return others }
    let related = related(to: name, among: known)
    return related.isEmpty ? nearest(to: name, among: known).map { [$0] } ?? [] : related
  }

  /// The names that have all words of `name`, or whose words `name` all has, and the same last one; those with the most in
  /// common. A group in front may be the wrong one.
  private static func related(to name: String, among known: [String]) -> [String] {
    let typed = words(of: name)
    let isGroup = known.contains { $0.contains(".") && words(of: $0).first == typed.first }
    let attempts = isGroup || typed.first == "max" ? [typed[...], typed.dropFirst()] : [typed[...]]
    for typed in attempts where !typed.isEmpty {
      let common = known.map { candidate in
        let words = words(of: candidate)
        guard words.last == typed.last else { return 0 }
        return Set(words).isSubset(of: typed) || Set(typed).isSubset(of: words) ? min(words.count, typed.count) : 0
      }
      let most = common.max() ?? 0
      if most > 0 { return zip(known, common).filter { $1 == most }.map(\.0) }
    }
    return []
  }

  private static func nearest(to name: String, among known: [String]) -> String? {
    let typed = Array(plain(name).utf8)
    var best: (name: String, distance: Int)?
    for candidate in known {
      let distance = distance(typed, Array(plain(candidate).utf8))
      if distance <= tolerance, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  static func lastPart(of name: String) -> Substring { name.split(separator: ".").last ?? "" }

  private static func words(of name: String) -> [Substring] {
    name.lowercased().split { "_-.".contains($0) }
  }

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
