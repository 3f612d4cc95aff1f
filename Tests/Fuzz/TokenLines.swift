import Digest
import Guard

private let secrets = CallerSecrets([[1], [2]])

/// The lines as the rule in words has them; nil where one of them is faulty.
private func reference(_ bytes: UnsafeBufferPointer<UInt8>) -> [String]? {
  var (names, hashes): ([String], Set<String>) = ([], [])
  for raw in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    let line = Array(raw.drop(while: isBlank).reversed().drop { isBlank($0) || $0 == 0x0D }.reversed())
    guard let first = line.first, first != UInt8(ascii: "#") else { continue }
    let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, isName(parts[0]), parts[1].isEmpty || isName(parts[1]) else { return nil }
    let hash = String(decoding: parts[2], as: UTF8.self).lowercased()
    guard parts[2].count == 64, hash.utf8.allSatisfy("0123456789abcdef".utf8.contains) else { return nil }
    let name = String(decoding: parts[0], as: UTF8.self)
    guard !names.contains(name), hashes.insert(hash).inserted else { return nil }
    names.append(name)
  }
  return names
}

private func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
  (1...64).contains(bytes.count)
    && bytes.allSatisfy { byte in
      let isLetter = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
      return isLetter || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-._@".utf8.contains(byte)
    }
}

/// One execution: a file of tokens.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = bytes(data, size)
  let lines = TokenLines(input.span)
  let wanted = reference(input)
  require((wanted == nil) == !lines.faults.isEmpty, "differs from the rule")
  guard let wanted else { return 0 }
  require(lines.lines.map(\.name) == wanted, "other names")
  let list = TokenList(tokens: [], lines: lines.lines, secrets: secrets)
  require(list.count == wanted.count, "a token is lost")
  // What is written is read again.
  let text = Array(lines.lines.map { $0.text + "\n" }.joined().utf8)
  let again = TokenLines(text.span)
  require(again.faults.isEmpty && again.lines.map(\.text) == lines.lines.map(\.text), "not what was written")
  // Nothing of a file is a token.
  require(list.holder(of: input.span) == nil, "the file is a token")
  return 0
}
