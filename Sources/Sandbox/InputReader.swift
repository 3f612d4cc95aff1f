internal import Text

/// Reads the members of an input and gathers what is wrong with them.
struct InputReader {
  private let value: JSONValue
  private(set) var issues: [InputIssue] = []

  init(_ value: JSONValue) { self.value = value }

  mutating func refuse(
    _ type: String, _ location: [JSONValue], _ message: String, _ context: (String, JSONValue)?, input: JSONValue? = nil
  ) {
    var issue = InputIssue(type, location, message, input: input)
    if let context { issue.context = [JSONMember(name: context.0, value: context.1)] }
    issues.append(issue)
  }

  mutating func text(_ name: String, required: Bool) -> String? {
    guard let member = value[name] else {
      if required { refuse("missing", ["body", .string(name)], "Field required", nil) }
      return nil
    }
    if case .string(let text) = member { return text }
    refuse("string_type", ["body", .string(name)], "Input should be a valid string", nil, input: member)
    return nil
  }

  mutating func flag(_ name: String) -> Bool? {
    guard let member = value[name] else { return nil }
    if case .bool(let flag) = member { return flag }
    refuse("bool_type", ["body", .string(name)], "Input should be a valid boolean", nil, input: member)
    return nil
  }

  mutating func integer(_ name: String, _ range: ClosedRange<Int>) -> Int? {
    guard let member = value[name] else { return nil }
    guard let number = member.int else {
      guard let large = member.double, large == large.rounded() else {
        refuse("int_type", ["body", .string(name)], "Input should be a valid integer", nil, input: member)
        return nil
      }
      limit(name, member, large, Double(range.lowerBound)...Double(range.upperBound))
      return nil
    }
    guard range.contains(number) else {
      limit(name, member, Double(number), Double(range.lowerBound)...Double(range.upperBound))
      return nil
    }
    return number
  }

  mutating func decimal(_ name: String, _ range: ClosedRange<Double>) -> Double? {
    guard let member = value[name] else { return nil }
    guard let number = member.double else {
      refuse("float_type", ["body", .string(name)], "Input should be a valid number", nil, input: member)
      return nil
    }
    limit(name, member, number, range)
    return number
  }

  /// An integer of up to 64 bits, as its digits; null is none.
  mutating func seed(_ name: String) -> String? {
    guard let member = value[name], member != .null else { return nil }
    if case .number(let text) = member {
      if Int64(text) != nil || UInt64(text) != nil { return text }
      if let integer = member.int { return String(integer) }
      if let large = member.double, large == large.rounded() {
        let bound: (String, JSONValue) =
          large > 0 ? ("le", .number("18446744073709551615")) : ("ge", .number("-9223372036854775808"))
        let type = large > 0 ? "less_than_equal" : "greater_than_equal"
        refuse(type, ["body", .string(name)], "Input should fit 64 bits", bound, input: member)
        return nil
      }
    }
    refuse("int_type", ["body", .string(name)], "Input should be a valid integer", nil, input: member)
    return nil
  }

  private mutating func limit(_ name: String, _ member: JSONValue, _ number: Double, _ range: ClosedRange<Double>) {
    func bound(_ value: Double) -> JSONValue { Int(exactly: value).map { .integer($0) } ?? .decimal(value) }
    func text(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
    if number < range.lowerBound {
      let message = "Input should be greater than or equal to \(text(range.lowerBound))"
      refuse(
        "greater_than_equal", ["body", .string(name)], message, ("ge", bound(range.lowerBound)), input: member)
    } else if number > range.upperBound {
      let message = "Input should be less than or equal to \(text(range.upperBound))"
      refuse("less_than_equal", ["body", .string(name)], message, ("le", bound(range.upperBound)), input: member)
    }
  }
}
