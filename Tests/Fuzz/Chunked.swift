import HTTPWire

/// What a body comes to, comparable.
struct Outcome: Equatable {
  var content: [UInt8] = []
  var consumed = 0
  var isDone = false
  var error: WireError?

  init(_ bytes: UnsafeBufferPointer<UInt8>, cuts: [Int]) {
    var decoder = BodyDecoder(.chunked)
    for end in cuts + [bytes.count] where !isDone && error == nil {
      while take(UnsafeBufferPointer(rebasing: bytes[consumed..<end]), &decoder) {}
    }
  }

  /// One step; false when it has to wait or is over.
  private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, _ decoder: inout BodyDecoder) -> Bool {
    do throws(WireError) {
      switch try decoder.next(bytes.span) {
      case .needMore(let used):
        require(used >= 0 && used <= bytes.count, "consumed more than there was")
        consumed += used
        return false
      case .content(let skip, let count):
        require(skip >= 0 && count > 0 && skip + count <= bytes.count, "content out of bounds")
        content += bytes[skip..<(skip + count)]
        consumed += skip + count
        return true
      case .end(let used):
        require(used >= 0 && used <= bytes.count && decoder.isDone && decoder.contentAhead == 0, "end out of bounds")
        consumed += used
        isDone = true
        return false
      }
    } catch {
      self.error = error
      return false
    }
  }
}

/// Whether `bytes` are chunk extensions (RFC 9112 §7.1.1), by an automaton that goes back nowhere.
func areExtensions(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
  enum Place { case outside, beforeName, name, afterName, beforeValue, token, quoted, escaped, afterValue }
  var place = Place.outside
  for byte in bytes {
    let isSpace = byte == 0x20 || byte == 0x09
    let isToken = isWordByte(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    switch (place, byte) {
    case (.quoted, UInt8(ascii: "\"")): place = .afterValue
    case (.quoted, UInt8(ascii: "\\")): place = .escaped
    case (.quoted, _), (.escaped, _):
      guard isSpace || byte > 0x20 && byte != 0x7F else { return false }
      place = .quoted
    case (.outside, UInt8(ascii: ";")), (.name, UInt8(ascii: ";")), (.afterName, UInt8(ascii: ";")),
      (.token, UInt8(ascii: ";")), (.afterValue, UInt8(ascii: ";")):
      place = .beforeName
    case (.name, UInt8(ascii: "=")), (.afterName, UInt8(ascii: "=")): place = .beforeValue
    case (.beforeValue, UInt8(ascii: "\"")): place = .quoted
    case (.beforeName, _) where isToken, (.name, _) where isToken: place = .name
    case (.beforeValue, _) where isToken, (.token, _) where isToken: place = .token
    case (.name, _) where isSpace: place = .afterName
    case (.token, _) where isSpace: place = .afterValue
    case (_, _) where isSpace: break
    default: return false
    }
  }
  // White space belongs to what follows it.
  return bytes.isEmpty || [.name, .token].contains(place) || place == .afterValue && bytes.last == UInt8(ascii: "\"")
}

private func isWordByte(_ byte: UInt8) -> Bool {
  UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
}

/// Decodes the straight way, from the grammar of RFC 9112 §7.1; nil unless the whole is a valid chunked body.
func reference(_ bytes: UnsafeBufferPointer<UInt8>, content: [UInt8], consumed: Int) -> Bool {
  var rest = bytes.prefix(consumed)
  var expected = content[...]
  func line() -> Slice<UnsafeBufferPointer<UInt8>>? {
    guard let end = rest.firstIndex(of: 0x0A), end > rest.startIndex, rest[end - 1] == 0x0D else { return nil }
    defer { rest = rest[(end + 1)...] }
    return rest[..<(end - 1)]
  }
  while let head = line() {
    let digits = head.prefix {
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0 | 0x20
    }
    guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size <= rest.count else { return false }
    guard areExtensions(head.dropFirst(digits.count)) else { return false }
    if size == 0 {
      while let trailer = line() { if trailer.isEmpty { return expected.isEmpty && rest.isEmpty } }
      return false
    }
    guard expected.count >= size, rest.prefix(size).elementsEqual(expected.prefix(size)) else { return false }
    (rest, expected) = (rest.dropFirst(size), expected.dropFirst(size))
    guard line()?.isEmpty == true else { return false }
  }
  return false
}

/// One execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = bytes(data, size)
  let whole = Outcome(input, cuts: [])
  let pieces = Outcome(input, cuts: cuts(input, upTo: input.count))
  require(
    whole.content == pieces.content && whole.isDone == pieces.isDone && whole.error == pieces.error, "pieces differ")
  if whole.isDone {
    require(whole.consumed == pieces.consumed, "pieces end elsewhere")
    require(reference(input, content: whole.content, consumed: whole.consumed), "differs from the grammar")
  }
  return 0
}
