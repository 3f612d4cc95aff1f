import Glibc
import System
import Testing

@testable import Transport

@Suite("Channel")
struct ChannelTests {
  @Test("an end that was reported before TLS began ends the handshake at once")
  func earlyEnd() throws {
    var pair: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &pair) == 0)
    let peer = OwnedDescriptor(pair[1])
    // The beginning of a record, and the end.
    #expect(write(peer.number, "\u{16}\u{03}\u{01}", 3) == 3)
    Syscalls.shutdownWrite(peer.number)
    var channel = Channel(ByteStream(OwnedDescriptor(pair[0])))
    channel.note([.readable, .writable, .peerFinished])
    try channel.startTLS(TLSContext(), host: "localhost", resuming: nil)
    let result = channel.stream.handshake()
    guard case .failed = result else {
      Issue.record("the handshake came to \(result)")
      return
    }
  }
}
