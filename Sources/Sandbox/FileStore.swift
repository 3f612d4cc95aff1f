internal import Synchronization

/// What the sandbox serves as fal's CDN, from every loop; the oldest files go when it is full.
package final class FileStore: Sendable {
  private let files: Mutex<BoundedMap<StoredFile>>

  /// An empty store within the limits of `options`.
  package init(_ options: SandboxOptions = SandboxOptions()) {
    files = Mutex(BoundedMap(countLimit: options.fileLimit, weightLimit: options.fileByteLimit))
  }

  var weight: Int { files.withLock { $0.weight } }

  private static let words = [
    "koala", "zebra", "panda", "lion", "tiger", "monkey", "penguin", "rabbit", "elephant", "kangaroo",
  ]
  private static let letters = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)

  /// The file with that id.
  subscript(id: String) -> StoredFile? { files.withLock { $0[id] } }

  /// The file with that name, `{word}/{id}.{extension}`, if its content is here.
  func file(named name: String) -> StoredFile? {
    let id = name.split(separator: "/").last?.split(separator: ".").first
    guard let id, let file = self[String(id)], file.name == name, file.content != nil else { return nil }
    return file
  }

  /// Makes a place for a file.
  /// - Returns: its id, and its name under `/files/`.
  func add(contentType: String, suffix: String, content: [UInt8]?) -> (id: String, name: String) {
    var random = SystemRandomNumberGenerator()
    var letters: [UInt8] = []
    for _ in 0..<22 { letters.append(FileStore.letters.randomElement(using: &random) ?? 0x61) }
    let id = String(decoding: letters, as: UTF8.self)
    let word = FileStore.words.randomElement(using: &random) ?? "koala"
    let name = "\(word)/\(id).\(suffix)"
    let file = StoredFile(name: name, contentType: contentType, content: content)
    _ = files.withLock { $0.insert(file, named: id, weight: file.weight) }
    return (id, name)
  }

  /// Changes a file.
  func update(_ id: String, _ change: (inout StoredFile) -> Void) {
    files.withLock { files in
      guard var file = files[id] else { return }
      change(&file)
      files.replace(file, named: id, weight: file.weight)
    }
  }
}
