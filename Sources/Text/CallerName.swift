/// What callers and their groups may be called: the same in a file of tokens, in the settings and on the command line.
public enum CallerName {
  /// The rule in words.
  public static let rule: StaticString = "1 to 64 letters, digits and . _ - @"

  /// Whether `name` keeps to it.
  public static func isValid(_ name: Span<UInt8>) -> Bool {
    guard (1...64).contains(name.count) else { return false }
    for index in 0..<name.count {
      guard name[index].isLetterOrDigit || [0x2E, 0x5F, 0x2D, 0x40].contains(name[index]) else { return false }
    }
    return true
  }

  /// The same of a text.
  public static func isValid(_ name: String) -> Bool { isValid(Array(name.utf8).span) }
}
