internal import COpenSSL
internal import Glibc
internal import System

/// What is kept of a TLS session to resume it later; belongs to one loop.
public final class TLSResumption {
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) { self.pointer = pointer }

  deinit { SSL_SESSION_free(pointer) }
}

/// TLS on one connection, as a client.
public final class TLSSession {
  /// How far the handshake is.
  public enum Handshake: Equatable, Sendable {
    /// The channel is encrypted and the peer is who it should be.
    case done
    /// More has to come from the peer, or the socket has to drain.
    case wouldBlock
    /// It failed; OpenSSL's reason, or X.509's for a certificate that was not accepted.
    case failed(TLSError)
  }

  private let ssl: OpaquePointer
  private let transport: TLSTransport
  /// Whether the last read ended because nothing more was there.
  private(set) var isDrained = false

  /// A session over `descriptor` that will accept only a certificate for `host`, a DNS name or an IP literal
  /// (RFC 9110 §4.3.4).
  init(
    _ context: TLSContext, host: String, resuming: TLSResumption?, over descriptor: borrowing OwnedDescriptor
  ) throws(TLSError) {
    guard let ssl = SSL_new(try context.pointer()) else { throw TLSError.lastOfQueue("SSL_new") }
    self.ssl = ssl
    do {
      transport = try TLSTransport(below: ssl, descriptor: descriptor)
    } catch {
      SSL_free(ssl)
      throw error
    }
    let parameters = SSL_get0_param(ssl)
    // Only subjectAltName names a host; a common name is text for people (RFC 9110 §4.3.4).
    X509_VERIFY_PARAM_set_hostflags(
      parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
    if SocketAddress(literal: host, port: 0) != nil, host != "localhost" {
      guard X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1 else { throw TLSError.lastOfQueue("host") }
    } else {
      guard SSL_set1_host(ssl, host) == 1, shim_SSL_set_tlsext_host_name(ssl, host) == 1 else {
        throw TLSError.lastOfQueue("host")
      }
    }
    if let resuming { SSL_set_session(ssl, resuming.pointer) }
    SSL_set_connect_state(ssl)
  }

  deinit { SSL_free(ssl) }

  /// The poller has reported bytes, or the end.
  func noteReadable(isEnd: Bool) { transport.noteReadable(isEnd: isEnd) }

  func handshake() -> Handshake {
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 { return .done }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
    default:
      let verdict = SSL_get_verify_result(ssl)
      if verdict != Int(X509_V_OK), let text = X509_verify_cert_error_string(verdict) {
        ERR_clear_error()
        return .failed(TLSError(description: "certificate refused: \(String(cString: text))"))
      }
      if let failure = transport.failure {
        ERR_clear_error()
        return .failed(TLSError(description: "TLS handshake failed: \(failure)"))
      }
      return .failed(TLSError.lastOfQueue("TLS handshake failed"))
    }
  }

  /// Empties the thread's queue of errors, which `SSL_get_error` looks at. Looking first is cheaper: clearing goes over all of
  /// its places, and it is empty before nearly every call.
  private func forgetErrors() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
  }

  func read(into memory: UnsafeMutableRawBufferPointer) -> ByteStream.ReadResult {
    // A call yields one record at most; several fill the memory without another wake-up.
    var total = 0
    isDrained = false
    while total < memory.count {
      if total > 0, transport.isDrained, SSL_has_pending(ssl) == 0 {
        isDrained = true
        break
      }
      forgetErrors()
      let wanted = Int32(clamping: memory.count - total)
      let count = SSL_read(ssl, memory.baseAddress! + total, wanted)
      if count > 0 {
        total += Int(count)
        continue
      }
      let reason = SSL_get_error(ssl, count)
      isDrained = reason == SSL_ERROR_WANT_READ
      if total > 0 { return .bytes(total) }
      switch reason {
      case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
      case SSL_ERROR_ZERO_RETURN: return .end
      default: return .failed
      }
    }
    return .bytes(total)
  }

  func write(_ memory: UnsafeRawBufferPointer) -> ByteStream.WriteResult {
    forgetErrors()
    let count = SSL_write(ssl, memory.baseAddress, Int32(clamping: memory.count))
    if count > 0 { return .bytes(Int(count)) }
    switch SSL_get_error(ssl, count) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
    default: return .failed
    }
  }

  /// Whether nothing is left in OpenSSL's buffer, and the peer has not said goodbye.
  var isQuiet: Bool { SSL_has_pending(ssl) == 0 && SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN == 0 }

  func resumption() -> TLSResumption? {
    guard let session = SSL_get1_session(ssl) else { return nil }
    defer { SSL_SESSION_free(session) }
    // A copy: OpenSSL marks the connection's own session as spent when the peer closes without close_notify.
    guard SSL_SESSION_is_resumable(session) == 1, let copy = SSL_SESSION_dup(session) else { return nil }
    return TLSResumption(copy)
  }

  func sayGoodbye() {
    ERR_clear_error()
    _ = SSL_shutdown(ssl)
    ERR_clear_error()
  }
}
