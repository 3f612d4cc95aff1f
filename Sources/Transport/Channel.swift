/// A stream with a buffer for each direction and what is known of its readiness.
///
/// Edge-triggered readiness is remembered here, so that a direction held back by back-pressure can go on later without
/// asking the kernel again.
public struct Channel: ~Copyable {
  /// What `fill` came to.
  public enum Fill: Equatable, Sendable {
    /// Bytes were added to the input.
    case bytes
    /// Nothing now; readiness will be reported.
    case wouldBlock
    /// The input holds as much as it may.
    case full
    /// The peer has finished, properly.
    case end
    /// The connection is broken.
    case failed
  }

  /// What `flush` came to.
  public enum Flush: Equatable, Sendable {
    /// The output is empty.
    case done
    /// The peer takes no more now; readiness will be reported.
    case blocked
    /// The connection is broken for writing.
    case failed
  }

  /// The stream below.
  public var stream: ByteStream
  /// Bytes that came and were not used yet.
  public var input = ByteBuffer()
  /// Bytes that still have to go.
  public var output = ByteBuffer()
  /// Bytes written to the stream so far.
  public private(set) var bytesWritten: UInt64 = 0
  /// Bytes read from the stream so far.
  public private(set) var bytesRead: UInt64 = 0
  /// Whether the peer has said that it sends no more, or is gone.
  public private(set) var peerFinished = false
  /// Whether the stream may hold bytes, or its end, that were not read yet.
  public var mayHaveMore: Bool { canRead }
  private var canRead = false
  private var canWrite = true

  /// A channel over `stream`.
  public init(_ stream: consuming ByteStream) { self.stream = stream }

  /// Begins TLS as a client on a connected stream; `handshake` of the stream carries it on.
  /// - Parameters:
  ///   - host: whom the certificate must name, a DNS name or an IP literal (RFC 9110 §4.3.4).
  ///   - resuming: a session of an earlier connection to the same host.
  public mutating func startTLS(_ context: TLSContext, host: String, resuming: TLSResumption?) throws(TLSError) {
    try stream.startTLS(context, host: host, resuming: resuming)
    // What was reported before belongs to TLS as well.
    if canRead { stream.noteReadable(isEnd: peerFinished) }
  }

  /// Remembers what the poller reported.
  public mutating func note(_ events: ReadyEvents) {
    if !events.isDisjoint(with: [.readable, .peerFinished, .broken]) {
      canRead = true
      stream.noteReadable(isEnd: !events.isDisjoint(with: [.peerFinished, .broken]))
    }
    if !events.isDisjoint(with: [.writable, .broken]) {
      canWrite = true
      // A read through TLS may have waited for room to write.
      if stream.isTLS { canRead = true }
    }
    if !events.isDisjoint(with: [.peerFinished, .broken]) { peerFinished = true }
  }

  /// Reads once into the input, which may hold `limit` bytes, a block size.
  public mutating func fill(from pool: BufferPool, upTo limit: Int = BufferPool.largeSize) -> Fill {
    guard canRead else { return .wouldBlock }
    if input.room == 0, !input.reserve(input.isEmpty ? 1 : BufferPool.smallSize, from: pool, upTo: limit) {
      return input.reserve(1, from: pool, upTo: limit) ? fill(from: pool, upTo: limit) : .full
    }
    let memory = input.writable
    let result = stream.read(into: memory)
    if case .bytes(let count) = result { input.commit(count) }
    return noteRead(result)
  }

  /// Reads what is there, at most `limit` bytes, into `memory`, which belongs to the other side of an exchange.
  /// - Returns: the outcome and how many bytes were read.
  public mutating func read(
    into memory: UnsafeMutableRawBufferPointer, limit: UInt64
  ) -> (result: Fill, count: Int) {
    guard canRead else { return (.wouldBlock, 0) }
    let wanted = Int(min(UInt64(memory.count), limit))
    guard wanted > 0 else { return (.full, 0) }
    var total = 0
    // Several segments in one write cost the client, and so the next read, less than one by one.
    while canRead, total < wanted {
      let result = stream.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[total..<wanted]))
      let outcome = noteRead(result)
      guard case .bytes(let count) = result else { return total > 0 ? (.bytes, total) : (outcome, 0) }
      total += count
    }
    return (.bytes, total)
  }

  /// Reads what is there, at most `limit` bytes, straight into `target`, which belongs to the other side of an exchange;
  /// with `isBulk` into a larger block, for content that has proved to be long.
  /// - Returns: the outcome and how many bytes were read.
  public mutating func read(
    into target: inout ByteBuffer, limit: UInt64, isBulk: Bool, pool: BufferPool
  ) -> (result: Fill, count: Int) {
    guard canRead else { return (.wouldBlock, 0) }
    if target.isEmpty {
      let block = pool.blockSize(isBulk ? BufferPool.bulkSize : BufferPool.largeSize)
      _ = target.reserve(Int(min(limit, UInt64(block))), from: pool, upTo: block)
    }
    let (result, count) = read(into: target.writable, limit: limit)
    target.commit(count)
    return (result, count)
  }

  /// Writes the output as far as the peer takes it.
  public mutating func flush() -> Flush {
    while !output.isEmpty {
      guard canWrite else { return .blocked }
      switch stream.write(UnsafeRawBufferPointer(output.readable)) {
      case .bytes(let count):
        output.consume(count)
        bytesWritten += UInt64(count)
      case .wouldBlock:
        canWrite = false
      case .failed: return .failed
      }
    }
    return .done
  }

  /// Gives back whatever memory holds nothing.
  public mutating func releaseIdleMemory(to pool: BufferPool) {
    input.releaseIfEmpty(to: pool)
    output.releaseIfEmpty(to: pool)
  }

  /// Gives back all memory and what it holds.
  public mutating func discardMemory(to pool: BufferPool) {
    input.discard(to: pool)
    output.discard(to: pool)
  }

  private mutating func noteRead(_ result: ByteStream.ReadResult) -> Fill {
    switch result {
    case .bytes(let count):
      bytesRead += UInt64(count)
      // What is drained is reported anew; only an announced end is still to be read.
      if stream.isDrained, !peerFinished { canRead = false }
      return .bytes
    case .wouldBlock:
      canRead = false
      return .wouldBlock
    case .end:
      peerFinished = true
      return .end
    case .failed:
      peerFinished = true
      return .failed
    }
  }
}
