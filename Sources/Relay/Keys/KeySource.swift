internal import Guard
internal import HTTPWire
internal import Settings
internal import Text
internal import Upstream

/// Where the keys of an issuer of `auth.jwt` are.
enum KeySource: Sendable {
  /// A file of public keys.
  case file(String)
  /// A file that holds a secret.
  case secret(String)
  /// A key set at a URL.
  case url(FetchDestination)
  /// The document in which the issuer names such a URL (OpenID Connect Discovery 1.0, §4).
  case discovery(FetchDestination, issuer: String)

  /// The path, where it is a file.
  var path: String? {
    switch self {
    case .file(let path), .secret(let path): path
    case .url, .discovery: nil
    }
  }

  /// Why keys could not be had, in a sentence that names no secret.
  struct Failure: Error {
    let message: String
  }

  /// The keys in the file.
  func load() throws(Failure) -> KeySet {
    guard let path else { throw Failure(message: "is no file") }
    let bytes: SecretBytes
    do throws(BoundedFile.Failure) {
      bytes = try BoundedFile.read(path, limit: KeySet.sizeLimit)
    } catch {
      switch error {
      case .unreadable(let reason): throw Failure(message: "cannot read \(path): \(reason)")
      case .tooLarge: throw Failure(message: "\(path) has more than \(UnitText.describe(size: KeySet.sizeLimit))")
      }
    }
    let text = bytes.withUnsafeBytes { [UInt8]($0) }
    do throws(KeySet.Fault) {
      if case .secret = self { return try KeySet(secret: text) }
      return try KeySet(text)
    } catch {
      throw Failure(message: "\(path) \(error.message)")
    }
  }

  /// The text of the key set at the URL.
  func fetch(by client: Fetch) async throws(Failure) -> [UInt8] {
    switch self {
    case .file, .secret: throw Failure(message: "is no URL")
    case .url(let place): return try await KeySource.get(place, client)
    case .discovery(let place, let issuer):
      let text = try await KeySource.get(place, client)
      guard let document = try? JSONParser.parse(text.span, JSONLimits(allowsDuplicates: false)),
        let stated = document["issuer"]?.text, let url = document["jwks_uri"]?.text
      else { throw Failure(message: "the document of \(place.host) is no JSON with issuer and jwks_uri") }
      guard stated.utf8.elementsEqual(issuer.utf8) else {
        throw Failure(message: "the document of \(place.host) is another issuer's; write issuer as that has it")
      }
      guard let keys = FetchDestination(url: url) else {
        throw Failure(message: "the document of \(place.host) names no https URL as jwks_uri")
      }
      return try await KeySource.get(keys, client)
    }
  }

  private static func get(_ place: FetchDestination, _ client: Fetch) async throws(Failure) -> [UInt8] {
    var request = FetchRequest(.get, place)
    request.fields = [FetchField("accept", "application/json")]
    request.maxBytes = KeySet.sizeLimit
    request.timeout = 5_000_000_000
    let answer: FetchResponse
    do throws(FetchError) {
      answer = try await client.fetch(request)
    } catch {
      throw Failure(message: "\(place.host): \(error)")
    }
    guard answer.status == 200 else {
      let hint =
        (300..<400).contains(answer.status) ? "; write the URL that it leads to, as redirects are not followed" : ""
      throw Failure(message: "\(place.host) answered \(answer.status)\(hint)")
    }
    return answer.content
  }
}

extension FetchDestination {
  /// `https://host[:port]/path`, or http to an address of loopback; nil for anything else.
  init?(url: String) {
    guard let scheme = url.firstRange(of: "://"), !url.contains("#"), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    let end = url[scheme.upperBound...].firstIndex { $0 == "/" || $0 == "?" } ?? url.endIndex
    guard let origin = OriginOverride(String(url[..<end])) else { return nil }
    let rest = url[end...]
    self.init(
      host: origin.host, port: origin.port, isTLS: origin.isTLS, target: rest.hasPrefix("/") ? String(rest) : "/" + rest
    )
  }
}
