import Settings

/// An environment of our own making; values may be any bytes.
struct FakeEnvironment: EnvironmentSource, ExpressibleByDictionaryLiteral {
  var values: [String: [UInt8]]

  init(dictionaryLiteral elements: (String, String)...) {
    values = Dictionary(uniqueKeysWithValues: elements.map { ($0, Array($1.utf8)) })
  }

  func withValue<Result>(of name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    values[name].map { $0.withUnsafeBytes(body) }
  }

  func names(startingWith prefix: String) -> [String] { values.keys.filter { $0.hasPrefix(prefix) } }
}
