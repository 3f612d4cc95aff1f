import Foundation

/// The values of `x-fal-target-url` in Tests/Corpus/targets (Tests/Corpus/README.md).
enum TargetCorpus {
  /// A value that must be refused even when every endpoint is allowed.
  struct Hostile {
    var name: String
    var bytes: [UInt8]
    /// The statuses a POST may be refused with.
    var statuses: Set<Int>
  }

  /// A value that a client sends, and what it must be taken for.
  struct Good {
    var method: String
    var operation: String
    var endpoint: String
    var requestID: String?
    var target: String
  }

  static let hostile: [Hostile] = {
    var all: [Hostile] = []
    var seen: Set<[UInt8]> = []
    for block in blocks(of: "hostile") {
      let name = String(block[0].dropFirst().prefix { $0 != "]" })
      let places = block.filter { $0.hasPrefix("|") }.map { $0.dropFirst(2) }
      let statuses = block.filter { $0.hasPrefix("=") }.flatMap { $0.dropFirst(2).split(separator: ",") }
      for value in block.filter({ $0.hasPrefix("-") }).map({ $0.dropFirst(2) }) {
        for place in places.isEmpty ? ["<>"] : places {
          let bytes = unescape(place.replacing("<>", with: value))
          guard seen.insert(bytes).inserted else { continue }
          all.append(Hostile(name: name, bytes: bytes, statuses: Set(statuses.map { Int($0)! })))
        }
      }
    }
    return all
  }()

  static let good: [Good] = blocks(of: "good").flatMap { block in
    block.dropFirst().map { line in
      let parts = String(decoding: unescape(line.dropFirst(2)), as: UTF8.self).split(separator: " ").map(String.init)
      return Good(
        method: parts[0], operation: parts[1], endpoint: parts[2], requestID: parts[3] == "-" ? nil : parts[3],
        target: parts[4])
    }
  }

  /// The blocks of a file without comments; the first line of each is its title.
  private static func blocks(of name: String) -> [[String]] {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appendingPathComponent("Corpus/targets/\(name).txt")
    var blocks: [[String]] = []
    for line in try! String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init) {
      if line.hasPrefix("#") { continue }
      if line.hasPrefix("[") { blocks.append([]) }
      blocks[blocks.count - 1].append(line)
    }
    return blocks
  }

  /// The bytes that `text` stands for.
  private static func unescape(_ text: some StringProtocol) -> [UInt8] {
    var rest = Array(text.utf8)[...]
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.removeFirst() {
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "0"): bytes.append(0)
      case UInt8(ascii: "\\"): bytes.append(0x5C)
      case UInt8(ascii: "x"):
        bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)!)
        rest = rest.dropFirst(2)
      case UInt8(ascii: "u"):
        let digits = rest.dropFirst().prefix { $0 != UInt8(ascii: "}") }
        bytes += Array(String(Unicode.Scalar(UInt32(String(decoding: digits, as: UTF8.self), radix: 16)!)!).utf8)
        rest = rest.dropFirst(digits.count + 2)
      case UInt8(ascii: "{"):
        let inner = String(decoding: rest.prefix { $0 != UInt8(ascii: "}") }, as: UTF8.self)
        let parts = inner.split(separator: " ", maxSplits: 1)
        for _ in 0..<Int(parts[0])! { bytes += Array(parts[1].utf8) }
        rest = rest.dropFirst(inner.utf8.count + 1)
      default: preconditionFailure("no escape in \(text)")
      }
    }
    return bytes
  }
}
