internal import System

/// One socket on its way to one address.
final class DialAttempt: EventHandler {
  /// Which address of the race it goes to.
  let index: Int
  /// The bytes; there between `start` and `close`.
  var channel: Channel?
  private unowned let dial: Dial

  init(of dial: Dial, index: Int) {
    self.dial = dial
    self.index = index
    super.init()
  }

  /// Begins to connect.
  func start(_ address: SocketAddress, on loop: EventLoop) throws(SystemError) {
    let stream = try ByteStream.connecting(to: address)
    loop.attach(self)
    do {
      try loop.watch(stream, for: self)
    } catch {
      loop.detach(self)
      throw error
    }
    channel = Channel(stream)
  }

  func close(on loop: EventLoop) {
    loop.detach(self)
    channel = nil
  }

  override func ready(_ events: ReadyEvents) {
    channel?.note(events)
    dial.attemptReady(self, events)
  }
}
