public import System

/// One connection's bytes, plain or through TLS; non-blocking.
public struct ByteStream: ~Copyable {
  /// What a read came to.
  public enum ReadResult: Equatable, Sendable {
    /// So many bytes (> 0) were put into the memory.
    case bytes(Int)
    /// Nothing now.
    case wouldBlock
    /// The peer has finished, properly.
    case end
    /// The connection is broken, or TLS was cut off without a close_notify.
    case failed
  }

  /// What a write came to.
  public enum WriteResult: Equatable, Sendable {
    /// So many bytes (> 0) were taken.
    case bytes(Int)
    /// Nothing now.
    case wouldBlock
    /// The connection is broken.
    case failed
  }

  let descriptor: OwnedDescriptor
  private var tls: TLSSession?

  init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

  /// Whether the last read has seen that nothing more is there now, neither in the socket nor in TLS' own buffer.
  public private(set) var isDrained = false
  /// Whether the stream goes through TLS, which may have to write before it can read.
  public var isTLS: Bool { tls != nil }

  /// See `Channel.startTLS`.
  mutating func startTLS(_ context: TLSContext, host: String, resuming: TLSResumption?) throws(TLSError) {
    tls = try TLSSession(context, host: host, resuming: resuming, over: descriptor)
  }

  /// The poller has reported bytes, or the end.
  func noteReadable(isEnd: Bool) { tls?.noteReadable(isEnd: isEnd) }

  /// Carries the TLS handshake on.
  public mutating func handshake() -> TLSSession.Handshake { tls?.handshake() ?? .done }

  /// The TLS session, to be resumed by a later connection to the same host (RFC 8446 §2.2).
  public func resumableSession() -> TLSResumption? { tls?.resumption() }

  /// Reads into `memory`.
  public mutating func read(into memory: UnsafeMutableRawBufferPointer) -> ReadResult {
    if let tls {
      let result = tls.read(into: memory)
      isDrained = tls.isDrained
      return result
    }
    switch Syscalls.read(descriptor.number, memory) {
    case .bytes(0): return .end
    case .bytes(let count):
      isDrained = count < memory.count
      return .bytes(count)
    case .wouldBlock:
      isDrained = true
      return .wouldBlock
    case .failed: return .failed
    }
  }

  /// Writes from `memory`, which is not empty.
  public mutating func write(_ memory: UnsafeRawBufferPointer) -> WriteResult {
    if let tls { return tls.write(memory) }
    switch Syscalls.send(descriptor.number, memory) {
    case .bytes(let count): return .bytes(count)
    case .wouldBlock: return .wouldBlock
    case .failed: return .failed
    }
  }

  /// Whether an idle stream can still be used: open, and no byte has come unasked.
  public func isQuiet() -> Bool { tls?.isQuiet != false && Syscalls.isQuiet(descriptor.number) }

  /// The address of this side; nil when the system does not say.
  public var localAddress: SocketAddress? { try? Syscalls.localAddress(of: descriptor.number) }

  /// Why the connect that was under way has failed; nil when it has not.
  func connectError() -> SystemError? {
    let code = Syscalls.pendingError(descriptor.number)
    return code == 0 ? nil : SystemError(code, "connect")
  }

  /// Says that no more bytes will be written.
  public func finishWriting() { Syscalls.shutdownWrite(descriptor.number) }

  /// Makes the coming close a reset: the peer must not take what it got for a whole message.
  public func resetOnClose() { Syscalls.resetOnClose(descriptor.number) }

  /// Says goodbye in TLS (close_notify), best effort, before the descriptor is closed.
  public mutating func sayGoodbye() { tls?.sayGoodbye() }

  /// A stream socket on its way to `address`; ready to write, or broken, when that has ended.
  public static func connecting(to address: SocketAddress) throws(SystemError) -> ByteStream {
    let descriptor = try Syscalls.streamSocket(for: address)
    try Syscalls.setOption(descriptor.number, IPProtocol.tcp, IPProtocol.noDelay, 1)
    _ = try Syscalls.connect(descriptor.number, address)
    return ByteStream(descriptor)
  }
}
