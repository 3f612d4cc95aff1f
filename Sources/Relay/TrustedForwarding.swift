internal import Guard
internal import HTTPServer
internal import HTTPWire
internal import Synchronization
internal import Text

/// What one generation knows of the proxies in front, as the server asks it.
struct TrustedForwarding: Forwarding {
  private let clientAddress: ClientAddress
  private let notices: ForwardingNotices
  let trustsSome: Bool
  let readsProxyHeaders: Bool

  init(_ clientAddress: ClientAddress, _ notices: ForwardingNotices) {
    self.clientAddress = clientAddress
    self.notices = notices
    trustsSome = clientAddress.trustsSome
    readsProxyHeaders = trustsSome && clientAddress.source == .proxyProtocol
  }

  func trusts(_ peer: IPv6Address) -> Bool { clientAddress.trusts(peer) }

  func client(of head: borrowing RequestHead, _ bytes: Span<UInt8>, from peer: IPv6Address) -> IPv6Address? {
    if trusts(peer) { return clientAddress.client(in: head.fields, bytes) }
    if !notices.haveToldOfField, let field = clientAddress.field(in: head.fields, bytes) {
      notices.tell(of: field, from: peer)
    }
    return nil
  }

  func missedProxyHeader(from peer: IPv6Address) { notices.tellOfMissedHeader(from: peer) }
}

/// Tells the operator, each once in the life of the process, what about the proxies in front is likely not meant; one for all
/// loops.
package final class ForwardingNotices: Sendable {
  private let report: @Sendable (String) -> Void
  private let fieldIsTold = Atomic(false)
  private let headerIsTold = Atomic(false)

  /// - Parameter report: takes a line for the operator and must not wait: it is called on an event loop.
  package init(report: @escaping @Sendable (String) -> Void) { self.report = report }

  var haveToldOfField: Bool { fieldIsTold.load(ordering: .relaxed) }

  fileprivate func tell(of field: String, from peer: IPv6Address) {
    guard !fieldIsTold.exchange(true, ordering: .relaxed) else { return }
    report(
      "fal-proxy: warning: a request with \(field) came from \(Self.text(peer)), which is not in trusted_proxies: all clients "
        + "behind that address count as one. If it is a proxy of yours, list it there (FAL_PROXY_TRUSTED_PROXIES)")
  }

  fileprivate func tellOfMissedHeader(from peer: IPv6Address) {
    guard !headerIsTold.exchange(true, ordering: .relaxed) else { return }
    report(
      "fal-proxy: warning: a connection from \(Self.text(peer)), which is in trusted_proxies, began without a PROXY header "
        + "and was cut. Let that proxy send one, or set client_address to what it sends")
  }

  private static func text(_ address: IPv6Address) -> String { address.mapped.map { "\($0)" } ?? "\(address)" }
}
