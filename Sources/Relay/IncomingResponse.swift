internal import HTTPWire

/// What an exchange remembers of the response on its way.
struct IncomingResponse {
  var pump = BodyPump(.none)
  /// How the content is framed on its way to the client.
  var output = BodyPump.Output.plain
  /// The parser's memory of an unfinished head.
  var scanned = 0
  /// The answer to a submit, as it is gathered for its id; nil before and after.
  var gathered: GatheredContent?
  /// Whether the id in the answer to a submit is known, or never will be.
  var idIsRead = false
  /// Whether a content whose length is told stays as long with the ids in it sealed.
  var keepsLength = true
  /// The first bytes of an answer that may be about the proxy's own key; nil for any other.
  var keyText: KeyText?

  /// The status and what came so far.
  struct KeyText {
    let status: Int
    let isDeflated: Bool
    var content: [UInt8] = []

    var verdict: KeyVerdict? {
      guard isDeflated else { return KeyVerdict(status: status, content: content) }
      return KeyVerdict(
        status: status, content: Inflation.beginning(of: content, limit: KeyVerdict.contentLimit))
    }
  }
}
