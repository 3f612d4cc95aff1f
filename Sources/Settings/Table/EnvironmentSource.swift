/// Where environment variables come from: the process, or a test. Values are bytes, because some of them are secrets.
package protocol EnvironmentSource {
  /// Calls `body` with the bytes of the variable's value, without the closing NUL; nil when it is not set.
  func withValue<Result>(of name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result?

  /// The names of all set variables that begin with `prefix`, in any order.
  func names(startingWith prefix: String) -> [String]
}

extension EnvironmentSource {
  /// A copy of the value; nil when the variable is not set or empty, which for most means the same.
  func value(of name: String) -> SecretBytes? {
    guard let value = setValue(of: name), value.count > 0 else { return nil }
    return value
  }

  /// A copy of the value, which may be empty; nil only when the variable is not set.
  func setValue(of name: String) -> SecretBytes? { withValue(of: name) { SecretBytes(copying: $0) } }
}
