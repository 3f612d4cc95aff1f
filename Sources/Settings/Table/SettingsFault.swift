/// One thing wrong with the configuration, in one line and without any value, for a value may be a secret.
package struct SettingsFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// `config/fal-proxy.yaml:12`, or the name of an environment variable.
  package let source: String
  /// The dotted name of the key, when the fault is about one.
  package let key: String?
  /// What was expected, with range and unit.
  package let message: String

  /// A fault of `key` (nil for a fault of the source as a whole).
  package init(source: String, key: String? = nil, message: String) {
    self.source = source
    self.key = key
    self.message = message
  }

  /// `source: key: message`; control characters become `?` so that a name cannot forge a second line.
  package var description: String {
    Self.oneLine([source, key, message].compactMap(\.self).joined(separator: ": "))
  }

  /// `text` with `?` in place of control characters.
  static func oneLine(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) })
  }
}
