package import Text
internal import Settings

/// Where days and months of budgets begin.
package enum BudgetZone {
  private static let folder = "/usr/share/zoneinfo"

  /// What is wrong with the name of a zone: a sentence that names the cure.
  package struct Fault: Error, CustomStringConvertible {
    /// The sentence.
    package let description: String
  }

  /// The zone that `budget.timezone` names, which is looked up in the system's files.
  package static func load(_ text: String) throws(Fault) -> TimeZone {
    if let zone = TimeZone(fixed: text) { return zone }
    let path = "\(folder)/\(text)"
    var problem = "holds no time zone"
    do throws(BoundedFile.Failure) {
      let content = try BoundedFile.read(path, limit: 1 << 20)
      if let zone = TimeZone(file: content.withUnsafeBytes { [UInt8]($0) }) { return zone }
    } catch {
      if case .unreadable(let reason) = error { problem = "cannot be read: \(reason)" }
    }
    throw Fault(
      description: "\(path) \(problem); correct the name, install tzdata, or write an offset such as +01:00")
  }
}
