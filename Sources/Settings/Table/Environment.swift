@preconcurrency import Glibc

/// The environment of this process, read as bytes.
///
/// The C library guards it with no lock that a Swift caller could share: read and scrub it before other threads start.
package struct Environment: EnvironmentSource {
  /// Variables whose values are secrets.
  static let secretNames = ["FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET", "FAL_PROXY_AUTH_TOKENS"]

  /// The environment; nothing is read yet.
  package init() {}

  /// Calls `body` with the bytes of the variable's value; nil when it is not set.
  package func withValue<Result>(of name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    guard let value = getenv(name) else { return nil }
    return body(UnsafeRawBufferPointer(start: value, count: strlen(value)))
  }

  /// The names of all set variables that begin with `prefix`.
  package func names(startingWith prefix: String) -> [String] {
    var names: [String] = []
    Self.forEachEntry(environ) { entry, nameLength, _ in
      let name = UnsafeRawBufferPointer(start: entry, count: nameLength)
      if name.starts(with: prefix.utf8) { names.append(String(decoding: name, as: UTF8.self)) }
    }
    return names
  }

  /// Overwrites the secrets where they stand and unsets them, so that neither `/proc/<pid>/environ`, a child process nor
  /// a core dump's environment block shows them. Call it once the settings are loaded and before threads start.
  package static func scrub() {
    scrubValues(in: environ)
    for name in secretNames { unsetenv(name) }
  }

  /// Zeroes the value bytes of every secret in `block`, also of a name that occurs twice; names stay.
  static func scrubValues(in block: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
    forEachEntry(block) { entry, nameLength, length in
      let name = UnsafeRawBufferPointer(start: entry, count: nameLength)
      guard nameLength < length, secretNames.contains(where: { name.elementsEqual($0.utf8) }) else { return }
      explicit_bzero(entry + nameLength + 1, length - nameLength - 1)
    }
  }

  private static func forEachEntry(
    _ block: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ body: (_ entry: UnsafeMutablePointer<CChar>, _ nameLength: Int, _ length: Int) -> Void
  ) {
    guard var cursor = block else { return }
    while let entry = cursor.pointee {
      let length = strlen(entry)
      var nameLength = 0
      while nameLength < length, entry[nameLength] != CChar(bitPattern: UInt8(ascii: "=")) { nameLength += 1 }
      body(entry, nameLength, length)
      cursor += 1
    }
  }
}
