package import HTTPServer
package import Transport

/// An embedded fal for development without a key or a network: queue, direct calls, streams, uploads and files.
///
/// One server plays several hosts, told apart by the Host field: `queue.fal.run`, `fal.run`, `rest.fal.ai` (also under
/// its former name). Under any other name it is the CDN, and by path the queue and the control API for direct use.
/// It imitates protocol.md §3–§9. It connects to nothing but webhooks on this machine.
package final class SandboxApplication: LocalApplication {
  private let loop: EventLoop
  private let state: SandboxState
  private let desk: WritingDesk
  /// Those who are told whenever something has happened to a job.
  private var watchers: [ObjectIdentifier: LoopTimer] = [:]
  private var toldChanges = 0
  /// Rings when something happens to a job by itself.
  private var alarm: LoopTimer?

  /// A sandbox whose jobs live on `loop`; every connection that reaches it must belong to the same loop.
  /// - Parameters:
  ///   - files: what `SandboxFiles` serves to the clients of the proxy.
  ///   - keys: those it publishes.
  ///   - tlsContext: what a client of its own must have; it uses none.
  package init(
    loop: EventLoop, place: SandboxPlace, files: FileStore, keys: SandboxKeys, tlsContext: TLSContext,
    options: SandboxOptions = SandboxOptions()
  ) {
    self.loop = loop
    desk = WritingDesk(loop)
    let state = SandboxState(place, files: files, keys: keys, options: options)
    self.state = state
    let webhooks = WebhookDelivery(loop, keys: keys, tlsContext: tlsContext, options: options)
    state.onEnd = { [unowned state] job in
      guard let webhook = job.webhook else { return }
      webhooks.deliver(WebhookMessage(job, reply: state.reply(for: job, base: webhook.base)), to: webhook)
    }
    state.workshop = PictureWorkshop(loop, runners: options.runners)
    state.onSupply = { [unowned self] in settle() }
    alarm = LoopTimer(loop) { [unowned self] in
      settle()
      return untilNextMoment
    }
  }

  /// Answers as fal would, now or in the model's time.
  package func respond(to request: LocalRequest, _ responder: LocalResponder) {
    var request = SandboxRequest(request)
    guard let read = state.reading(of: request) else { return decide(request, responder) }
    desk.make(read) { [unowned self] outcome in
      guard responder.isOpen else { return }
      request.outcome = outcome
      decide(request, responder)
    }
  }

  private func decide(_ request: SandboxRequest, _ responder: LocalResponder) {
    let router = SandboxRouter(state: state)
    switch router.decide(request, at: loop.now, date: WallClock.milliseconds()) {
    case .reply(let reply): responder.answer(reply)
    case .make(let make): desk.make(make) { responder.answer($0) }
    case .wait(let job, let base):
      watch(responder, runs: job) { [state, desk] in
        guard job.state == .completed else { return LoopTimer.untilTold }
        switch state.answer(for: job, base: base) {
        case .make(let make): desk.make(make) { responder.answer($0) }
        case let decision: decision.reply.map { responder.answer($0) }
        }
        return nil
      }
    case .follow(var feed):
      responder.beginEvents(of: feed.job)
      watch(responder) { [loop, state] in
        responder.send(feed.advance(at: loop.now, position: state.queue.position(of: feed.job)))
      }
    case .show(var feed):
      var hasBegun = false
      watch(responder, runs: feed.job) { [loop, state] in
        // What never starts is no stream: an ordinary error (protocol.md §3.6).
        if !hasBegun {
          let isOver = feed.job.state == .completed
          guard isOver || feed.job.state == .running && feed.job.failure == nil else { return LoopTimer.untilTold }
          guard feed.job.failure == nil else {
            responder.answer(state.reply(for: feed.job, base: feed.base))
            return nil
          }
          hasBegun = true
          responder.beginEvents(of: feed.job)
        }
        return responder.send(feed.advance(at: loop.now, state))
      }
    }
    settle()
  }

  /// Calls `body` now, after each wait it returns and whenever something has happened to a job, until it returns none or the
  /// client has gone.
  /// - Parameter job: what runs for this client alone, and is lost when it goes (protocol.md §4).
  private func watch(_ responder: LocalResponder, runs job: Job? = nil, _ body: @escaping () -> UInt64?) {
    guard responder.isOpen else { return }
    let timer = LoopTimer(loop, body: body)
    watchers[ObjectIdentifier(timer)] = timer
    responder.onClose = { [unowned self] in
      timer.cancel()
      watchers[ObjectIdentifier(timer)] = nil
      if let job, state.cancel(job, at: loop.now) { alarm?.start(in: 0) }
    }
    timer.tell()
  }

  /// Lets everything happen that is due, and tells those who wait for it.
  private func settle() {
    state.advance(to: loop.now)
    while state.changes != toldChanges {
      toldChanges = state.changes
      for watcher in watchers.values { watcher.tell() }
      state.advance(to: loop.now)
    }
    alarm?.start(in: untilNextMoment)
  }

  private var untilNextMoment: UInt64 {
    state.queue.nextMoment.map { $0 - min($0, loop.now) } ?? LoopTimer.untilTold
  }
}

extension LocalResponder {
  /// Answers with a reply of the sandbox.
  func answer(_ reply: SandboxReply) {
    let fields = (reply.fields + [SandboxReply.servedFrom]).map { ($0.name, $0.value) }
    switch reply.ending {
    case .whole: answer(reply.status, fields: fields, content: reply.content)
    case .cut:
      answerHalf(reply.status, fields: fields, content: reply.content)
      guard let loop else { return }
      // Whoever is between here and the client passes it on meanwhile.
      let timer = LoopTimer(loop) { [self] in
        breakOff()
        return nil
      }
      let onClose = self.onClose
      self.onClose = {
        timer.cancel()
        onClose?()
      }
      timer.start(in: SandboxReply.cutDelay)
    case .none: abort()
    }
  }

  /// Begins a stream about a job.
  fileprivate func beginEvents(of job: Job) {
    let fields = FeedStep.fields(requestID: job.id) + [SandboxReply.servedFrom]
    beginStream(200, fields: fields.map { ($0.name, $0.value) })
  }

  /// Sends what is due, and finishes after the last of it.
  /// - Returns: how long to wait then.
  fileprivate func send(_ step: FeedStep) -> UInt64? {
    send(step.bytes)
    if step.isCut { breakOff() } else if step.wait == nil { finish() }
    return step.wait
  }
}
