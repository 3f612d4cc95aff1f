internal import Text

/// What a fal host serves (protocol.md §1), which decides how its paths are read.
enum HostRole: Sendable, Equatable {
  /// Direct calls.
  case run
  /// The durable queue.
  case queue
  /// The control API under either of its names: tokens and uploads.
  case rest
  /// A host the operator has listed and this proxy knows nothing about.
  case other

  init(_ host: Span<UInt8>) {
    if host.equals("fal.run") || host.equals("falrun.com") {
      self = .run
    } else if host.equals("queue.fal.run") || host.equals("queue.falrun.com") {
      self = .queue
    } else if host.equals("rest.fal.ai") || host.equals("rest.alpha.fal.ai") {
      self = .rest
    } else {
      self = .other
    }
  }

  var servesModels: Bool { self == .run || self == .queue }
}
