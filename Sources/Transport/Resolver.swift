internal import Dispatch
internal import Glibc

/// Why a name has no address.
public struct ResolverError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The resolver's own text.
  public let description: String
}

/// Looks names up with the system's resolver, off the event loops: getaddrinfo blocks.
public enum Resolver {
  private static let queue = DispatchQueue(label: "fal-proxy.resolver", qos: .userInitiated, attributes: .concurrent)

  /// Looks `host` up and calls `completion` once, on some thread, with every address in the system's order.
  public static func resolve(
    host: String, port: Int, completion: @escaping @Sendable (Result<[SocketAddress], ResolverError>) -> Void
  ) {
    if let address = SocketAddress(literal: host, port: port) { return completion(.success([address])) }
    queue.async { completion(lookUp(host: host, port: port)) }
  }

  private static func lookUp(host: String, port: Int) -> Result<[SocketAddress], ResolverError> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard code == 0 else { return .failure(ResolverError(description: String(cString: gai_strerror(code)))) }
    var addresses: [SocketAddress] = []
    var entry = list
    while let info = entry?.pointee {
      if let address = info.ai_addr, info.ai_family == AF_INET || info.ai_family == AF_INET6 {
        var storage = sockaddr_storage()
        memcpy(&storage, address, Int(info.ai_addrlen))
        addresses.append(SocketAddress(storage, length: info.ai_addrlen))
      }
      entry = info.ai_next
    }
    return addresses.isEmpty ? .failure(ResolverError(description: "no address")) : .success(addresses)
  }
}
