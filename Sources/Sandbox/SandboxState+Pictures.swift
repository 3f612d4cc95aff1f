internal import Pictures

extension SandboxState {
  /// Begins what a job needs that has just started: `supply` tells that it is there.
  func begin(_ job: Job, at moment: UInt64) {
    if job.fault == .hang { return }
    guard let order = takeOrder(of: job) else { return job.supply(at: moment) }
    guard let workshop else {
      take(order.fill(), for: job)
      return job.supply(at: moment)
    }
    workshop.fill(order) { [weak self] outcome, now in
      guard let self, job.state == .running else { return }
      take(outcome, for: job)
      supply(job, at: now)
    }
  }

  /// Puts the pictures into the file store.
  private func take(_ outcome: PictureOrder.Outcome, for job: Job) {
    switch outcome {
    case .refused(let issues): job.refuse(issues)
    case .pictures(let pictures, let size, let notes):
      let format = pictures.first?.format ?? .png
      let names = pictures.map { picture in
        files.add(contentType: format.contentType, suffix: format.rawValue, content: picture.content).name
      }
      job.receive(
        JobPictures(
          size: size, names: names, format: format, previews: pictures.compactMap(\.preview), notes: notes))
    }
  }
}
