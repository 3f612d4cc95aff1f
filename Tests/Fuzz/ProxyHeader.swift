import HTTPWire

/// One execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = bytes(data, size)
  let whole = ProxyHeader.read(input.span)
  if case .header(let header) = whole {
    require(header.length > 14 && header.length <= min(size, 4096), "a length out of bounds")
    require(ProxyHeader.isMeant(by: input.span), "not taken for one")
    let own = UnsafeBufferPointer(rebasing: input.prefix(header.length))
    require(ProxyHeader.read(own.span) == whole, "what follows makes a difference")
  }
  for end in cuts(input, upTo: size) {
    let part = ProxyHeader.read(UnsafeBufferPointer(rebasing: input.prefix(end)).span)
    // Nothing that is decided is decided otherwise later, and what needs more is bounded.
    require(part == .incomplete || part == whole, "more bytes change the answer")
    require(part != .incomplete || end < 4096, "waits for ever")
  }
  return 0
}
