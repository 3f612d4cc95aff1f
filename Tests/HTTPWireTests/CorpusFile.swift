import Foundation

/// One message of the corpus (Tests/Corpus/README.md) and what a parser may make of it.
struct CorpusEntry: Sendable, CustomStringConvertible {
  var name: String
  var bytes: [UInt8] = []
  /// `ok`, `bad`, `more` or `any`.
  var parser = ""
  /// The method a response answers.
  var method = "GET"
  var closes = false

  var description: String { name }

  static let requests = load("requests")
  static let responses = load("responses")

  private static func load(_ kind: String) -> [CorpusEntry] {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let folder = tests.appendingPathComponent("Corpus/\(kind)")
    let files = try! FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return files.sorted { $0.path < $1.path }.flatMap { file in
      let lines = try! String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
      return entries(lines.filter { !$0.hasPrefix("#") }, area: file.deletingPathExtension().lastPathComponent)
    }
  }

  private static func entries(_ lines: [String], area: String) -> [CorpusEntry] {
    var found: [CorpusEntry] = []
    var rest = lines[...]
    while let title = rest.popFirst() {
      let name = "\(area)/\(title.dropFirst().prefix { $0 != "]" })"
      let block = rest.prefix { !$0.hasPrefix("[") }
      rest = rest.dropFirst(block.count)
      let cases = block.filter { $0.hasPrefix("- ") }.map { line in
        line.dropFirst(2).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      }
      let body = block.filter { !$0.hasPrefix("- ") }
      if cases.isEmpty { found.append(entry(name, body, case: "")) }
      for parts in cases {
        let text = parts[1].hasPrefix(" ") ? parts[1].dropFirst() : parts[1]
        found.append(entry("\(name)/\(parts[0])", body, case: String(text)))
      }
    }
    return found
  }

  private static func entry(_ name: String, _ lines: [String], case: String) -> CorpusEntry {
    var entry = CorpusEntry(name: name)
    for line in lines {
      let text = line.dropFirst(2).replacing("<>", with: `case`)
      switch line.first {
      case ">": entry.bytes += unescape(text) + [0x0D, 0x0A]
      case "|": entry.bytes += unescape(text)
      case "@": entry.bytes += macro(line)
      case "=": entry.parser = String(text.prefix { $0 != " " })
      case "?": entry.method = String(text.prefix { $0 != " " })
      case "$": entry.closes = true
      default: continue
      }
    }
    return entry
  }

  private static func macro(_ name: String) -> [UInt8] {
    let host = "Host: proxy.test\r\n"
    let target = "x-fal-target-url: https://fal.run/fal-ai/flux-differential-diffusion\r\n"
    switch name {
    case "@host": return Array(host.utf8)
    case "@target": return Array(target.utf8)
    case "@post": return Array("POST /api/fal/proxy HTTP/1.1\r\n\(host)\(target)".utf8)
    case "@get": return Array("GET /api/fal/proxy HTTP/1.1\r\n\(host)\(target)".utf8)
    case "@ok": return Array("HTTP/1.1 200 OK\r\n".utf8)
    default: preconditionFailure("no macro \(name)")
    }
  }

  /// The bytes that `text` stands for.
  static func unescape(_ text: some StringProtocol) -> [UInt8] {
    let source = Array(text.utf8)
    var bytes: [UInt8] = []
    var index = 0
    while index < source.count {
      guard source[index] == UInt8(ascii: "\\") else {
        bytes.append(source[index])
        index += 1
        continue
      }
      switch source[index + 1] {
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "0"): bytes.append(0)
      case UInt8(ascii: "\\"): bytes.append(0x5C)
      case UInt8(ascii: "x"):
        bytes.append(UInt8(String(decoding: source[(index + 2)..<(index + 4)], as: UTF8.self), radix: 16)!)
        index += 2
      case UInt8(ascii: "{"):
        var (end, depth) = (index + 2, 1)
        while depth > 0 {
          if source[end] == UInt8(ascii: "{") { depth += 1 }
          if source[end] == UInt8(ascii: "}") { depth -= 1 }
          end += 1
        }
        let inner = String(decoding: source[(index + 2)..<(end - 1)], as: UTF8.self)
        let parts = inner.split(separator: " ", maxSplits: 1)
        let piece = unescape(parts[1])
        for _ in 0..<Int(parts[0])! { bytes += piece }
        index = end - 2
      default: preconditionFailure("no escape in \(text)")
      }
      index += 2
    }
    return bytes
  }
}
