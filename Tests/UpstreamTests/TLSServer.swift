import COpenSSL
import Dispatch
import Glibc
import Synchronization
import Testing

/// A throw-away certificate that vouches for itself, with its key.
final class Certificate: @unchecked Sendable {
  fileprivate let key: OpaquePointer
  fileprivate let pointer: OpaquePointer
  /// Where the certificate stands, in PEM.
  let path: String

  /// - Parameter names: as in subjectAltName, such as `DNS:localhost`.
  init(names: String) throws {
    let generator = try #require(EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil))
    defer { EVP_PKEY_CTX_free(generator) }
    var made: OpaquePointer?
    try #require(EVP_PKEY_keygen_init(generator) == 1 && EVP_PKEY_keygen(generator, &made) == 1)
    key = try #require(made)
    pointer = try #require(X509_new())
    try #require(X509_set_version(pointer, 2) == 1)
    ASN1_INTEGER_set(X509_get_serialNumber(pointer), 1)
    X509_gmtime_adj(X509_getm_notBefore(pointer), -3600)
    X509_gmtime_adj(X509_getm_notAfter(pointer), 3600)
    X509_set_pubkey(pointer, key)
    let name = X509_get_subject_name(pointer)
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, Array("test".utf8), 4, -1, 0)
    X509_set_issuer_name(pointer, name)
    let extra = try #require(X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, names))
    defer { X509_EXTENSION_free(extra) }
    X509_add_ext(pointer, extra, -1)
    try #require(X509_sign(pointer, key, nil) > 0)
    var template = Array("/tmp/certificate-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let file = try #require(fdopen(descriptor, "w"))
    defer { fclose(file) }
    try #require(PEM_write_X509(file, pointer) == 1)
  }

  deinit {
    unlink(path)
    X509_free(pointer)
    EVP_PKEY_free(key)
  }
}

/// Takes one client on a thread of its own, answers its request and says goodbye, or not.
final class TLSServer: Sendable {
  enum Answer: Sendable {
    /// A whole answer.
    case whole
    /// One that ends with the connection, properly or cut off.
    case untilClose(says: Bool)
  }

  let port: Int
  /// What was read of the client; nil until it was played.
  private let request = Mutex<String?>(nil)
  private let done = DispatchSemaphore(value: 0)

  init(_ certificate: Certificate, answer: Answer) throws {
    // OpenSSL writes to a client that has gone with write(2).
    signal(SIGPIPE, SIG_IGN)
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    try #require(bound)
    port = Int(UInt16(bigEndian: address.sin_port))
    DispatchQueue(label: "tests.tls-server").async { [self] in
      let client = accept(listener, nil, nil)
      close(listener)
      // A client that says nothing must not hold the test up.
      var limit = timeval(tv_sec: 10, tv_usec: 0)
      setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      play(client, certificate, answer)
      close(client)
      done.signal()
    }
  }

  /// What the client has sent through TLS; waits until it has gone.
  func seen() -> String? {
    done.wait()
    return request.withLock { $0 }
  }

  private func play(_ client: Int32, _ certificate: Certificate, _ answer: Answer) {
    guard let context = SSL_CTX_new(TLS_server_method()) else { return }
    defer { SSL_CTX_free(context) }
    SSL_CTX_use_certificate(context, certificate.pointer)
    SSL_CTX_use_PrivateKey(context, certificate.key)
    guard let ssl = SSL_new(context) else { return }
    defer { SSL_free(ssl) }
    SSL_set_fd(ssl, client)
    guard SSL_accept(ssl) == 1 else { return }
    var text = ""
    var block = [UInt8](repeating: 0, count: 4096)
    while !text.hasSuffix("\r\n\r\n") {
      let count = SSL_read(ssl, &block, Int32(block.count))
      guard count > 0 else { return }
      text += String(decoding: block[..<Int(count)], as: UTF8.self)
    }
    request.withLock { $0 = text }
    let head = "HTTP/1.1 200 OK\r\n"
    switch answer {
    case .whole: write(ssl, head + "content-length: 5\r\n\r\nhello")
    case .untilClose(let says):
      write(ssl, head + "\r\nhello")
      if says { SSL_shutdown(ssl) }
    }
  }

  private func write(_ ssl: OpaquePointer, _ text: String) {
    let bytes = Array(text.utf8)
    SSL_write(ssl, bytes, Int32(bytes.count))
  }
}
