internal import CEpoll
internal import Glibc
internal import Text

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
    guard let port = UInt16(exactly: port) else { return nil }
    var storage = sockaddr_storage()
    if let address = literal == "localhost" ? IPv4Address(0x7F00_0001) : IPv4Address(literal) {
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      name.sin_addr.s_addr = address.value.bigEndian
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: name, as: sockaddr_in.self) }
      self.init(storage, length: socklen_t(MemoryLayout<sockaddr_in>.size))
    } else if let address = IPv6Address(literal) {
      var name = sockaddr_in6()
      name.sin6_family = sa_family_t(AF_INET6)
      name.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &name.sin6_addr) { $0.storeBytes(of: address.value.bigEndian, as: UInt128.self) }
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: name, as: sockaddr_in6.self) }
      self.init(storage, length: socklen_t(MemoryLayout<sockaddr_in6>.size))
    } else {
      return nil
    }
  }

  /// No address yet.
  static let none = SocketAddress(sockaddr_storage(), length: 0)

  /// What one client is taken for: an address of IPv4, also inside one of IPv6 (RFC 4291 §2.5.5.2), or the /64 of one of
  /// IPv6, all of which whoever has one of its addresses usually has.
  public var clientNetwork: UInt64 {
    withUnsafeBytes(of: storage) { bytes in
      // No network of IPv6 begins like this: 0:ffff::/32 is reserved.
      func mapped(at offset: Int) -> UInt64 {
        0xFFFF << 32 | UInt64(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
      }
      guard isIPv6 else { return mapped(at: 4) }
      let value = UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt128.self))
      return value >> 32 == 0xFFFF ? mapped(at: 20) : UInt64(value >> 64)
    }
  }

  /// AF_INET or AF_INET6.
  var family: Int32 { Int32(storage.ss_family) }

  /// Whether it is of IPv6, even if it stands for an address of IPv4.
  public var isIPv6: Bool { family == AF_INET6 }

  /// The bytes of the host in network order: 4 of IPv4, 16 of IPv6.
  public var octets: [UInt8] {
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
    withUnsafeBytes(of: storage) { bytes in
      // Where the address stands in sockaddr_in6 and sockaddr_in.
      if family == AF_INET6 {
        let value = UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt128.self))
        return "[\(IPv6Address(value))]:\(port)"
      }
      return "\(IPv4Address(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))):\(port)"
    }
  }

  func withSockAddr<R, E: Error>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws(E) -> R) throws(E) -> R {
    try withUnsafePointer(to: storage) { (storage) throws(E) in
      // Every address begins as a sockaddr does.
      try body(UnsafeRawPointer(storage).assumingMemoryBound(to: sockaddr.self), length)
    }
  }
}
