package import HTTPServer
package import Transport

/// An embedded fal for development without a key or a network: queue, direct calls, streams, uploads and files.
///
/// One server plays several hosts, told apart by the Host field: `queue.fal.run`, `fal.run`, `rest.fal.ai` (also under
/// its former name). Under any other name it is the CDN, and by path the queue and the control API for direct use.
/// It imitates protocol.md §3–§7 and §9. Webhooks are ignored: it makes no connections of its own.
package final class SandboxApplication: LocalApplication {
  private let loop: EventLoop
  private let state: SandboxState

  /// A sandbox whose jobs live on `loop`; every connection that reaches it must belong to the same loop.
  /// - Parameter files: what `SandboxFiles` serves to the clients of the proxy.
  package init(loop: EventLoop, place: SandboxPlace, files: FileStore, options: SandboxOptions = SandboxOptions()) {
    self.loop = loop
    state = SandboxState(place, files: files, options: options)
  }

  /// Answers as fal would, now or in the model's time.
  package func respond(to request: LocalRequest, _ responder: LocalResponder) {
    let router = SandboxRouter(state: state)
    switch router.decide(SandboxRequest(request), at: loop.now, date: WallClock.milliseconds()) {
    case .reply(let reply): responder.answer(reply)
    case .wait(let job, let base):
      let timer = LoopTimer(loop) { [loop, state] in
        if loop.now < job.ends { return job.ends - loop.now }
        responder.answer(state.reply(for: job, at: loop.now, base: base))
        return nil
      }
      responder.onClose = { timer.cancel() }
      timer.start(in: job.ends - loop.now)
    case .follow(var feed):
      stream(responder, requestID: feed.job.id) { [loop, state] in
        feed.advance(at: loop.now, position: state.jobs.position(of: feed.job, at: loop.now))
      }
    case .show(var feed):
      stream(responder, requestID: feed.job.id) { [loop, state] in feed.advance(at: loop.now, state) }
    }
  }

  /// Sends what `next` returns until it returns no further wait or the client has gone.
  private func stream(_ responder: LocalResponder, requestID: String, _ next: @escaping () -> FeedStep) {
    let timer = LoopTimer(loop) {
      let step = next()
      responder.send(step.bytes)
      if step.wait == nil { responder.finish() }
      return step.wait
    }
    responder.onClose = { timer.cancel() }
    responder.beginStream(200, fields: FeedStep.fields(requestID: requestID).map { ($0.name, $0.value) })
    timer.deadlineReached()
  }
}

extension LocalResponder {
  /// Answers with a reply of the sandbox.
  func answer(_ reply: SandboxReply) {
    answer(reply.status, fields: reply.fields.map { ($0.name, $0.value) }, content: reply.content)
  }
}
