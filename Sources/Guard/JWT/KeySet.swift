public import Digest
internal import Text

/// The keys of an issuer: those of a JWK set (RFC 7517 §5), of a PEM file, or a secret.
public final class KeySet: Sendable {
  /// The most bytes of a text of keys.
  public static let sizeLimit = 256 << 10
  /// The most keys of a set.
  static let limit = 64
  /// How many keys are tried for a token that names none.
  static let tries = 4

  struct Entry {
    let key: VerificationKey
    let id: String?
    let algorithms: [SignatureAlgorithm]
  }

  let entries: [Entry]
  /// Why keys were left out, one sentence each.
  public let skipped: [String]

  /// Why a text is no set of keys; a sentence.
  public struct Fault: Error, Equatable {
    public let message: String
  }

  private init(_ entries: [Entry], skipped: [String] = []) throws(Fault) {
    guard !entries.isEmpty else {
      throw Fault(message: skipped.first.map { "holds no key that can be used: \($0)" } ?? "holds no key")
    }
    guard entries.count <= KeySet.limit else { throw Fault(message: "holds more than \(KeySet.limit) keys") }
    self.entries = entries
    self.skipped = skipped
  }

  /// A secret that signs and verifies: the whole text but for the end of its line.
  public convenience init(secret: [UInt8]) throws(Fault) {
    let end = (secret.lastIndex { $0 != Byte.lineFeed && $0 != Byte.carriageReturn } ?? -1) + 1
    guard let key = VerificationKey(secret: [UInt8](secret[..<end])) else {
      throw Fault(message: "holds a secret of fewer than 32 bytes; make one with: openssl rand -hex 32")
    }
    try self.init([Entry(key: key, id: nil, algorithms: key.algorithms)])
  }

  /// The public keys of a text: a JWK set, or blocks of PEM.
  public convenience init(_ text: [UInt8]) throws(Fault) {
    let first = text.first { !$0.isWhitespace && $0 != Byte.lineFeed && $0 != Byte.carriageReturn }
    if first == UInt8(ascii: "{") { try self.init(jwkSet: text) } else { try self.init(pem: text) }
  }

  private convenience init(pem text: [UInt8]) throws(Fault) {
    let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
    var entries: [Entry] = []
    for (number, start) in lines.indices.filter({ lines[$0].hasPrefix("-----BEGIN ") }).enumerated() {
      let end = lines[start...].firstIndex { $0.hasPrefix("-----END ") } ?? lines.count - 1
      let block = lines[start...end].joined(separator: "\n") + "\n"
      do throws(KeyImportError) {
        let key = try VerificationKey.pem(Array(block.utf8))
        entries.append(Entry(key: key, id: nil, algorithms: key.algorithms))
      } catch {
        throw Fault(message: "key \(number + 1) \(error.problem)")
      }
    }
    guard !entries.isEmpty else { throw Fault(message: "is neither a JWK set nor public keys in PEM") }
    try self.init(entries)
  }

  private convenience init(jwkSet text: [UInt8]) throws(Fault) {
    guard let set = try? JSONParser.parse(text.span, JSONLimits(depth: 16, allowsDuplicates: false)) else {
      throw Fault(message: "is no JSON, or names a member twice; write a JWK set: {\"keys\": [...]}")
    }
    guard let keys = set["keys"]?.elements else {
      throw Fault(message: "is no JWK set; write {\"keys\": [...]}")
    }
    var entries: [Entry] = []
    var skipped: [String] = []
    for (index, key) in keys.enumerated() {
      do throws(JWK.Fault) {
        entries.append(try JWK.entry(key))
      } catch {
        skipped.append("key \(index + 1) \(error.message)")
      }
    }
    try self.init(entries, skipped: skipped)
  }

  /// Whether all are secrets, which an issuer has in `secret_file` alone.
  public var isSecret: Bool { entries.allSatisfy(\.key.isSecret) }

  /// What its keys can verify, in the order of the algorithms.
  var algorithms: [SignatureAlgorithm] {
    SignatureAlgorithm.allCases.filter { algorithm in entries.contains { $0.algorithms.contains(algorithm) } }
  }

  /// Whether one of its keys verifies by that algorithm.
  public func verifies(_ algorithm: SignatureAlgorithm) -> Bool { algorithms.contains(algorithm) }

  /// The keys that a token may be signed with. A key that has an id is only for tokens that name it; one without, as in PEM,
  /// for all; a token that names none may be signed with each, where there are few.
  func keys(id: String?, for algorithm: SignatureAlgorithm) -> [VerificationKey] {
    let fitting = entries.filter { $0.algorithms.contains(algorithm) }
    guard let id else { return fitting.count <= KeySet.tries ? fitting.map(\.key) : [] }
    let named = fitting.filter { $0.id == id }
    let keys = named.isEmpty ? fitting.filter { $0.id == nil } : named
    return keys.prefix(KeySet.tries).map(\.key)
  }
}
