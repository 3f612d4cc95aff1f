import Digest
import Fal
import Guard
import Text

private let seals = JobSeals([[1], [2]])
private let older = JobSeals([[2]])

private func caller(_ number: UInt128) -> Caller {
  var caller = Caller(Identity(number))
  caller.former = [Identity(number << 64)]
  return caller
}

/// One execution: an id, and the endpoint that it was submitted to behind a line feed. The whole is opened as it is too.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = bytes(data, size)
  let parts = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false).map { [UInt8]($0) }
  let (id, endpoint) = (parts[0], parts.count > 1 ? parts[1] : [])
  let (alice, bob) = (caller(1), caller(2))
  // What nobody has sealed opens nothing: a tag has 88 bits.
  require(seals.open(input.span, for: alice, endpoint: endpoint.span) == nil, "forged")
  require(seals.open(id.span, for: alice, endpoint: endpoint.span) == nil, "forged with an endpoint")
  _ = seals.candidates(input.span)
  let app = endpoint.span.extracting(JobApp(endpoint.span).name)
  guard let sealed = seals.seal(id.span, for: alice.identity, app: app) else { return 0 }
  let isUUID = UUIDText.value(id.span) != nil
  require(sealed.count == id.count + (isUUID ? 0 : 16) && sealed != id, "another length")
  let opened = seals.open(sealed.span, for: alice, endpoint: endpoint.span)
  require(opened?.id == id, "does not open")
  require(seals.candidates(sealed.span).contains(id), "the command would not find it")
  require(seals.open(sealed.span, for: bob, endpoint: endpoint.span) == nil, "somebody else's")
  require(older.open(sealed.span, for: alice, endpoint: endpoint.span) == nil, "without the secret")
  // The same under the older secret, which still opens for whom it was then.
  guard let old = older.seal(id.span, for: alice.former[0], app: app) else { fatalError("sealed once and not again") }
  require(seals.open(old.span, for: alice, endpoint: endpoint.span)?.id == id, "an older one does not open")
  // Any other text than the sealed one is not it.
  for place in [Int(input[0]) % sealed.count, sealed.count - 1] {
    for bit in 0..<8 {
      var other = sealed
      other[place] ^= 1 << bit
      require(seals.open(other.span, for: alice, endpoint: endpoint.span) == nil, "a bit makes no difference")
    }
  }
  return 0
}
