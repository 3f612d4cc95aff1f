internal import Text

/// Which content codings a client takes, of a value of Accept-Encoding (RFC 9110 §12.5.3).
public enum AcceptedCodings {
  /// Whether it takes gzip: named itself, or by a star where it is not, with a weight above 0.
  public static func includeGzip(_ value: Span<UInt8>) -> Bool {
    var named: Bool?
    var star = false
    FieldSection.forEachToken(in: value) { member in
      var end = 0
      while end < member.count, !";\t ".utf8.contains(member[end]) { end += 1 }
      let coding = member.extracting(0..<end)
      let takes = !hasNoWeight(member.extracting(end..<member.count))
      if coding.equalsIgnoringCase("gzip") || coding.equalsIgnoringCase("x-gzip") {
        named = takes
      } else if coding.equals("*") {
        star = takes
      }
    }
    return named ?? star
  }

  /// Whether the parameters behind a coding are a weight of 0: `;q=0`, `; Q=0.000`.
  private static func hasNoWeight(_ parameters: Span<UInt8>) -> Bool {
    var digits = 0
    var isWeight = false
    for index in 0..<parameters.count {
      let byte = parameters[index]
      if !isWeight {
        isWeight = byte == UInt8(ascii: "=")
      } else if byte == UInt8(ascii: "0") {
        digits += 1
      } else if byte != UInt8(ascii: ".") {
        return false
      }
    }
    return digits > 0
  }
}
