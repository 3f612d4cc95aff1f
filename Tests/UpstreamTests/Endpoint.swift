import Glibc
import Testing

@testable import Transport

/// An address of loopback that behaves as a test needs it.
final class Endpoint {
  enum Kind: Sendable {
    /// Takes connections, and says nothing.
    case listening
    /// Nobody listens.
    case refusing
    /// Answers nobody: its backlog is full.
    case silent
  }

  private final class Held {
    let stream: ByteStream

    init(_ stream: consuming ByteStream) { self.stream = stream }
  }

  let address: SocketAddress
  private var listener: Listener?
  /// What fills the backlog.
  private var held: [Held] = []
  private var baseline = 0

  init(_ kind: Kind, host: String = "127.0.0.1", on loop: EventLoop) throws {
    if kind == .refusing {
      // Port 1, tcpmux, has been nobody's for decades.
      address = try #require(SocketAddress(literal: host, port: 1))
      return
    }
    let any = try #require(SocketAddress(literal: host, port: 0))
    // Never started: the kernel completes as many connections as the backlog holds.
    let listener = try Listener(
      on: loop, address: any, backlog: kind == .silent ? 0 : 64, onAccept: { _, _ in })
    self.listener = listener
    address = listener.address
    if kind == .silent {
      for _ in 0..<4 { held.append(Held(try ByteStream.connecting(to: address))) }
    }
    baseline = try socketsOut()
  }

  /// Sockets of anybody's that connect or are connected to this address, besides those that fill the backlog.
  func sockets() throws -> Int { try socketsOut() - baseline }

  /// What the kernel's table says twice in a row: it is read in pieces, while others of the machine come and go.
  private func socketsOut() throws -> Int {
    var last = try rowsOut()
    for _ in 0..<20 {
      let next = try rowsOut()
      if next == last { break }
      last = next
    }
    return last
  }

  /// Looks for rows whose remote port is this one's, in ESTABLISHED (01) or SYN_SENT (02): the state follows it.
  private func rowsOut() throws -> Int {
    let port = String(address.port, radix: 16, uppercase: true)
    let remote = ":" + String(repeating: "0", count: 4 - port.count) + port
    let table = try Endpoint.bytes(of: address.isIPv6 ? "/proc/net/tcp6" : "/proc/net/tcp")
    return ["\(remote) 01 ", "\(remote) 02 "].reduce(0) { $0 + Endpoint.count($1, in: table) }
  }

  /// The content of a file, and a zero.
  private static func bytes(of path: String) throws -> [CChar] {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes: [CChar] = []
    var block = [CChar](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&block, 1, block.count, file)
      guard count > 0 else { return bytes + [0] }
      bytes.append(contentsOf: block[..<count])
    }
  }

  private static func count(_ text: String, in table: [CChar]) -> Int {
    table.withUnsafeBufferPointer { table in
      var count = 0
      var place = table.baseAddress
      while let from = place, let found = strstr(from, text) {
        count += 1
        place = UnsafePointer(found) + 1
      }
      return count
    }
  }
}
