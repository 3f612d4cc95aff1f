import Fal
import Guard
import HTTPWire

/// What a decision comes to, as text a test can compare; spans cannot be captured by `#expect`.
struct Probe: Equatable, CustomStringConvertible {
  var operation: Fal.Operation?
  var endpoint = ""
  var requestID: String?
  var host = ""
  var requestTarget = ""
  var mayExecute = false
  var refusal: TargetRefusal?

  init(_ policy: TargetPolicy, _ method: Method, _ bytes: [UInt8]) {
    do throws(TargetRefusal) {
      let target = try policy.decide(method: method, target: bytes.span)
      operation = target.operation
      endpoint = String(decoding: bytes[target.endpoint], as: UTF8.self)
      requestID = target.requestID.map { String(decoding: bytes[$0], as: UTF8.self) }
      host = String(decoding: bytes[target.hostRange], as: UTF8.self)
      requestTarget = String(decoding: bytes[target.requestTarget], as: UTF8.self)
      mayExecute = target.mayExecute
      precondition(policy.hosts[target.hostIndex] == host)
    } catch {
      refusal = error
    }
  }

  init(_ policy: TargetPolicy, _ method: Method, _ target: String) {
    self.init(policy, method, Array(target.utf8))
  }

  var description: String {
    if let refusal { return "refused: \(refusal)" }
    return "\(operation.map { "\($0.name)" } ?? "?") \(endpoint) \(requestID ?? "-") at \(host)\(requestTarget)"
  }
}

extension TargetPolicy {
  /// A policy from text; the patterns of a test are known to be good.
  static func make(
    urls: [String] = TargetPolicy.defaultURLs, endpoints: [String] = ["**"], tokens: Bool = false, getRuns: Bool = true
  ) -> TargetPolicy {
    TargetPolicy(
      allowedURLs: urls.map { try! URLPattern($0) }, allowedEndpoints: endpoints.map { try! EndpointPattern($0) },
      tokensEnabled: tokens, getRuns: getRuns)
  }
}
