internal import Digest
internal import Text
internal import Transport
internal import Upstream

/// Where the end of a job is told of (protocol.md §8).
struct Webhook {
  /// What the submit said.
  let url: String
  /// Where whoever submitted finds the images.
  let base: String

  /// The host it is at, for the log: the rest may hold secrets, and a line end.
  var host: String {
    let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].isEmpty else { return "no URL" }
    let host =
      parts[2].prefix { !"/?#".contains($0) }.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let isPlain = host.utf8.allSatisfy { $0.isLetterOrDigit || "-._:[]".utf8.contains($0) }
    return isPlain && (1...255).contains(host.utf8.count) ? String(host) : "no host"
  }

  /// Where to connect; nil for anything that is not http to this machine.
  var destination: FetchDestination? {
    guard url.lowercased().hasPrefix("http://") else { return nil }
    let rest = url.dropFirst("http://".count).prefix { $0 != "#" }
    let authority = Array(rest.prefix { $0 != "/" && $0 != "?" }.utf8)
    let target = String(rest.dropFirst(authority.count))
    guard let parts = Authority(authority.span) else { return nil }
    let isLiteral = authority[0] == UInt8(ascii: "[")
    let host = authority[parts.host]
    let name = String(decoding: isLiteral ? host.dropFirst().dropLast() : host, as: UTF8.self)
    let port = parts.port.map { Int(String(decoding: authority[$0], as: UTF8.self)) ?? 0 } ?? 80
    guard (1...65_535).contains(port), AddressPolicy.isLoopback(host: name) else { return nil }
    return FetchDestination(
      host: name, port: port, isTLS: false, target: target.first == "/" ? target : "/\(target)")
  }
}

/// What is sent there.
struct WebhookMessage {
  let requestID: String
  let content: [UInt8]

  /// - Parameter reply: what asking for the result answers.
  init(_ job: Job, reply: SandboxReply) {
    requestID = job.id
    let payload = (try? JSONParser.parse(reply.content)) ?? .null
    var members = [
      JSONMember(name: "request_id", value: .string(job.id)),
      JSONMember(name: "gateway_request_id", value: .string(job.id)),
      JSONMember(name: "status", value: .string(job.failure == nil ? "OK" : "ERROR")),
    ]
    if let failure = job.failure { members.append(JSONMember(name: "error", value: .string(failure.text))) }
    members.append(JSONMember(name: "payload", value: payload))
    content = JSONWriter.bytes(.object(members))
  }

  private static let userID = "sandbox"

  /// The fields of one attempt, signed.
  /// - Parameter seconds: now, since 1970.
  func fields(_ key: Ed25519Key, at seconds: UInt64) -> [FetchField] {
    let digest = SHA256.digest(content.span)
    let hash = WebhookMessage.hexadecimal(digest.bytes.indices.map { digest.bytes[$0] })
    let signed = "\(requestID)\n\(WebhookMessage.userID)\n\(seconds)\n\(hash)"
    return [
      FetchField("content-type", "application/json"), FetchField("x-fal-webhook-request-id", requestID),
      FetchField("x-fal-webhook-user-id", WebhookMessage.userID), FetchField("x-fal-webhook-timestamp", "\(seconds)"),
      FetchField("x-fal-webhook-signature", WebhookMessage.hexadecimal(key.signature(of: Array(signed.utf8)) ?? [])),
      FetchField(SandboxReply.servedFrom.name, SandboxReply.servedFrom.value),
    ]
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { Hexadecimal.text(UInt64($0), count: 2) }.joined()
  }

  /// How long one attempt may take, in nanoseconds.
  static let patience: UInt64 = 15_000_000_000

  /// What an attempt came to.
  enum Verdict: Equatable {
    case delivered, failed
    /// It is tried again after so many milliseconds.
    case retry(UInt64)
  }

  /// What attempt number `attempt`, from 1, came to: ten more follow the first, over two hours, but none on a redirect.
  /// - Parameter status: nil where there was no answer.
  static func verdict(attempt: Int, status: Int?) -> Verdict {
    switch status {
    case (200..<300)?: .delivered
    case (300..<400)?: .failed
    default: attempt > 10 ? .failed : .retry(7_038 << (attempt - 1))
    }
  }
}
