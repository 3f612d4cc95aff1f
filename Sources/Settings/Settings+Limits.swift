/// Sizes and counts.
extension Settings {
  /// How much of anything one client may make the proxy hold; sizes in bytes.
  package struct Limits: Sendable {
    package var head = 32 << 10
    package var fields = 100
    package var requestTarget = 8 << 10
    package var body = 100 << 20
    package var bodyRate = 256
    package var collected = 64 << 10
    package var responseHead = 32 << 10
    package var connections = 10_000
    package var connectionsPerAddress = 0
    package var memory = 0
    package var logBuffer = 1 << 20
  }

  /// How long a client may take.
  package struct Timeouts: Sendable {
    package var head = Duration.seconds(10)
    package var idle = Duration.seconds(75)
    package var body = Duration.seconds(60)
    package var bodyRate = Duration.seconds(30)
    package var linger = Duration.seconds(2)
  }

  /// How connections to fal are made and kept.
  package struct Upstream: Sendable {
    package var connect = Duration.seconds(5)
    package var tls = Duration.seconds(5)
    package var firstByte = Duration.seconds(65)
    package var firstByteRun = Duration.seconds(610)
    package var body = Duration.seconds(120)
    package var idle = Duration.seconds(50)
    package var idleConnections = 64
    package var dnsTTL = Duration.seconds(30)
  }
}
