/// Sizes and counts.
extension Settings {
  /// How much of anything one client may make the proxy hold; sizes in bytes.
  public struct Limits: Sendable {
    /// `limits.head`: a request head, request line and fields together.
    public var head = 32 << 10
    /// `limits.fields`: how many fields a head may have.
    public var fields = 100
    /// `limits.request_target`: the target in the request line.
    public var requestTarget = 8 << 10
    /// `limits.body`: a request body.
    public var body = 100 << 20
    /// `limits.response_head`: the head of a response from upstream.
    public var responseHead = 32 << 10
    /// `limits.connections`: client connections open at once, over all loops.
    public var connections = 10_000
    /// `limits.log_buffer`: access-log lines that wait for a slow reader; what exceeds it is dropped and counted.
    public var logBuffer = 1 << 20

    /// The defaults.
    public init() {}
  }

  /// How long a client may take.
  public struct Timeouts: Sendable {
    /// `timeouts.head`: from the first byte of a request head to its last.
    public var head = Duration.seconds(10)
    /// `timeouts.idle`: a keep-alive connection without a request.
    public var idle = Duration.seconds(75)
    /// `timeouts.body`: a request body that stalls, or a client that does not read.
    public var body = Duration.seconds(60)
    /// `timeouts.linger`: reading on after a last answer, so that a reset does not cost the client the answer; from the
    /// last byte that came, and for `timeouts.body` in all.
    public var linger = Duration.seconds(2)

    /// The defaults.
    public init() {}
  }

  /// How connections to fal are made and kept.
  public struct Upstream: Sendable {
    /// `upstream.connect`: establishing TCP.
    public var connect = Duration.seconds(5)
    /// `upstream.tls`: the TLS handshake.
    public var tls = Duration.seconds(5)
    /// `upstream.first_byte`: from the end of the request to the first byte of the response.
    public var firstByte = Duration.seconds(65)
    /// `upstream.first_byte_run`: the same for `fal.run`, which answers only when the model is done.
    public var firstByteRun = Duration.seconds(610)
    /// `upstream.body`: a response body that stalls.
    public var body = Duration.seconds(120)
    /// `upstream.idle`: how long an unused connection is kept.
    public var idle = Duration.seconds(50)
    /// `upstream.idle_connections`: how many unused connections each event loop keeps for each origin.
    public var idleConnections = 64
    /// `upstream.dns_ttl`: how long a resolved address is used.
    public var dnsTTL = Duration.seconds(30)

    /// The defaults.
    public init() {}
  }
}
