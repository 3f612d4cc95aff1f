/// Values by name, within a count and a weight: when either is exceeded, the oldest go.
struct BoundedMap<Value> {
  private struct Entry {
    var value: Value
    var weight: Int
    var sequence: Int
  }

  private var countLimit: Int
  private var weightLimit: Int
  private var entries: [String: Entry] = [:]
  /// Names in the order they came; names that are gone stay until the front reaches them.
  private var order: [(name: String, sequence: Int)] = []
  private var first = 0
  private var sequence = 0

  /// The weight of everything kept.
  private(set) var weight = 0

  init(countLimit: Int, weightLimit: Int) {
    self.countLimit = countLimit
    self.weightLimit = weightLimit
  }

  var count: Int { entries.count }

  subscript(name: String) -> Value? { entries[name]?.value }

  /// Keeps `value`; what is heavier than everything that may be kept is gone at once.
  /// - Returns: what had to go.
  @discardableResult
  mutating func insert(_ value: Value, named name: String, weight: Int) -> [Value] {
    sequence += 1
    self.weight += weight - (entries[name]?.weight ?? 0)
    entries[name] = Entry(value: value, weight: weight, sequence: sequence)
    order.append((name, sequence))
    return evict()
  }

  /// Changes a value in place of its age.
  mutating func replace(_ value: Value, named name: String, weight: Int) {
    guard let entry = entries[name] else { return }
    self.weight += weight - entry.weight
    entries[name] = Entry(value: value, weight: weight, sequence: entry.sequence)
    _ = evict()
  }

  /// Changes the limits.
  mutating func bound(countLimit: Int, weightLimit: Int) {
    self.countLimit = countLimit
    self.weightLimit = weightLimit
    _ = evict()
  }

  private mutating func evict() -> [Value] {
    var gone: [Value] = []
    while entries.count > countLimit || weight > weightLimit, first < order.count {
      let oldest = order[first]
      first += 1
      if let entry = entries[oldest.name], entry.sequence == oldest.sequence {
        weight -= entry.weight
        entries[oldest.name] = nil
        gone.append(entry.value)
      }
    }
    if first > 64, first * 2 > order.count {
      order.removeFirst(first)
      first = 0
    }
    return gone
  }
}
