internal import Fal
public import HTTPWire
internal import Text

/// Decides which targets are forwarded: the form of the URL, the host, the operation and the endpoint.
///
/// A decision reads the bytes once or twice, allocates nothing and keeps no state. A class, because a copy for each
/// decision would count fifteen references up and down.
public final class TargetPolicy: Sendable {
  /// The distinct hosts this policy can accept, in the order they were configured.
  public let hosts: [String]

  /// The greatest accepted length of a target, in bytes.
  public let maximumLength: Int

  private let rules: [HostRules]
  let endpoints: EndpointList
  private let tokensEnabled: Bool
  let getRuns: Bool

  private struct HostRules: Sendable {
    let host: [UInt8]
    var urls: [URLPattern]
  }

  /// The default of `allowed_urls`: what the official clients send through a proxy, under both names of the control
  /// API, without the tokens (protocol.md §2.2, §2.6 c).
  public static let defaultURLs: [String] =
    [FalHost.run, .queue].map { "\($0.name)/**" }
    + FalHost.names(of: .rest).flatMap { host in
      [ControlRoute.uploadInitiate, .multipartInitiate].flatMap { route in
        ["\(host)\(route.target)", "\(host)\(route.target)\\?storage_type=*"]
      }
    }

  /// A policy over compiled patterns.
  ///
  /// `allowedEndpoints` governs `fal.run`, `queue.fal.run` and their `falrun.com` twins; an empty list allows no model
  /// at all, unlike the official proxy. Any other listed host is governed by `allowedURLs` alone.
  ///
  /// `tokensEnabled` adds `/tokens/` and `/tokens/realtime` of both control hosts; while it is false no token route
  /// passes, whatever `allowedURLs` says.
  /// `getRuns` says whether GET may run a model, with its input in the query. `maximumLength` is in bytes.
  public init(
    allowedURLs: [URLPattern], allowedEndpoints: [EndpointPattern], tokensEnabled: Bool, getRuns: Bool = true,
    maximumLength: Int = 8192
  ) {
    var hosts: [String] = []
    var rules: [HostRules] = []
    for pattern in allowedURLs {
      if let index = hosts.firstIndex(of: pattern.host) {
        rules[index].urls.append(pattern)
      } else {
        hosts.append(pattern.host)
        rules.append(HostRules(host: Array(pattern.host.utf8), urls: [pattern]))
      }
    }
    for host in FalHost.names(of: .rest) where tokensEnabled && !hosts.contains(host) {
      hosts.append(host)
      rules.append(HostRules(host: Array(host.utf8), urls: []))
    }
    self.hosts = hosts
    self.rules = rules
    self.endpoints = EndpointList(allowedEndpoints)
    self.tokensEnabled = tokensEnabled
    self.getRuns = getRuns
    self.maximumLength = maximumLength
  }

  /// Accepts `target`, the raw value of `x-fal-target-url`, for `method`, or throws the refusal to answer with.
  /// - Parameter group: the caller's, which narrows the endpoints.
  public func decide(
    method: Method, target: Span<UInt8>, in group: CallerGroup? = nil
  ) throws(TargetRefusal) -> Target {
    let text: TargetText
    do throws(TargetFault) {
      text = try TargetText(target, maximumLength: maximumLength)
    } catch {
      throw TargetRefusal(error)
    }
    let host = target.extracting(TargetText.hostStart..<text.hostEnd)
    let role = HostRole(host)
    let found = index(of: host)
    let isToken = !role.servesModels && Self.hasTokenSegment(target, in: text.id)
    // Asked before `allowed_urls`, so that the answer names the right setting and no pattern can open it by accident.
    if isToken, !tokensEnabled, found != nil || role == .rest { throw .tokensDisabled }
    guard let index = found else { throw .targetNotAllowed }
    let requestTarget = text.hostEnd..<target.count
    guard
      isAllowed(target.extracting(TargetText.hostStart..<target.count), host: index)
        || (isToken && role == .rest && Self.isTokenRoute(target.extracting(requestTarget)))
    else { throw .targetNotAllowed }

    let call: Call
    switch role {
    case .run: call = try run(method, target, text.id, group)
    case .queue: call = try queue(method, target, text.id, group)
    case .rest, .other: call = try control(method, target, text.id, role: role, isToken: isToken)
    }
    return Target(
      hostIndex: index, hostRange: TargetText.hostStart..<text.hostEnd, requestTarget: requestTarget,
      query: text.query, endpoint: call.endpoint, requestID: call.requestID, operation: call.operation,
      mayExecute: call.operation.mayExecute(method))
  }

  private func index(of host: Span<UInt8>) -> Int? {
    for index in rules.indices where rules[index].host.count == host.count && host.hasBytes(rules[index].host, at: 0) {
      return index
    }
    return nil
  }

  /// Whether one of the patterns of the host fits `bytes`, the target from its host on.
  private func isAllowed(_ bytes: Span<UInt8>, host: Int) -> Bool {
    let patterns = rules[host].urls
    for index in patterns.indices where patterns[index].matches(bytes) { return true }
    return false
  }

  /// The two routes of protocol.md §7, in the exact form their clients use.
  private static func isTokenRoute(_ path: Span<UInt8>) -> Bool {
    path.equals(ControlRoute.token.target) || path.equals(ControlRoute.realtimeToken.target)
  }

  /// Whether any segment is `tokens`; case is ignored because the server's idea of case is not known.
  private static func hasTokenSegment(_ bytes: Span<UInt8>, in path: Range<Int>) -> Bool {
    var at = path.lowerBound
    while at < path.upperBound {
      let end = bytes.firstIndex(of: Byte.slash, from: at, limit: path.upperBound)
      if bytes.extracting(at..<end).equalsIgnoringCase("tokens") { return true }
      at = end + 1
    }
    return false
  }
}
