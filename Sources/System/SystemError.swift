internal import Glibc

/// A system call that failed: its errno and its name.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The errno value.
  package let code: Int32
  /// The name of the call.
  package let call: StaticString

  package init(_ code: Int32, _ call: StaticString) {
    self.code = code
    self.call = call
  }

  /// Whether the process or the system has no descriptor left.
  package var isDescriptorExhaustion: Bool {
    code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM
  }

  /// The system's text for the error, such as `No such file or directory`.
  package var reason: String { String(cString: strerror(code)) }

  package var description: String { "\(call): \(reason)" }

  package static func == (left: SystemError, right: SystemError) -> Bool {
    left.code == right.code && left.call.description == right.call.description
  }
}
