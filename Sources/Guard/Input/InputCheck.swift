internal import Text

/// One walk of a value along a schema.
struct InputCheck {
  /// More issues than these are not gathered: of a long list nobody reads what is wrong with each element.
  static let issueLimit = 100

  private(set) var issues: [InputIssue] = []
  private var location: [Step]
  private var failures = 0
  /// Whether issues are only counted.
  private var isTrial = false

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

  init(at location: [String]) { self.location = location.map { .name($0) } }

  private mutating func refuse(_ refusal: @autoclosure () -> InputRefusal, _ value: JSONValue) {
    failures += 1
    guard !isTrial, issues.count < InputCheck.issueLimit else { return }
    issues.append(InputIssue(refusal(), at: location.map(\.json), input: value))
  }

  private mutating func check(_ value: JSONValue, _ node: SchemaNode, at step: Step) {
    location.append(step)
    check(value, node)
    location.removeLast()
  }

  mutating func check(_ value: JSONValue, _ node: SchemaNode) {
    switch node {
    case .any: break
    case .nullable(let node): if value != .null { check(value, node) }
    case .union(let nodes):
      guard !nodes.contains(where: { accepts(value, $0) }) else { return }
      for node in nodes { check(value, node, at: .name(node.label)) }
    case .model(let model): check(value, model)
    case .list(let node, let counts): check(value, node, counts)
    case .dictionary(let node):
      guard case .object(let members) = value else {
        return refuse(InputRefusal("dict_type", "Input should be a valid dictionary"), value)
      }
      for member in members { check(member.value, node, at: .name(member.name)) }
    case .text, .integer, .number, .flag, .choice:
      do throws(InputRefusal) { try node.readScalar(value) } catch { refuse(error, value) }
    }
  }

  /// Whether nothing is wrong with `value`, told without gathering what is.
  private mutating func accepts(_ value: JSONValue, _ node: SchemaNode) -> Bool {
    let before = (failures, isTrial)
    defer { (failures, isTrial) = before }
    isTrial = true
    check(value, node)
    return failures == before.0
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
    for (property, member) in zip(model.properties, found) {
      let step = Step.name(property.name)
      if let member {
        check(member, property.node, at: step)
      } else if property.isRequired {
        location.append(step)
        refuse(InputRefusal("missing", "Field required"), value)
        location.removeLast()
      }
    }
    checkOthers(members, model)
  }

  private mutating func checkOthers(_ members: [JSONMember], _ model: ModelNode) {
    if case .pass = model.others { return }
    for member in members where model.place(of: member.name) == nil {
      location.append(.name(member.name))
      switch model.others {
      case .pass: break
      case .refused: refuse(InputRefusal("extra_forbidden", "Extra inputs are not permitted"), member.value)
      case .held(let node): check(member.value, node)
      }
      location.removeLast()
    }
  }

  private mutating func check(_ value: JSONValue, _ node: SchemaNode, _ counts: Counts) {
    guard case .array(let elements) = value else {
      return refuse(InputRefusal("list_type", "Input should be a valid list"), value)
    }
    if let most = counts.most, elements.count > most {
      return refuse(.listLength("too_long", "most", "max_length", most, elements.count), value)
    }
    let before = failures
    if case .any = node {
    } else {
      for (index, element) in elements.enumerated() { check(element, node, at: .index(index)) }
    }
    if failures == before, let least = counts.least, elements.count < least {
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
