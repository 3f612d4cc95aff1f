internal import Fal
internal import Ledger
internal import Settings
internal import Text
internal import Upstream

/// What a generation says of how fal is asked about jobs.
struct SettlerTerms: Sendable {
  /// Milliseconds after which a job is due.
  let after: Int64
  private let key: SecretBytes
  private let override: OriginOverride?

  init(after: Duration, key: SecretBytes, override: OriginOverride?) {
    self.after = after.components.seconds * 1000
    self.key = key
    self.override = override
  }

  /// Made for each request, as a text cannot be overwritten.
  var authorization: String { "Key " + key.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  func destination(_ path: String) -> FetchDestination {
    FetchDestination(
      host: override?.host ?? FalHost.queue.name.description, port: override?.port ?? 443,
      isTLS: override?.isTLS ?? true, target: path)
  }

  /// What the status of a job says; nil when it says nothing.
  static func change(status: Int, content: [UInt8], at time: Int64) -> LedgerChange? {
    switch status {
    case 202: return .seen(.running, at: time)
    case 200:
      guard let value = try? JSONParser.parse(content), let word = value["status"]?.text else { return nil }
      guard word == "COMPLETED" else { return .seen(.running, at: time) }
      // It was cancelled before it ran.
      return value["error_type"]?.text == "client_cancelled" ? .released : .seen(.completed, at: time)
    default: return nil
    }
  }
}
