/// A key of a record: what is known about it, how a value is judged and kept, and how it is shown.
struct SettingKey<Root: SettingRecord>: Sendable {
  typealias Path<Value> = any WritableKeyPath<Root, Value> & Sendable

  var facts: SettingFacts
  /// Keeps the value in the record, or adds faults about it.
  let take: @Sendable (SettingInput, SettingPlace, inout Root, inout SettingFindings) -> Void
  /// The value as one would write it; a count in place of a secret.
  let show: @Sendable (Root) -> String
  /// The lines of a file that stand below the key, where it has entries that do not stand on its line.
  var below: @Sendable (Root) -> [String] = { _ in [] }

  init(
    _ facts: SettingFacts,
    take: @escaping @Sendable (SettingInput, SettingPlace, inout Root, inout SettingFindings) -> Void,
    show: @escaping @Sendable (Root) -> String
  ) {
    self.facts = facts
    self.take = take
    self.show = show
  }

  /// A key whose value is taken or refused, as a whole or by entries.
  init(
    _ facts: SettingFacts, store: @escaping @Sendable (SettingInput, inout Root) throws(SettingRefusal) -> Void,
    show: @escaping @Sendable (Root) -> String
  ) {
    self.init(
      facts,
      take: { input, place, root, findings in
        do throws(SettingRefusal) {
          try store(input, &root)
          findings.sources[place.name] = place.source
        } catch {
          findings.reject(input, place, facts.expected, error)
        }
      }, show: show)
  }

  var name: String { facts.name }

  /// The default as one would write it.
  var standard: String { show(Root()) }

  /// The same key, which a map in a list must have.
  var required: SettingKey {
    var key = self
    key.facts.isRequired = true
    return key
  }

  /// The same key, which came with a later version than the first.
  func since(_ version: String) -> SettingKey {
    var key = self
    key.facts.since = version
    return key
  }

  /// The same key with another variable that sets it when ours does not.
  func alias(_ variable: String) -> SettingKey {
    var key = self
    key.facts.aliases.append(variable)
    return key
  }
}

/// Why a value was not taken: as a whole, or because of some entries of its list.
enum SettingRefusal: Error, Equatable {
  case value
  case items([Int])
}

/// Where a value stands and what faults call it.
struct SettingPlace {
  /// `limits.head`, or `groups[2].name` for the second map of a list.
  let name: String
  /// `file:line`, or a variable.
  let source: String
  /// The file, or a variable.
  let file: String
}

/// What reading finds beside the values.
struct SettingFindings {
  /// Where each value was set, by the name that faults use.
  var sources: [String: String] = [:]
  var faults = SettingsFaults()

  mutating func reject(_ place: SettingPlace, _ message: String) {
    faults.append(source: place.source, key: place.name, message: message)
  }

  /// Adds a fault at the value, or at each entry that is wrong.
  mutating func reject(_ input: SettingInput, _ place: SettingPlace, _ expected: String, _ refusal: SettingRefusal) {
    let quoted = "the value has quotes around it; leave them out"
    guard case .items(let refused) = refusal, case .items(let items) = input else {
      if case .scalar(let value) = input, SettingInput.isQuoted(value) { return reject(place, quoted) }
      return reject(place, expected)
    }
    for index in refused {
      let form = items[index].mismatch.map { ", " + $0 } ?? ""
      let message = "entry \(index + 1): " + (items[index].isQuoted ? quoted : expected + form)
      faults.append(source: items[index].source, key: place.name, message: message)
    }
  }
}
