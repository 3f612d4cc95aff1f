import Guard
import HTTPWire

private let policy = TargetPolicy(
  allowedURLs: TargetPolicy.defaultURLs.map { try! URLPattern($0) },
  allowedEndpoints: ["fal-ai/flux/**", "fal-ai/flux-differential-diffusion"].map { try! EndpointPattern($0) },
  tokensEnabled: false)
private let hosts = ["fal.run", "queue.fal.run", "rest.fal.ai", "rest.alpha.fal.ai"]

/// Reads an accepted target the plain way and holds it against what was promised.
private func check(_ target: Target, _ bytes: UnsafeBufferPointer<UInt8>) {
  let text = String(decoding: bytes, as: UTF8.self)
  require(bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F } && text.hasPrefix("https://"), "bytes")
  require(!text.contains { "#\"<>".contains($0) }, "marks that no URL may hold, or a fragment")
  // In a query they are marks like any other (RFC 3986 §3.4, and the URL Standard's query state).
  require(!text.prefix { $0 != "?" }.contains { "^`{|}[]@\\".contains($0) }, "userinfo, or marks that no path may hold")
  let rest = text.dropFirst(8)
  let host = String(rest.prefix { $0 != "/" && $0 != "?" })
  require(hosts.contains(host) && policy.hosts[target.hostIndex] == host, "host")
  require(String(decoding: bytes[target.hostRange], as: UTF8.self) == host, "host range")
  require(String(decoding: bytes[target.requestTarget], as: UTF8.self) == rest.dropFirst(host.count), "request target")
  let path = rest.dropFirst(host.count).prefix { $0 != "?" }
  require(path.hasPrefix("/") && !path.contains("//") && !path.contains("%") && !path.contains(";"), "path")
  let segments = path.split(separator: "/").map(String.init)
  require(!segments.contains(".") && !segments.contains(".."), "segments")
  require(target.endpoint.lowerBound >= 8 && target.endpoint.upperBound <= bytes.count, "endpoint out of bounds")
  let endpoint = String(decoding: bytes[target.endpoint], as: UTF8.self)
  guard host == "fal.run" || host == "queue.fal.run" else {
    return require(segments.prefix(2) == ["storage", "upload"], "a control route that was never allowed")
  }
  require(segments.first == "fal-ai", "an endpoint of somebody else")
  require(
    segments.dropFirst().first == "flux" || segments.dropFirst().first == "flux-differential-diffusion", "endpoint")
  require(endpoint.hasPrefix("fal-ai/flux"), "endpoint name")
  if let id = target.requestID { require(!id.isEmpty && id.count <= 256 && id.upperBound <= bytes.count, "request id") }
}

/// One execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = bytes(data, size)
  for method in [Method.get, .post, .put, .head, .other] {
    if let target = try? policy.decide(method: method, target: input.span) { check(target, input) }
  }
  return 0
}
