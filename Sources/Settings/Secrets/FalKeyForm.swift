internal import Text

/// The form of a fal key, `id:secret` (protocol.md §1), and what people put there instead. Nothing here repeats the value.
enum FalKeyForm {
  /// Words that stand where a program had nothing to say, or a person something still to do.
  private static let fillers: Set<String> = [
    "undefined", "null", "(null)", "none", "nil", "nan", "true", "false", "changeme", "change-me", "placeholder",
    "todo",
    "example", "fal_key", "fal-key", "falkey", "fal_key_id", "fal_key_secret", "key_id", "key_secret", "key-id",
    "key-secret",
  ]

  /// What is wrong with `bytes`, with the cure; nil when they can be a key, or one of its halves.
  static func problem(in bytes: UnsafeRawBufferPointer, isHalf: Bool) -> String? {
    if bytes.isEmpty { return "the key is empty" }
    if bytes.count > FalKey.limit { return "the key has more than \(FalKey.limit) bytes" }
    if let problem = foreignText(bytes) { return problem }
    if bytes.contains(where: { $0 >= 0x80 }) { return "the key has a character that is not ASCII" }
    if bytes.contains(where: { $0 == 0x20 || (0x09...0x0D).contains($0) }) { return "the key has white space in it" }
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "the key has a control character in it" }
    return isHalf ? half(bytes) : whole(bytes)
  }

  /// Recognises what belongs to a shell, a template or another file around a key.
  private static func foreignText(_ bytes: UnsafeRawBufferPointer) -> String? {
    for scheme in ["key ", "bearer "] where hasPrefix(bytes, scheme) {
      return
        "the key begins with '\(scheme == "key " ? "Key " : "Bearer ")'; give the key alone, the proxy adds the scheme"
    }
    if bytes.contains(where: { [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`")].contains($0) }) {
      return "the key has quotes in it; leave them out"
    }
    if bytes.contains(UInt8(ascii: "$")) {
      return "the key holds a '$': a variable or command that nothing has replaced; give its value"
    }
    let markers = Array("{}<>%[]()".utf8)
    if bytes.contains(where: { markers.contains($0) }) {
      return "the key holds a bracket or '%': a placeholder that nothing has replaced; give the key itself"
    }
    // A secret may end in the padding of base64.
    let unpadded = bytes.reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
    if hasPrefix(bytes, "export ") || unpadded.prefix(while: { $0 != UInt8(ascii: ":") }).contains(UInt8(ascii: "=")) {
      return "the key begins with NAME=; give only what stands behind the '='"
    }
    return nil
  }

  private static func whole(_ bytes: UnsafeRawBufferPointer) -> String? {
    let halves = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    if isFiller(bytes[...]) || halves.contains(where: isFiller) {
      return "the key is a placeholder; give the key that fal shows when it is made"
    }
    guard halves.count > 1 else { return "the key has no colon; a fal key is id:secret, both halves" }
    guard halves.count == 2 else { return "the key has more than one colon; a fal key is id:secret" }
    guard !halves[0].isEmpty, !halves[1].isEmpty else { return "half of the key is empty; a fal key is id:secret" }
    return halves.allSatisfy(isPlain) ? nil : otherCharacter
  }

  private static func half(_ bytes: UnsafeRawBufferPointer) -> String? {
    if isFiller(bytes[...]) { return "the value is a placeholder; give the half of the key that fal shows" }
    guard !bytes.contains(UInt8(ascii: ":")) else {
      return "the value has a colon; give one half of the key, or the whole of it as FAL_KEY"
    }
    return isPlain(bytes[...]) ? nil : otherCharacter
  }

  private static let otherCharacter =
    "the key has a character that no fal key has; it is made of letters, digits and . _ ~ - + / ="

  private static func isPlain(_ half: Slice<UnsafeRawBufferPointer>) -> Bool {
    // Padding stands at the end alone, and what begins with two slashes is the rest of a URL.
    !half.starts(with: "//".utf8) && !half.reversed().drop { $0 == UInt8(ascii: "=") }.contains(UInt8(ascii: "="))
      && half.allSatisfy { $0.isUnreserved || "+/=".utf8.contains($0) }
  }

  /// Whether this is a filler word, begins as one (`your-…`), or is one sign again and again (`xxxx`, `....`).
  private static func isFiller(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard let first = text.first, text.count <= 64 else { return false }
    let lower = String(decoding: text, as: UTF8.self).lowercased()
    if fillers.contains(lower) || ["your-", "your_", "__"].contains(where: { lower.hasPrefix($0) }) {
      return true
    }
    return text.count > 2 && Array("xX.-_*".utf8).contains(first) && text.allSatisfy { $0 == first }
  }

  private static func hasPrefix(_ bytes: UnsafeRawBufferPointer, _ lower: String) -> Bool {
    bytes.count >= lower.utf8.count && zip(bytes, lower.utf8).allSatisfy { $0 == $1 || ($0 | 0x20) == $1 }
  }
}
