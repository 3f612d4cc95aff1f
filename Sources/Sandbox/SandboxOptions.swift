/// How the sandbox behaves, and what it keeps.
package struct SandboxOptions: Sendable {
  /// How many jobs run at once; all others wait.
  package var runners = 2
  /// How many times faster than stated below the jobs go.
  package var speed = 1.0
  /// How long a queued job waits at least before it runs, in milliseconds.
  package var queueMilliseconds: UInt64 = 300
  /// How long a job runs, in milliseconds.
  package var runMilliseconds: UInt64 = 1200
  /// How often an open stream looks for news, in milliseconds.
  package var eventMilliseconds: UInt64 = 250
  /// The longest silence of an open stream, in milliseconds; `: ping` ends it (protocol.md §3.6: at most 10 s).
  package var pingMilliseconds: UInt64 = 5000
  /// How many jobs there are at most; those that ended first go first, and one too many is refused.
  package var jobLimit = 1000
  /// How many bytes of prompts, pictures to read and other job data are kept, in the same way.
  package var jobByteLimit = 256 << 20
  /// How many files and announced uploads are kept; the oldest go first.
  package var fileLimit = 10_000
  /// How many bytes of files are kept; the oldest go first.
  package var fileByteLimit = 256 << 20
  /// How deep arrays and objects of a JSON text may nest.
  package var jsonDepthLimit = 64
  /// The longest side of a result, in pixels; larger inputs are answered at a smaller size.
  package var imageSideLimit = 4096
  /// Whether what is white in a change map changes, in place of what is black.
  package var whiteChanges = false

  /// Endpoints that answer although the sandbox does not know them: those the operator has spelled out.
  package var standIns: [String] = []

  /// Takes lines for the operator.
  package var report: @Sendable (String) -> Void = { _ in }

  /// The defaults.
  package init() {}

  /// How long a wait of so many milliseconds takes at this speed, in nanoseconds.
  func wait(milliseconds: UInt64) -> UInt64 { UInt64(Double(milliseconds) * 1e6 / speed) }
}
