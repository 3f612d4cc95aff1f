internal import Text

/// Where a claim stands: a name, or names of objects in one another with dots between them.
public struct ClaimPath: Sendable, Equatable {
  private let names: [String]

  /// `app_metadata.role`; a text with a colon (`https://example.com/roles`, `cognito:groups`) is one name, dots and all
  /// (RFC 7519 §4.2). Nil for a text with an empty name.
  public init?(_ text: String) {
    names =
      text.contains(":") ? [text] : text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !names.contains("") else { return nil }
  }

  /// The claim; nil where it is absent or null.
  func value(in claims: JSONValue) -> JSONValue? {
    var value = claims
    for name in names {
      guard let next = value[name] else { return nil }
      value = next
    }
    return value == .null ? nil : value
  }
}

extension JSONValue {
  /// A text, number, or truth value as a text.
  var scalarText: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .bool(let isTrue): isTrue ? "true" : "false"
    default: nil
    }
  }

  /// The texts it is or holds, as `aud` and roles may be one or many.
  var scalarTexts: [String] { elements?.compactMap(\.scalarText) ?? [scalarText].compactMap(\.self) }
}
