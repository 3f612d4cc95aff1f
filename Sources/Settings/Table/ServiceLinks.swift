/// Recognises the variables that Kubernetes and old Docker links inject for a service called `fal-proxy` or
/// `fal-proxy-…`. They share our prefix – one is even named `FAL_PROXY_PORT`, with the value `tcp://10.0.0.7:8080` – and
/// without this the proxy would refuse to start in the most natural deployment.
enum ServiceLinks {
  private static let protocols = ["TCP", "UDP", "SCTP"]

  /// Whether `name` with `value` was set by the orchestrator and not by the operator.
  static func injected(_ name: String, value: SecretBytes?) -> Bool {
    if name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_SERVICE_PORT") { return true }
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    // FAL_PROXY_SERVICE_PORT_<NAME>
    for index in parts.indices.dropLast(2) where parts[index] == "SERVICE" && parts[index + 1] == "PORT" { return true }
    if parts.last == "PORT", let value {
      if protocols.contains(where: { value.starts(with: $0.lowercased() + "://") }) { return true }
    }
    // FAL_PROXY_PORT_8080_TCP and FAL_PROXY_PORT_8080_TCP_{PROTO,PORT,ADDR}
    for index in parts.indices.dropLast(2)
    where parts[index] == "PORT" && Int(parts[index + 1]) != nil && protocols.contains(String(parts[index + 2])) {
      let rest = parts[(index + 3)...]
      if rest.isEmpty || (rest.count == 1 && ["PROTO", "PORT", "ADDR"].contains(rest.first!)) { return true }
    }
    return false
  }
}
