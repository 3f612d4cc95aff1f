internal import Glibc

/// An IPv4 or IPv6 address with a port.
public struct SocketAddress: Sendable, CustomStringConvertible {
  private let storage: sockaddr_storage
  private let length: socklen_t

  init(_ storage: sockaddr_storage, length: socklen_t) {
    self.storage = storage
    self.length = length
  }

  /// The address a literal names (`127.0.0.1`, `::1`), or of `localhost`; nil for any other text.
  public init?(literal: String, port: Int) {
    let text = literal == "localhost" ? "127.0.0.1" : literal
    var storage = sockaddr_storage()
    var v4 = sockaddr_in()
    var v6 = sockaddr_in6()
    if inet_pton(AF_INET, text, &v4.sin_addr) == 1 {
      v4.sin_family = sa_family_t(AF_INET)
      v4.sin_port = in_port_t(port).bigEndian
      withUnsafeMutableBytes(of: &storage) { target in
        withUnsafeBytes(of: &v4) { target.copyMemory(from: $0) }
      }
      self.init(storage, length: socklen_t(MemoryLayout<sockaddr_in>.size))
    } else if inet_pton(AF_INET6, text, &v6.sin6_addr) == 1 {
      v6.sin6_family = sa_family_t(AF_INET6)
      v6.sin6_port = in_port_t(port).bigEndian
      withUnsafeMutableBytes(of: &storage) { target in
        withUnsafeBytes(of: &v6) { target.copyMemory(from: $0) }
      }
      self.init(storage, length: socklen_t(MemoryLayout<sockaddr_in6>.size))
    } else {
      return nil
    }
  }

  /// AF_INET or AF_INET6.
  var family: Int32 { Int32(storage.ss_family) }

  /// The port.
  public var port: Int {
    withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
  }

  /// `host:port`, an IPv6 host in brackets.
  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let isV6 = family == AF_INET6
    withUnsafeBytes(of: storage) { bytes in
      let offset = isV6 ? 8 : 4
      _ = inet_ntop(family, bytes.baseAddress! + offset, &text, socklen_t(text.count))
    }
    let host = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return isV6 ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  func withSockAddr<R, E: Error>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws(E) -> R) throws(E) -> R {
    try withUnsafePointer(to: storage) { (storage) throws(E) in
      // Every address begins as a sockaddr does.
      try body(UnsafeRawPointer(storage).assumingMemoryBound(to: sockaddr.self), length)
    }
  }
}
