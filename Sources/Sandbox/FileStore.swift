/// What the sandbox serves as fal's CDN; the oldest files go when it is full.
struct FileStore {
  private var files: BoundedMap<StoredFile>
  private var random = SystemRandomNumberGenerator()

  init(_ options: SandboxOptions) {
    files = BoundedMap(countLimit: options.fileLimit, weightLimit: options.fileByteLimit)
  }

  var weight: Int { files.weight }

  private static let words = [
    "koala", "zebra", "panda", "lion", "tiger", "monkey", "penguin", "rabbit", "elephant", "kangaroo",
  ]
  private static let letters = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)

  /// The file with that id.
  subscript(id: String) -> StoredFile? { files[id] }

  /// The file with that name, `{word}/{id}.{extension}`, if its content is here.
  func file(named name: String) -> StoredFile? {
    let id = name.split(separator: "/").last?.split(separator: ".").first
    guard let id, let file = files[String(id)], file.name == name, file.content != nil else { return nil }
    return file
  }

  /// Makes a place for a file.
  /// - Returns: its id, and its name under `/files/`.
  mutating func add(contentType: String, suffix: String, content: [UInt8]?) -> (id: String, name: String) {
    var letters: [UInt8] = []
    for _ in 0..<22 { letters.append(FileStore.letters.randomElement(using: &random) ?? 0x61) }
    let id = String(decoding: letters, as: UTF8.self)
    let word = FileStore.words.randomElement(using: &random) ?? "koala"
    let name = "\(word)/\(id).\(suffix)"
    let file = StoredFile(name: name, contentType: contentType, content: content)
    files.insert(file, named: id, weight: file.weight)
    return (id, name)
  }

  /// Changes a file.
  mutating func update(_ id: String, _ change: (inout StoredFile) -> Void) {
    guard var file = files[id] else { return }
    change(&file)
    files.replace(file, named: id, weight: file.weight)
  }
}
