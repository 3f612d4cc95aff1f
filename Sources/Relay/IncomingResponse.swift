internal import HTTPWire

/// What an exchange remembers of the response on its way.
struct IncomingResponse {
  var pump = BodyPump(.none)
  /// How the content is framed on its way to the client.
  var output = BodyPump.Output.plain
  /// The parser's memory of an unfinished head.
  var scanned = 0
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
