internal import Dispatch
internal import CEpoll
internal import Glibc
internal import System

/// Why a name has no address.
public struct ResolverError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The resolver's own text.
  public let description: String

  /// An error in these words.
  public init(description: String) { self.description = description }
}

/// Looks names up, off the event loops.
public struct Resolver: Sendable {
  /// Every address in the resolver's order, or why there is none.
  public typealias Answer = Result<[SocketAddress], ResolverError>

  /// Looks a name up and calls the completion once, on some thread, soon or after many seconds.
  public let lookUp: @Sendable (_ host: String, _ port: Int, _ completion: @escaping @Sendable (Answer) -> Void) -> Void

  /// A resolver that answers with `lookUp`.
  public init(
    lookUp:
      @escaping @Sendable (_ host: String, _ port: Int, _ completion: @escaping @Sendable (Answer) -> Void) -> Void
  ) {
    self.lookUp = lookUp
  }

  /// The system's, which sorts addresses as RFC 6724 says. getaddrinfo blocks, so it has threads of its own.
  public static let system = Resolver { host, port, completion in
    queue.async { completion(ask(host: host, port: port)) }
  }

  private static let queue = DispatchQueue(label: "fal-proxy.resolver", qos: .userInitiated, attributes: .concurrent)

  private static func ask(host: String, port: Int) -> Answer {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard code == 0 else {
      let system = SystemError(errno, "getaddrinfo").description
      return .failure(ResolverError(description: code == EAI_SYSTEM ? system : String(cString: gai_strerror(code))))
    }
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
