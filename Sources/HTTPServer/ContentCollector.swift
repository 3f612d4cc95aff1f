public import HTTPWire
public import Transport

/// Gathers the whole content of a request in memory, up to a limit.
public struct ContentCollector: ~Copyable {
  public enum Outcome {
    case done
    /// `clientReady` will tell.
    case waiting
    case gone
    case tooLarge
    case invalid(WireError)
  }

  /// What has arrived.
  public private(set) var content: [UInt8] = []
  private let limit: Int
  /// Bytes that are taken in one turn of the loop.
  private static let turnSize = 1 << 20
  private var buffer = ByteBuffer()

  /// - Parameter limit: in bytes.
  public init(limit: UInt64) { self.limit = Int(clamping: limit) }

  /// Takes what is there, without waiting.
  public mutating func collect(from stream: any RequestStream) -> Outcome {
    let turnEnd = content.count + ContentCollector.turnSize
    while true {
      let move: ContentMove
      do throws(WireError) {
        move = try stream.moveContent(into: &buffer, as: .plain)
      } catch {
        return .invalid(error)
      }
      guard content.count + buffer.count <= limit else { return .tooLarge }
      stream.loop.buffers.hold(buffer.count)
      content.append(contentsOf: buffer.readable)
      buffer.consume(buffer.count)
      switch move {
      case .moved where content.count >= turnEnd:
        stream.callAgain()
        return .waiting
      case .moved: continue
      case .waiting:
        buffer.releaseIfEmpty(to: stream.loop.buffers)
        return .waiting
      case .gone: return .gone
      case .done:
        buffer.discard(to: stream.loop.buffers)
        return .done
      }
    }
  }

  /// Gives the memory back.
  public mutating func discard(to pool: BufferPool) {
    buffer.discard(to: pool)
    pool.hold(-content.count)
    content = []
  }
}
