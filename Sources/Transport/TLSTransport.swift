internal import COpenSSL
internal import Glibc
internal import System

/// The socket below TLS, as a BIO of our own: it remembers that a read came short of what was asked, so that OpenSSL's
/// next read, which would only hear "nothing now" from the kernel, costs no system call.
struct TLSTransport: ~Copyable {
  private struct State {
    let descriptor: Int32
    /// Nothing is left in the socket until the poller reports it again.
    var isDrained = false
    /// The peer has announced its end, which has to be read behind whatever is left.
    var expectsEnd = false
    var hasEnded = false
    /// Why the socket took or gave nothing more, if it failed.
    var failure: SystemError?
  }

  private let state: UnsafeMutablePointer<State>

  /// Puts `ssl` on top of `descriptor`; both must be closed before this value goes.
  init(below ssl: OpaquePointer, descriptor: borrowing OwnedDescriptor) throws(TLSError) {
    guard let method = TLSTransport.method.pointer, let bio = BIO_new(method) else {
      throw TLSError.lastOfQueue("BIO_new")
    }
    state = .allocate(capacity: 1)
    state.initialize(to: State(descriptor: descriptor.number))
    BIO_set_data(bio, state)
    BIO_set_init(bio, 1)
    SSL_set_bio(ssl, bio, bio)
  }

  deinit { state.deallocate() }

  /// Whether a read would only be told that nothing is there.
  var isDrained: Bool { state.pointee.isDrained }

  /// What the socket failed with, if it did.
  var failure: SystemError? { state.pointee.failure }

  /// The poller has reported bytes, or the end.
  func noteReadable(isEnd: Bool) {
    state.pointee.isDrained = false
    if isEnd { state.pointee.expectsEnd = true }
  }

  // MARK: What OpenSSL calls

  /// BIO's flags: BIO_FLAGS_READ, BIO_FLAGS_WRITE and BIO_FLAGS_SHOULD_RETRY.
  private static let (reads, writes, retries): (Int32, Int32, Int32) = (0x1, 0x2, 0x8)

  private struct Method: @unchecked Sendable {
    let pointer: OpaquePointer?
  }

  /// One table of functions for the process, never freed.
  private static let method: Method = {
    guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "socket") else {
      return Method(pointer: nil)
    }
    BIO_meth_set_read(method) { bio, bytes, count in TLSTransport.read(bio, bytes, count) }
    BIO_meth_set_write(method) { bio, bytes, count in TLSTransport.write(bio, bytes, count) }
    BIO_meth_set_ctrl(method) { bio, command, _, _ in
      switch command {
      case BIO_CTRL_FLUSH: 1
      case BIO_CTRL_EOF: TLSTransport.state(of: bio)?.pointee.hasEnded == true ? 1 : 0
      default: 0
      }
    }
    return Method(pointer: method)
  }()

  private static func state(of bio: OpaquePointer?) -> UnsafeMutablePointer<State>? {
    BIO_get_data(bio)?.assumingMemoryBound(to: State.self)
  }

  private static func read(_ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int32) -> Int32 {
    guard let state = state(of: bio) else { return -1 }
    BIO_clear_flags(bio, reads | writes | retries)
    if !state.pointee.isDrained {
      let memory = UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))
      switch Syscalls.read(state.pointee.descriptor, memory) {
      case .bytes(let got):
        state.pointee.isDrained = got < count && !state.pointee.expectsEnd
        state.pointee.hasEnded = got == 0
        return Int32(got)
      case .wouldBlock: state.pointee.isDrained = true
      case .failed(let code):
        state.pointee.failure = SystemError(code, "read")
        return -1
      }
    }
    BIO_set_flags(bio, reads | retries)
    return -1
  }

  private static func write(_ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
    guard let state = state(of: bio) else { return -1 }
    BIO_clear_flags(bio, reads | writes | retries)
    switch Syscalls.send(state.pointee.descriptor, UnsafeRawBufferPointer(start: bytes, count: Int(count))) {
    case .bytes(let taken): return Int32(taken)
    case .wouldBlock:
      BIO_set_flags(bio, writes | retries)
      return -1
    case .failed(let code):
      state.pointee.failure = SystemError(code, "write")
      return -1
    }
  }
}
