internal import Text

/// What a fal host serves (protocol.md §1), which decides how its paths are read.
public enum HostRole: Sendable, Equatable {
  /// Direct calls.
  case run
  /// The durable queue.
  case queue
  /// The control API under either of its names: tokens and uploads.
  case rest
  /// A host that is not in `FalHost.all`: an operator may list it, and nothing is known about its paths.
  case other

  /// The role of the host with that name, in lower case and without a port.
  public init(_ host: Span<UInt8>) {
    for known in FalHost.all where host.equals(known.name) {
      self = known.role
      return
    }
    self = .other
  }

  public var servesModels: Bool { self == .run || self == .queue }
}

/// The hosts of fal that clients call through a proxy (protocol.md §1).
public struct FalHost: Sendable {
  /// In lower case.
  public let name: StaticString
  public let role: HostRole

  public static let run = FalHost(name: "fal.run", role: .run)
  public static let queue = FalHost(name: "queue.fal.run", role: .queue)

  public static let all: [FalHost] = [
    run, queue,
    FalHost(name: "rest.fal.ai", role: .rest),
    // The former name of the control API, which the Swift and Dart clients still use.
    FalHost(name: "rest.alpha.fal.ai", role: .rest),
    // Backup names that the newest clients try when they cannot connect.
    FalHost(name: "falrun.com", role: .run),
    FalHost(name: "queue.falrun.com", role: .queue),
  ]

  /// The names of the hosts with `role`.
  public static func names(of role: HostRole) -> [String] {
    all.filter { $0.role == role }.map { $0.name.description }
  }

  /// The registrable names under which fal serves its API; the key must never reach another one.
  public static let domains = ["fal.run", "fal.ai", "falrun.com"]

  /// Whether the host name `host`, in lower case, is under one of them.
  public static func isFal(_ host: String) -> Bool {
    domains.contains { host == $0 || host.hasSuffix("." + $0) }
  }
}
