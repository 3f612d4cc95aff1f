/// Why no connection to an upstream could be had. Nothing of the request was sent in any of these cases.
public enum UpstreamFailure: Error, Equatable, Sendable {
  /// The name has no address, in the resolver's words.
  case nameNotResolved(String)
  /// Every address refused the connection or was out of reach.
  case connectFailed
  /// No address answered in time.
  case connectTimedOut
  /// The peer is not who it should be, or does not speak TLS as it should; OpenSSL's or X.509's reason.
  case tlsFailed(String)
  /// The TLS handshake took too long.
  case tlsTimedOut
  /// This process has no descriptor or memory left.
  case exhausted
}
