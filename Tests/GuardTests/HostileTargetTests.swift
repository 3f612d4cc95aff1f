import Guard
import HTTPWire
import Testing

@Suite struct HostileTargetTests {
  @Test("refuses every hostile target for every method while all endpoints are allowed (protocol.md §2.6 a)")
  func hostile() {
    let policy = TargetPolicy.make()
    #expect(HostileTargets.all.count >= 200)
    for bytes in HostileTargets.all {
      for method in [Method.post, .get, .put, .head, .options, .other] {
        let probe = Probe(policy, method, bytes)
        #expect(probe.refusal != nil, "\(String(decoding: bytes, as: UTF8.self)) was accepted: \(probe)")
      }
    }
  }

  @Test("would have accepted the targets the hostile ones are made from")
  func control() {
    #expect(Probe(.make(), .post, "https://fal.run/fal-ai/x").operation == .run)
    #expect(Probe(.make(), .post, "https://fal.run/fal-ai/x?a=%2f%00&b='//..?@:").operation == .run)
  }

  @Test("refuses userinfo, ports and other spellings of the host as malformed, a foreign host as not allowed")
  func kinds() {
    for host in ["user@fal.run", "fal.run:443", "FAL.RUN", "fal.run.", "[::1]"] {
      #expect(Probe(.make(), .post, "https://\(host)/a/b").refusal == .malformed)
    }
    for host in ["evil.com", "127.0.0.1", "fal.run.evil.com", "evilfal.run"] {
      #expect(Probe(.make(), .post, "https://\(host)/a/b").refusal == .targetNotAllowed)
    }
  }

  static let seeds = [
    "https://fal.run/fal-ai/flux/dev", "https://fal.run/fal-ai/flux/stream?x=1",
    "https://queue.fal.run/fal-ai/flux/dev",
    "https://queue.fal.run/fal-ai/flux/requests/0a-b_c/status?logs=1",
    "https://queue.fal.run/workflows/o/n/requests/0abc/cancel",
    "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3",
  ]
  static let pieces = [
    "/", "//", "..", "/../", ".", "@", ":", "?", "#", "%", "%2f", "\\", " ", "\t", "\n", "\0", "a", "A", "fal.run",
    "https://", "requests/", "/stream", "evil.com", "é", ";", ",", "-", "_", "~", "queue.", "workflows/",
  ].map { Array($0.utf8) }

  @Test("whatever mutation is accepted, an independent parser finds an allowed host and the same endpoint in it")
  func mutations() {
    let policy = TargetPolicy.make(endpoints: ["fal-ai/flux/**", "workflows/o/n"])
    var random = SplitMix(state: 42)
    var accepted = 0
    for _ in 0..<40_000 {
      var bytes = Array(Self.seeds.randomElement(using: &random)!.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...4, using: &random))
        switch UInt8.random(in: 0...3, using: &random) {
        case 0: bytes.replaceSubrange(place..<end, with: [])
        case 1: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random)!, at: place)
        case 2: bytes.replaceSubrange(place..<end, with: Self.pieces.randomElement(using: &random)!)
        default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        }
      }
      let method = [Method.get, .post, .put].randomElement(using: &random)!
      let probe = Probe(policy, method, bytes)
      guard probe.refusal == nil else { continue }
      accepted += 1
      #expect(Self.complaint(bytes, probe) == nil, "\(String(decoding: bytes, as: UTF8.self)): \(probe)")
    }
    #expect(accepted > 500)
  }

  /// Reads an accepted target again, in another way than the policy does; nil when both agree.
  static func complaint(_ bytes: [UInt8], _ probe: Probe) -> String? {
    guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C && $0 != 0x23 }) else { return "bytes" }
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "https:", parts[1] == "", parts[2] == probe.host else { return "shape" }
    guard ["fal.run", "queue.fal.run", "rest.fal.ai", "rest.alpha.fal.ai"].contains(probe.host) else { return "host" }
    guard probe.requestTarget == "/" + parts[3] else { return "request target" }
    let path = parts[3].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
    var segments = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if segments.last == "" { segments.removeLast() }
    guard !segments.contains(where: { $0.isEmpty || $0.allSatisfy { $0 == "." } }) else { return "segments" }
    guard !path.contains("%"), !path.contains("@"), !path.contains(":"), !path.contains(";") else { return "path" }
    if probe.host.hasPrefix("rest.") {
      return path == "storage/upload/initiate" || path == "storage/upload/initiate-multipart" ? nil : "rest"
    }
    let allowed = ["fal-ai/flux", "workflows/o/n", "workflows/o", "o/n"]
    guard allowed.contains(where: { (path + "/").hasPrefix($0 + "/") }) else { return "endpoint" }
    guard segments.joined(separator: "/").hasPrefix(probe.endpoint) else { return "endpoint range" }
    return probe.requestID.map { segments.contains($0) && !probe.mayExecute } ?? probe.mayExecute ? nil : "follow-up"
  }
}
