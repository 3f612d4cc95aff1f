internal import Text

/// The jobs that were opened last: whoever waits for one asks again and again, and is told from here what opening it once has
/// told. One value per event loop.
///
/// Found is a job only by what it was opened with: the same text, of the same caller, at the same endpoint, under the same
/// keys.
public final class OpenedJobs {
  /// How many are kept, in about 400 bytes each.
  public static let limit = 1024

  private var jobs: [OwnedJob?] = []
  private var seals: JobSeals?

  /// None yet; memory comes with use.
  public init() {}

  /// The job that `text` is the sealed id of; nil where it is not this caller's, at this endpoint.
  public func job(
    _ seals: JobSeals, opening text: Span<UInt8>, for caller: Caller, endpoint: Span<UInt8>
  ) -> OwnedJob? {
    if self.seals !== seals {
      self.seals = seals
      jobs = Array(repeating: nil, count: OpenedJobs.limit)
    }
    guard text.count >= 8 else { return nil }
    // It begins with bits of the tag, which are as good as random; where they are not, jobs take each other's place.
    let word = text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 0, as: UInt64.self)
    let place = Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 54)
    if let job = jobs[place], job.wasOpened(with: text, for: caller, endpoint: endpoint) { return job }
    guard let job = OwnedJob(seals, opening: text, for: caller, endpoint: endpoint) else { return nil }
    jobs[place] = job
    return job
  }
}
