internal import Pictures

extension SandboxState {
  /// Begins what a job needs that has just started: `supply` tells that it is there.
  func begin(_ job: Job, at moment: UInt64) {
    if job.fault == .hang { return }
    guard let order = job.order else { return job.supply(at: moment) }
    guard let workshop else {
      take(order.fill { job.previews = $0 }, for: job)
      return job.supply(at: moment)
    }
    if let outcome = workshop.remembered(order) {
      take(outcome, for: job)
      return job.supply(at: moment)
    }
    job.painting = workshop.fill(order) { [weak self] previews in
      guard let self, job.state == .running else { return }
      job.previews = previews
      changed()
    } done: { [weak self] outcome, now in
      job.painting = nil
      guard let self else { return }
      guard job.state == .running else { return stopped(job, at: now) }
      take(outcome, for: job)
      supply(job, at: now)
    }
  }

  /// Puts the pictures into the file store.
  private func take(_ outcome: PictureOrder.Outcome, for job: Job) {
    switch outcome {
    case .stopped: preconditionFailure("nothing stops the painting of a job that runs")
    case .refused(let issues): job.refuse(issues)
    case .pictures(let pictures, let size, let notes):
      let format = pictures.first?.format ?? .png
      let names = pictures.map { picture in
        files.add(contentType: format.contentType, suffix: format.rawValue, content: picture.content).name
      }
      job.receive(JobPictures(size: size, names: names, format: format, notes: notes))
    }
  }
}
