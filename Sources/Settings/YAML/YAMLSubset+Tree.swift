/// What the reader makes: a tree that remembers lines. Scalars are `SecretBytes` because any of them may be a token.
extension YAMLSubset {
  /// A value and the line it starts on.
  struct Node {
    let line: Int
    let content: Content
  }

  enum Content {
    case null
    case scalar(SecretBytes)
    case sequence([Node])
    case mapping(Mapping)
    /// A value that was already reported, so that its key says nothing about it again.
    case faulty
  }

  /// The entries of a mapping in file order.
  struct Mapping {
    var entries: [Entry] = []
    /// Whether no line of it had to be left out; if one had, nobody knows which keys are missing.
    var isWhole = true
  }

  /// One `key: value` of a mapping.
  struct Entry {
    let key: String
    let line: Int
    let value: Node
  }

  /// What is wrong and where; `message` holds nothing of the file's text.
  struct Fault: Equatable {
    let line: Int
    let message: String
  }

  /// A line with content: `start` is its first byte that is no space, `end` is past its last byte that is no blank.
  struct Line {
    let number: Int
    let indent: Int
    let start: Int
    let end: Int
    /// Already reported; kept so that the lines under it are not reported as strays.
    let isBroken: Bool
  }
}
