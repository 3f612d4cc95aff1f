internal import HTTPWire
internal import Transport

/// What a connection may begin with besides HTTP: the header of the PROXY protocol, wanted or not, and TLS.
extension HTTP1Connection {
  /// Takes the header from the input, and with it the client of the connection; whoever sends something else is cut, as nobody
  /// could say whose request it is.
  func takeProxyHeader() {
    guard !channel.input.isEmpty else { return }
    switch ProxyHeader.read(channel.input.readable.span) {
    case .incomplete: return
    case .invalid:
      server.forwarding?.missedProxyHeader(from: peer)
      close()
    case .header(let header):
      channel.input.consume(header.length)
      awaitsProxyHeader = false
      if let client = header.client, server.forwarding?.trusts(client) == false { address = client }
      setDeadline(in: isInReserve ? options.headTimeout : options.idleTimeout)
    }
  }

  /// What else was spoken than HTTP, as far as it is known.
  var misunderstanding: Cause? {
    if beginsAsTLS { return .tlsOnPlainPort }
    return ProxyHeader.isMeant(by: channel.input.readable.span) ? .proxyHeaderNotRead : nil
  }

  /// Whether the first byte is that of a TLS handshake record (RFC 8446 §5.1), which begins no request line.
  var beginsAsTLS: Bool {
    let bytes = channel.input.readable
    return bytes[0] == 0x16
  }
}
