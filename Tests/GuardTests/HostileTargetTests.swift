import Fal
import Guard
import HTTPWire
import TestSupport
import Testing

@Suite struct HostileTargetTests {
  @Test("refuses every hostile target for every method while all endpoints are allowed (protocol.md §2.6 a)")
  func hostile() {
    let policy = TargetPolicy.make()
    #expect(TargetCorpus.hostile.count >= 400)
    for target in TargetCorpus.hostile {
      let text = "\(target.name): \(String(decoding: target.bytes.prefix(200), as: UTF8.self))"
      for method in [Method.get, .put, .head, .options, .other] {
        let probe = Probe(policy, method, target.bytes)
        #expect(probe.refusal != nil, "\(text) was accepted: \(probe)")
      }
      let status = Probe(policy, .post, target.bytes).refusal.map { $0.isAboutForm ? 400 : 403 } ?? 0
      #expect(target.statuses.contains(status), "\(text): \(status)")
    }
  }

  @Test("accepts what clients send as what it is (protocol.md §2.2)", arguments: TargetCorpus.good.indices)
  func good(index: Int) throws {
    let good = TargetCorpus.good[index]
    let method = try #require(["GET": Method.get, "POST": .post, "PUT": .put, "HEAD": .head][good.method])
    let probe = Probe(.make(tokens: good.operation == "token"), method, good.target)
    #expect(probe.refusal == nil)
    #expect(probe.operation.map { "\($0.name)" } == good.operation)
    #expect(probe.endpoint == good.endpoint)
    #expect(probe.requestID == good.requestID)
    #expect("https://\(probe.host)\(probe.requestTarget)" == good.target)
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
    var random = SplitMix64(seed: 42)
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
    guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }) else { return "bytes" }
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "https:", parts[1] == "", parts[2] == probe.host else { return "shape" }
    guard ["fal.run", "queue.fal.run", "rest.fal.ai", "rest.alpha.fal.ai"].contains(probe.host) else { return "host" }
    guard probe.requestTarget == "/" + parts[3] else { return "request target" }
    let path = parts[3].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
    var segments = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if segments.last == "" { segments.removeLast() }
    guard !segments.contains(where: { $0.isEmpty || $0.allSatisfy { $0 == "." } }) else { return "segments" }
    guard path.allSatisfy({ !"%@:;\\".contains($0) }) else { return "path" }
    if probe.host.hasPrefix("rest.") {
      return path == "storage/upload/initiate" || path == "storage/upload/initiate-multipart" ? nil : "rest"
    }
    let allowed = ["fal-ai/flux", "workflows/o/n", "workflows/o", "o/n"]
    guard allowed.contains(where: { (path + "/").hasPrefix($0 + "/") }) else { return "endpoint" }
    guard segments.joined(separator: "/").hasPrefix(probe.endpoint) else { return "endpoint range" }
    return probe.requestID.map { segments.contains($0) && !probe.mayExecute } ?? probe.mayExecute ? nil : "follow-up"
  }
}
