internal import Glibc

/// A system call that failed: its errno and its name.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The errno value.
  public let code: Int32
  /// The name of the call.
  public let call: StaticString

  public init(_ code: Int32, _ call: StaticString) {
    self.code = code
    self.call = call
  }

  /// Whether the process or the system has no descriptor left.
  public var isDescriptorExhaustion: Bool {
    code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM
  }

  /// The system's text for the error, such as `No such file or directory`.
  public var reason: String { String(cString: strerror(code)) }

  /// The call, the system's text and the errno, for an operator.
  public var description: String { "\(call): \(reason) (errno \(code))" }

  public static func == (left: SystemError, right: SystemError) -> Bool {
    left.code == right.code && left.call.description == right.call.description
  }
}
