import HTTPServer
import Relay
import Settings
import System
import Transport

/// Tries the way to every host of fal: its name, a connection, TLS. No request is sent, and no key.
struct Reach {
  private let loop: LoopActor
  private let tls: TLSContext
  private let limits: DialLimits

  /// Says of each host how it went.
  /// - Returns: whether all can be reached.
  static func check(_ started: StartUp.Loaded) async throws -> Bool {
    let tls = TLSContext()
    try tls.waitUntilLoaded()
    var limits = DialLimits()
    limits.connect = nanoseconds(started.settings.upstream.connect)
    limits.tls = nanoseconds(started.settings.upstream.tls)
    let loop = try LoopActor(label: "fal-proxy.reach")
    await loop.start()
    let reach = Reach(loop: loop, tls: tls, limits: limits)
    var isSound = true
    for host in started.configuration.hosts.sorted() {
      let (reached, text) = await reach.try(host, started.settings.originOverrides[host])
      StartUp.report("fal-proxy: \(host): \(text)")
      if !reached { isSound = false }
    }
    return isSound
  }

  private func `try`(_ host: String, _ override: OriginOverride?) async -> (Bool, String) {
    let name = override?.host ?? host
    let isTLS = override?.isTLS ?? true
    let port = override?.port ?? 443
    let way = override.map { "by way of \($0), " } ?? ""
    let answer = await withCheckedContinuation { continuation in
      Resolver.system.lookUp(name, port) { continuation.resume(returning: $0) }
    }
    var failures: [String] = []
    switch answer {
    case .failure(let error): failures = ["name not resolved: \(error)"]
    case .success(let addresses):
      for address in addresses {
        guard let failure = await dial(name, port, address, isTLS ? tls : nil) else {
          return (true, way + "\(address): " + (isTLS ? "the TLS handshake succeeds" : "connected"))
        }
        failures.append("\(failure)")
      }
    }
    return (false, way + "cannot be reached: " + failures.joined(separator: "; "))
  }

  private func dial(
    _ name: String, _ port: Int, _ address: SocketAddress, _ tls: TLSContext?
  ) async -> DialFailure? {
    await withCheckedContinuation { continuation in
      Task {
        await loop.run { loop in
          let only = Resolver { _, _, completion in completion(.success([address])) }
          let dialer = Dialer(on: loop, host: name, port: port, tlsContext: tls, limits: limits, resolver: only)
          let dial = dialer.dial { _, failure in continuation.resume(returning: failure) }
          // Whoever dials keeps what is dialled.
          loop.attachment = dial
          dial.start()
        }
      }
    }
  }

  private static func nanoseconds(_ duration: Duration) -> UInt64 {
    let parts = duration.components
    return UInt64(parts.seconds) * 1_000_000_000 + UInt64(parts.attoseconds / 1_000_000_000)
  }
}
