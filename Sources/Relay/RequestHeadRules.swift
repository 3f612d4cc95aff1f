internal import Fal
internal import Guard
internal import HTTPWire
internal import Settings
internal import Text

/// What of a client's request head goes to fal: an allow-list, then the key. The outgoing head is built from nothing;
/// what the client says about itself (cookies, credentials, origin, forwarding fields) is simply never copied.
final class RequestHeadRules: Sendable {
  private let key: SecretBytes
  private let clientProxy: [UInt8]
  private let fields: RequestFields
  private let tellsHost: Bool

  /// - Parameter tellsHost: whether the other side learns how the client reached the proxy: the sandbox must, fal must not.
  init(key: SecretBytes, version: String, fields: RequestFields, tellsHost: Bool = false) {
    self.key = key
    self.tellsHost = tellsHost
    self.fields = fields
    clientProxy = Array("x-fal-client-proxy: fal-proxy/\(version)\r\n".utf8)
  }

  /// Bytes the rules add at most to what they copy.
  var addedBytes: Int { 512 + key.count + clientProxy.count + fields.forced.count }

  /// Writes the head of the request to fal.
  /// - Parameters:
  ///   - framing: how the content is framed on its way to fal.
  ///   - target: what the policy decided; its request target is written as it was checked.
  ///   - value: the value of `x-fal-target-url` that `target` refers to.
  ///   - job: whose real id goes into the target, and whose answer is to be read.
  ///   - tags: what is told for fal's bill.
  ///   - address: where the client connected to; stands for a Host that it has not sent.
  func write(
    _ writer: inout HeadWriter, head: borrowing RequestHead, _ bytes: Span<UInt8>, framing: BodyFraming, target: Target,
    value: Span<UInt8>, job: OwnedJob? = nil, tags: [UInt8]? = nil, address: @autoclosure () -> String
  ) {
    writer.write(bytes.extracting(head.methodRange))
    writer.write(" ")
    if let job, let id = target.requestID {
      writer.write(value.extracting(target.requestTarget.lowerBound..<id.lowerBound))
      writer.write(job.id)
      writer.write(value.extracting(id.upperBound..<target.requestTarget.upperBound))
    } else {
      writer.write(value.extracting(target.requestTarget))
    }
    writer.write(" HTTP/1.1\r\nhost: ")
    writer.write(value.extracting(target.hostRange))
    writer.write("\r\n")
    let isRetrieval = head.method == .get || head.method == .head
    // A result is passed on as it is, in whatever coding; the other answers have ids in them.
    let isRead = job != nil && target.operation != .result
    if isRead { writer.write("accept-encoding: identity\r\n") }
    for line in head.fields.lines where !line.isNamedByConnection {
      if isRead, line.kind == .acceptEncoding { continue }
      let fate =
        fields.fate(of: line.kind)
        ?? fields.fate(
          of: line.kind, bytes.extracting(line.name), bytes.extracting(line.value), isRetrieval: isRetrieval)
      switch fate {
      case .pass: writer.field(bytes.extracting(line.name), bytes.extracting(line.value))
      case .lower: writer.field(bytes.extracting(line.name), RequestFields.longestTimeout)
      case .drop: continue
      }
    }
    switch framing {
    case .contentLength(let length):
      writer.write("content-length: ")
      writer.write(decimal: length)
      writer.write("\r\n")
    case .chunked: writer.write("transfer-encoding: chunked\r\n")
    case .none, .untilClose:
      // A method that usually has content says that it has none (RFC 9110 §8.6).
      if head.method == .post || head.method == .put { writer.write("content-length: 0\r\n") }
    }
    if tellsHost {
      writer.write("x-forwarded-host: ")
      if let authority = head.authority {
        writer.write(bytes.extracting(authority))
      } else {
        writer.write(address().utf8.span)
      }
      writer.write("\r\n")
    }
    writer.write(fields.forced)
    if let tags {
      writer.write("x-fal-tags: ")
      writer.write(tags)
      writer.write("\r\n")
    }
    writer.write(clientProxy)
    writer.write("authorization: Key ")
    key.withUnsafeBytes { writer.write($0.bindMemory(to: UInt8.self)) }
    writer.write("\r\n\r\n")
  }
}
