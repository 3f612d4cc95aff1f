internal import System
internal import Text

/// Reads the file that `secret_file` names: a secret of 32 bytes in hex on each line, comments from `#` on.
package enum SecretFile {
  /// The largest file, in bytes.
  package static let limit = 64 << 10
  private static let secretSize = 32

  /// The secrets at `path`, in their order; a fault names the line and never quotes it.
  static func load(_ path: String, source: String, _ faults: inout SettingsFaults) -> [SecretBytes] {
    var path = path
    let name = path.withUTF8 { SecretBytes(copying: UnsafeRawBufferPointer($0)) }
    do throws(BoundedFile.Failure) {
      return parse(try BoundedFile.read(name, limit: limit), path, source, &faults)
    } catch {
      let problem =
        switch error {
        case .unreadable(let reason): "cannot read \(path): \(reason)"
        case .tooLarge: "\(path) has more than \(UnitText.describe(size: limit))"
        }
      faults.append(source: source, key: "secret_file", message: problem)
      return []
    }
  }

  private static func parse(
    _ content: SecretBytes, _ path: String, _ source: String, _ faults: inout SettingsFaults
  ) -> [SecretBytes] {
    var (secrets, lines): ([SecretBytes], [Int]) = ([], [])
    var (line, start) = (1, 0)
    while start < content.count {
      var end = start
      while end < content.count, content[end] != UInt8(ascii: "\n") { end += 1 }
      let text = trimmed(content, start..<end)
      if !text.isEmpty, content[text.lowerBound] != UInt8(ascii: "#") {
        if let secret = decode(content, text) {
          if let index = secrets.firstIndex(where: { equal($0, secret) }) {
            faults.append(
              source: "\(path):\(line)", key: "secret_file",
              message: "the secret stands in line \(lines[index]) already; list each once, the one that seals first")
          }
          secrets.append(secret)
          lines.append(line)
        } else {
          faults.append(
            source: "\(path):\(line)", key: "secret_file",
            message: "expected a secret of 64 hexadecimal digits; make one with: openssl rand -hex 32")
        }
      }
      start = end + 1
      line += 1
    }
    if secrets.isEmpty, faults.isEmpty {
      faults.append(
        source: source, key: "secret_file",
        message: "\(path) holds no secret; make one with: openssl rand -hex 32")
    }
    return secrets
  }

  private static func equal(_ one: SecretBytes, _ other: SecretBytes) -> Bool {
    (0..<secretSize).allSatisfy { one[$0] == other[$0] }
  }

  /// What is said of a file that every account of the machine may read; nil where none but its own may.
  static func warning(_ path: String) -> String? {
    guard Syscalls.othersMayRead(path) else { return nil }
    return
      "secret_file: everybody on this machine may read \(path), and who has a secret can make the ids of any job; take "
      + "that away with: chmod o-r \(path)"
  }

  private static func trimmed(_ content: SecretBytes, _ range: Range<Int>) -> Range<Int> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isSpace(content[start]) { start += 1 }
    while end > start, isSpace(content[end - 1]) { end -= 1 }
    return start..<end
  }

  private static func decode(_ content: SecretBytes, _ range: Range<Int>) -> SecretBytes? {
    guard range.count == 2 * secretSize, range.allSatisfy({ content[$0].isHexDigit }) else { return nil }
    return SecretBytes(capacity: secretSize) { (target) throws(Never) in
      for index in 0..<secretSize {
        let place = range.lowerBound + 2 * index
        target[index] = content[place].hexDigit! << 4 | content[place + 1].hexDigit!
      }
      return secretSize
    }
  }
}
