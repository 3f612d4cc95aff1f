internal import Guard
internal import Observability

/// What the log says of a target.
extension ProxyService {
  func note(_ target: Target, _ value: Span<UInt8>, in record: AccessRecord) {
    record.note(.targetHost, value.extracting(target.hostRange))
    record.note(.endpoint, value.extracting(target.endpoint))
  }

  /// - Parameter target: what `value` is, if it is anything.
  func noteRefused(_ target: Target?, _ value: Span<UInt8>, in record: AccessRecord) {
    guard let refused = RefusedTarget(value) else { return }
    record.note(.targetHost, value.extracting(refused.host))
    if let target { record.note(.endpoint, value.extracting(target.endpoint)) }
    record.note(.targetPath, value.extracting(refused.path))
  }
}
