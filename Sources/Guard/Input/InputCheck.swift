internal import Text

/// One walk of a value along a schema.
struct InputCheck {
  /// More issues than these are not gathered: of a long list nobody reads what is wrong with each element.
  static let issueLimit = 100

  private(set) var issues: [InputIssue] = []
  private var location: [Step]
  /// Whether it only matters if there is an issue: none is written down.
  private let isTrial: Bool
  private var hasFailed = false

  /// Whether nothing that is still to be seen could change the outcome.
  private var isDone: Bool { isTrial ? hasFailed : issues.count >= InputCheck.issueLimit }

  /// A step of a location.
  private enum Step {
    case name(String)
    case index(Int)

    var json: JSONValue {
      switch self {
      case .name(let name): .string(name)
      case .index(let index): .integer(index)
      }
    }
  }

  init(at location: [String]) {
    self.location = location.map { .name($0) }
    isTrial = false
  }

  private init() {
    location = []
    isTrial = true
  }

  /// Whether nothing is wrong with `value`.
  private static func accepts(_ value: JSONValue, _ node: SchemaNode) -> Bool {
    var trial = InputCheck()
    trial.check(value, node)
    return !trial.hasFailed
  }

  private mutating func refuse(_ refusal: @autoclosure () -> InputRefusal, _ value: JSONValue) {
    hasFailed = true
    guard !isDone else { return }
    issues.append(InputIssue(refusal(), at: location.map(\.json), input: value))
  }

  private mutating func refuse(_ refusal: InputRefusal, _ value: JSONValue, at step: Step) {
    location.append(step)
    refuse(refusal, value)
    location.removeLast()
  }

  private mutating func check(_ value: JSONValue, _ node: SchemaNode, at step: Step) {
    guard !isTrial else { return check(value, node) }
    location.append(step)
    check(value, node)
    location.removeLast()
  }

  mutating func check(_ value: JSONValue, _ node: SchemaNode) {
    switch node {
    case .any: break
    case .nullable(let node): if value != .null { check(value, node) }
    case .union(let nodes):
      guard !nodes.contains(where: { InputCheck.accepts(value, $0) }) else { return }
      hasFailed = true
      for node in nodes where !isDone { check(value, node, at: .name(node.label)) }
    case .model(let model): check(value, model)
    case .list(let node, let counts): check(value, node, counts)
    case .dictionary(let node):
      guard case .object(let members) = value else {
        return refuse(InputRefusal("dict_type", "Input should be a valid dictionary"), value)
      }
      for member in members where !isDone { check(member.value, node, at: .name(member.name)) }
    case .text, .integer, .number, .flag, .choice:
      do throws(InputRefusal) { try node.readScalar(value) } catch { refuse(error, value) }
    }
  }

  /// Of a member that stands twice the last counts.
  private mutating func check(_ value: JSONValue, _ model: ModelNode) {
    guard case .object(let members) = value else {
      let message = "Input should be a valid dictionary or object to extract fields from"
      return refuse(InputRefusal("model_attributes_type", message), value)
    }
    var found = [JSONValue?](repeating: nil, count: model.properties.count)
    for member in members {
      if let place = model.place(of: member.name) { found[place] = member.value }
    }
    for (property, member) in zip(model.properties, found) where !isDone {
      if let member {
        check(member, property.node, at: .name(property.name))
      } else if property.isRequired {
        refuse(InputRefusal("missing", "Field required"), value, at: .name(property.name))
      }
    }
    if case .pass = model.others { return }
    for member in members where !isDone && model.place(of: member.name) == nil {
      let step = Step.name(member.name)
      if case .held(let node) = model.others {
        check(member.value, node, at: step)
      } else {
        refuse(InputRefusal("extra_forbidden", "Extra inputs are not permitted"), member.value, at: step)
      }
    }
  }

  private mutating func check(_ value: JSONValue, _ node: SchemaNode, _ counts: Counts) {
    guard case .array(let elements) = value else {
      return refuse(InputRefusal("list_type", "Input should be a valid list"), value)
    }
    if let most = counts.most, elements.count > most {
      return refuse(.listLength("too_long", "most", "max_length", most, elements.count), value)
    }
    let before = issues.count
    for (index, element) in elements.enumerated() where !isDone { check(element, node, at: .index(index)) }
    if !isDone, issues.count == before, let least = counts.least, elements.count < least {
      refuse(.listLength("too_short", "least", "min_length", least, elements.count), value)
    }
  }
}

extension InputRefusal {
  fileprivate static func listLength(
    _ type: String, _ word: String, _ name: String, _ limit: Int, _ count: Int
  ) -> InputRefusal {
    InputRefusal(
      type, "List should have at \(word) \(limit) item\(limit == 1 ? "" : "s") after validation, not \(count)",
      [
        JSONMember(name: "field_type", value: "List"), JSONMember(name: name, value: .integer(limit)),
        JSONMember(name: "actual_length", value: .integer(count)),
      ])
  }
}
