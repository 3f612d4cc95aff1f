internal import COpenSSL
internal import Dispatch

/// How TLS connections to upstreams are made: TLS 1.2 or newer, chain and name verified against the system's store,
/// which `SSL_CERT_FILE` and `SSL_CERT_DIR` may replace (OpenSSL reads both).
public final class TLSContext: Sendable {
  private let loading = DispatchGroup()
  /// Written once, before `loading` is over.
  nonisolated(unsafe) private var loaded: Result<OpaquePointer, TLSError>?

  /// A client context, loaded on another thread: reading a system's hundred and more certificates takes longer than all
  /// the rest of a start.
  public convenience init() { self.init(trusting: nil) }

  /// A context that trusts the certificates of a PEM file in place of the system's store.
  public init(trusting file: String?) {
    DispatchQueue.global(qos: .userInitiated).async(group: loading) { self.loaded = TLSContext.load(trusting: file) }
  }

  deinit { if case .success(let pointer) = loaded { SSL_CTX_free(pointer) } }

  /// Where OpenSSL looks for the system's certificates if no variable says otherwise: a file, and directories with colons
  /// between them.
  public static var standardPlaces: (file: String, folders: String) {
    (String(cString: X509_get_default_cert_file()), String(cString: X509_get_default_cert_dir()))
  }

  /// Waits until the context is loaded.
  public func waitUntilLoaded() throws(TLSError) { _ = try pointer() }

  /// OpenSSL's context, which it guards for use from several loops; waits until it is loaded.
  func pointer() throws(TLSError) -> OpaquePointer {
    loading.wait()
    guard let loaded else { throw TLSError(description: "certificate store") }
    return try loaded.get()
  }

  private static func load(trusting file: String?) -> Result<OpaquePointer, TLSError> {
    guard let context = SSL_CTX_new(TLS_client_method()) else { return .failure(.lastOfQueue("SSL_CTX_new")) }
    guard shim_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1,
      (file.map { SSL_CTX_load_verify_file(context, $0) } ?? SSL_CTX_set_default_verify_paths(context)) == 1
    else {
      let error = TLSError.lastOfQueue("certificate store")
      SSL_CTX_free(context)
      return .failure(error)
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    // SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
    _ = SSL_CTX_set_options(context, (1 << 30) | (1 << 17))
    // SSL_MODE_ENABLE_PARTIAL_WRITE | ACCEPT_MOVING_WRITE_BUFFER | RELEASE_BUFFERS
    _ = shim_SSL_CTX_set_mode(context, 0x1 | 0x2 | 0x10)
    shim_SSL_CTX_set_read_ahead(context, 1)
    _ = shim_SSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
    let protocols: [UInt8] = [8] + Array("http/1.1".utf8)
    SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count))
    return .success(context)
  }
}

/// Why TLS could not be set up or carried on: OpenSSL's own reason, which holds no secret.
public struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The reason, in OpenSSL's words.
  public let description: String

  public init(description: String) { self.description = description }

  static func lastOfQueue(_ what: String) -> TLSError {
    let code = ERR_peek_last_error()
    ERR_clear_error()
    guard code != 0, let reason = ERR_reason_error_string(code) else { return TLSError(description: what) }
    return TLSError(description: "\(what): \(String(cString: reason))")
  }
}
