package import Text

/// What the page is told of the proxy it is served by: `/studio/config.json`.
package struct StudioFacts: Sendable {
  /// What answers behind the proxy.
  package enum Mode: String, Sendable {
    case sandbox
    case fal
  }

  /// The proxy's path.
  package var path: String
  package var mode: Mode
  /// Whether a call needs a token.
  package var asksForTokens: Bool
  /// Which end of a change map changes: `black_changes` or `white_changes`; nil where nobody says, and the page asks.
  package var map: String?
  /// The models that may be called, each a whole file of `config/models`.
  package var models: [JSONValue]

  package init(path: String, mode: Mode, asksForTokens: Bool, map: String?, models: [JSONValue]) {
    self.path = path
    self.mode = mode
    self.asksForTokens = asksForTokens
    self.map = map
    self.models = models
  }

  /// As the page reads it.
  var document: [UInt8] {
    let map: JSONValue = if let map { .string(map) } else { .null }
    let auth = JSONValue.string(asksForTokens ? "tokens" : "none")
    let facts: JSONValue = .object([
      "path": .string(path), "mode": .string(mode.rawValue), "auth": auth, "map": map, "models": .array(models),
    ])
    return JSONWriter.bytes(facts)
  }
}
