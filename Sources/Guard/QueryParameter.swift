internal import Text

/// A name and a value of a query, as the readers of queries could find them.
struct QueryParameter {
  /// With every escape undone, however often it was escaped.
  let name: [UInt8]
  /// Decoded once, as fal does; nil when it stands beside a `;`, at which some readers end it and others do not.
  let value: [UInt8]?

  /// All of them, whether `;` separates two or not.
  static func all(in query: Span<UInt8>) -> [QueryParameter] {
    let bytes = query.withUnsafeBufferPointer { Array($0) }
    return bytes.split(separator: UInt8(ascii: "&")).flatMap { piece in
      let parts = piece.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      return parts.map { part in
        let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
        return QueryParameter(
          name: decoded(part[..<equals], fully: true),
          value: parts.count == 1 ? decoded(part[equals...].dropFirst(), fully: false) : nil)
      }
    }
  }

  /// Whether some reader could take the name for `fal_webhook`: only its letters count, in any case.
  var isWebhook: Bool {
    name.lazy.filter(\.isLetter).map(\.asciiLowercased).elementsEqual("falwebhook".utf8)
  }

  /// The bytes with `+` for a space and escapes undone.
  /// - Parameter fully: whether what they leave is decoded again.
  private static func decoded(_ bytes: ArraySlice<UInt8>, fully: Bool) -> [UInt8] {
    var decoded: [UInt8] = []
    /// Where an escape may begin: behind what was decoded, unless it is decoded again.
    var start = 0
    for byte in bytes {
      decoded.append(byte == UInt8(ascii: "+") ? Byte.space : byte)
      while decoded.count - start >= 3, decoded[decoded.count - 3] == Byte.percent,
        let high = decoded[decoded.count - 2].hexDigit, let low = decoded[decoded.count - 1].hexDigit
      {
        decoded.removeLast(3)
        decoded.append(high << 4 | low)
        if !fully { start = decoded.count }
      }
    }
    return decoded
  }
}
