@preconcurrency import Dispatch
import Glibc
import Settings
import Transport

/// The way down: readiness first, then the listeners, then the exchanges, then the process.
enum Shutdown {
  /// Waits for SIGTERM or SIGINT among `arrivals`, then drains; a second signal ends the process at once.
  static func wait(for runtime: ProxyRuntime, _ arrivals: AsyncStream<Int32>, _ settings: Settings) async {
    var signals = arrivals.makeAsyncIterator()
    _ = await signals.next()
    let second = Task {
      var signals = signals
      guard let number = await signals.next() else { return }
      await runtime.flushLog()
      StartUp.report("fal-proxy: second signal: ending at once")
      _exit(128 + number)
    }
    StartUp.report("fal-proxy: draining: no longer ready, \(runtime.gate.count) connections open")
    await runtime.beginDraining()
    try? await Task.sleep(for: settings.drainDelay)
    await runtime.stopListening()
    if await !runtime.gate.waitUntilEmpty(atMost: settings.drainTimeout) {
      StartUp.report("fal-proxy: \(runtime.gate.count) connections did not end within drain_timeout")
      await runtime.endAll()
      // An answer given just now must reach its client before the process and its sockets go.
      _ = await runtime.gate.waitUntilEmpty(atMost: settings.timeouts.linger)
      await runtime.abortAll()
    }
    runtime.closeLedger()
    await runtime.flushLog()
    second.cancel()
    StartUp.report("fal-proxy: stopped")
  }

  /// SIGTERM and SIGINT as they come, from the call on; to be called before the process has a second thread.
  static func arrivals() -> AsyncStream<Int32> {
    let ends = [SIGTERM, SIGINT]
    Signals.block(ends)
    return AsyncStream { continuation in
      let sources = ends.map { number in
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { continuation.yield(number) }
        source.activate()
        return source
      }
      continuation.onTermination = { _ in for source in sources { source.cancel() } }
    }
  }
}
