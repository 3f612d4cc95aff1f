/// The queued jobs in flight, by what stands for fal's id of each, in the order in which they were last seen.
struct JobTable {
  private struct Job {
    var key: UInt128
    /// The slot of the caller.
    var caller: Int32
    var seen: UInt64
  }

  private var jobs: ContiguousArray<Job> = []
  private var slots: [UInt128: Int32] = [:]
  private var free: ContiguousArray<Int32> = []
  private var order = SlotList()

  /// How many there are.
  var count: Int { slots.count }

  /// Adds a job of `caller`; false when it is there already.
  mutating func insert(_ key: UInt128, of caller: Int32, now: UInt64) -> Bool {
    guard slots[key] == nil else { return false }
    let job = Job(key: key, caller: caller, seen: latest(now))
    let slot: Int32
    if let last = free.popLast() {
      slot = last
      jobs[Int(slot)] = job
    } else {
      slot = Int32(jobs.count)
      jobs.append(job)
    }
    slots[key] = slot
    order.append(slot)
    return true
  }

  /// Notes that a job was seen, if it is one of these.
  mutating func touch(_ key: UInt128, now: UInt64) {
    guard let slot = slots[key] else { return }
    jobs[Int(slot)].seen = latest(now)
    order.touch(slot)
  }

  /// Takes a job out; its caller, if it was one of these.
  mutating func remove(_ key: UInt128) -> Int32? {
    guard let slot = slots.removeValue(forKey: key) else { return nil }
    order.remove(slot)
    free.append(slot)
    return jobs[Int(slot)].caller
  }

  /// Takes out the job that was seen longest ago, if that was `age` nanoseconds ago or more; its caller.
  mutating func removeExpired(age: UInt64, now: UInt64) -> Int32? {
    guard let slot = order.oldest, now >= jobs[Int(slot)].seen, now - jobs[Int(slot)].seen >= age else { return nil }
    return remove(jobs[Int(slot)].key)
  }

  /// The loops do not read the clock at the same time; the order is that of arrival all the same.
  private func latest(_ now: UInt64) -> UInt64 { order.newest.map { max(now, jobs[Int($0)].seen) } ?? now }
}
