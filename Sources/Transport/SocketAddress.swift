internal import Glibc

/// An IPv4 or IPv6 address with a port.
public struct SocketAddress: Equatable, Sendable, CustomStringConvertible {
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

  /// Whether it is of IPv6, even if it stands for an address of IPv4.
  package var isIPv6: Bool { family == AF_INET6 }

  /// The bytes of the host in network order: 4 of IPv4, 16 of IPv6.
  package var octets: [UInt8] {
    withUnsafeBytes(of: storage) { isIPv6 ? Array($0[8..<24]) : Array($0[4..<8]) }
  }

  /// Equal when family, port, host and, in IPv6, scope are.
  public static func == (left: SocketAddress, right: SocketAddress) -> Bool {
    guard left.length == right.length else { return false }
    return withUnsafeBytes(of: left.storage) { one in
      withUnsafeBytes(of: right.storage) { other in
        one.prefix(Int(left.length)).elementsEqual(other.prefix(Int(right.length)))
      }
    }
  }

  /// The port.
  public var port: Int {
    withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
  }

  /// `host:port`, an IPv6 host in brackets.
  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    withUnsafeBytes(of: storage) { bytes in
      let offset = isIPv6 ? 8 : 4
      _ = inet_ntop(family, bytes.baseAddress! + offset, &text, socklen_t(text.count))
    }
    let host = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  func withSockAddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    withUnsafePointer(to: storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }
}
