import Digest
import Fal
import HTTPWire
import TestSupport
import Testing
import Text

@testable import Guard

@Suite("Sealed ids")
struct JobSealsTests {
  static let secrets: [[UInt8]] = [Array(repeating: 7, count: 32), Array(repeating: 9, count: 32)]
  static let seals = JobSeals(secrets)
  static let uuid = "764cabcf-b745-4b3e-ae38-1200304cf45b"
  static let alice = Caller(Identity(1))
  static let bob = Caller(Identity(2))

  private func seal(_ id: String, _ caller: Caller = alice, _ app: String = "fal-ai/flux") -> String? {
    Self.seals.seal(id.utf8.span, for: caller.identity, app: app.utf8.span).map { String(decoding: $0, as: UTF8.self) }
  }

  private func open(_ text: String, _ caller: Caller = alice, _ endpoint: String = "fal-ai/flux") -> String? {
    Self.seals.open(text.utf8.span, for: caller, endpoint: endpoint.utf8.span)
      .map { String(decoding: $0.id, as: UTF8.self) }
  }

  /// What a job that is submitted at `endpoint` is called, as `OwnedJob` does it.
  private func submitted(_ id: String, at endpoint: String) throws -> String {
    let job = OwnedJob(Self.seals, submittedBy: Self.alice, to: endpoint.utf8.span)
    let isLearnt = job.learn(id.utf8.span)
    try #require(isLearnt)
    return String(decoding: job.sealed, as: UTF8.self)
  }

  /// Whether `text` opens under `seals`, at `a/b`.
  private func opens(_ text: [UInt8], _ seals: JobSeals, _ caller: Caller) -> Bool {
    seals.open(text.span, for: caller, endpoint: "a/b".utf8.span) != nil
  }

  private func candidates(_ text: String) -> [[UInt8]] { Self.seals.candidates(text.utf8.span) }

  @Test("the sealed id of a UUID is as long as it, of digits a path may have, and says nothing of it")
  func form() throws {
    let sealed = try #require(seal(Self.uuid))
    #expect(sealed.utf8.count == 36 && sealed != Self.uuid)
    #expect(sealed.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
    #expect(open(sealed) == Self.uuid)
    #expect(seal(Self.uuid) == sealed)
  }

  @Test(
    "another id keeps its text, its tag behind it",
    arguments: [
      "1", "req-1", "a.b", uuid.uppercased(), "764cabcfb7454b3eae381200304cf45b", "0123456789abcdef.012", "~._-",
      String(repeating: "x", count: 128),
    ])
  func others(id: String) throws {
    let sealed = try #require(seal(id))
    #expect(sealed.hasPrefix(id + ".") && sealed.utf8.count == id.utf8.count + 16)
    #expect(open(sealed) == id)
    #expect(open(id) == nil && open(sealed, Self.bob) == nil && open(sealed, Self.alice, "fal-ai/other") == nil)
  }

  @Test(
    "what no segment of a path can be is not sealed",
    arguments: [
      "", ".", "..", "a/b", "a b", "ü", "a?b", String(repeating: "x", count: 129),
    ])
  func unsealable(id: String) { #expect(seal(id) == nil) }

  @Test(
    "what was never sealed opens for nobody",
    arguments: [
      "", "x", uuid, uuid.uppercased(), String(repeating: "A", count: 35), String(repeating: "A", count: 36),
      String(repeating: "A", count: 37), String(repeating: "=", count: 36), String(repeating: "+", count: 36),
      "req-1.AAAAAAAAAAAAAAA", ".AAAAAAAAAAAAAAA", "req-1.AAAAAAAAAAAAAA+",
    ])
  func foreign(text: String) { #expect(open(text) == nil) }

  @Test("no change of a bit, a letter or the length opens")
  func tampering() throws {
    for id in [Self.uuid, "req-1", String(repeating: "x", count: 20)] {
      let sealed = Array(try #require(seal(id)).utf8)
      for index in sealed.indices {
        for bit in 0..<8 {
          var other = sealed
          other[index] ^= 1 << UInt8(bit)
          #expect(open(String(decoding: other, as: UTF8.self)) == nil)
        }
        for byte in "AZaz09-_.~".utf8 where byte != sealed[index] {
          var other = sealed
          other[index] = byte
          #expect(open(String(decoding: other, as: UTF8.self)) == nil)
        }
      }
      #expect(open(String(decoding: sealed.dropLast(), as: UTF8.self)) == nil)
      #expect(open(String(decoding: sealed + [65], as: UTF8.self)) == nil)
    }
  }

  @Test("property: two identities, apps or ids never share a seal, and each opens for its own alone")
  func property() throws {
    var random = SplitMix64(seed: 11)
    var seen: Set<String> = []
    let apps = ["a/b", "a/bc", "ab/c", "o"]
    for _ in 0..<500 {
      let value = UInt128(random.next()) << 64 | UInt128(random.next())
      let id = String(decoding: UUIDText.bytes(value), as: UTF8.self)
      for caller in [Caller(Identity(UInt128(random.next()))), Self.bob] {
        for app in apps {
          let sealed = try #require(seal(id, caller, app))
          #expect(seen.insert(sealed).inserted)
          #expect(open(sealed, caller, app) == id)
          #expect(open(sealed, Self.alice, app) == nil)
          #expect(open(sealed, caller, "x/y") == nil)
        }
      }
    }
  }

  @Test("the first secret seals, all of them open, and others open nothing")
  func rotation() throws {
    let (old, new) = (JobSeals([Self.secrets[1]]), Self.seals)
    let text = old.seal(Self.uuid.utf8.span, for: Identity(1), app: "a/b".utf8.span)
    let sealed = try #require(text)
    var caller = Self.alice
    #expect(opens(sealed, new, caller))
    #expect(!opens(sealed, JobSeals([Self.secrets[0]]), caller))
    // Who was known by another hash under the old secret.
    caller = Caller(Identity(5))
    #expect(!opens(sealed, new, caller))
    caller.former = [Identity(1)]
    #expect(opens(sealed, new, caller))
  }

  @Test("one credential is one caller, under every secret there was")
  func callers() {
    let (old, both) = (CallerSecrets([Self.secrets[1]]), CallerSecrets(Self.secrets))
    let (before, after) = (
      old.caller { $0.append("token-a".utf8.span) }, both.caller { $0.append("token-a".utf8.span) }
    )
    #expect(after.former == [before.identity] && before.former == nil)
    #expect(after.identity != before.identity)
    let other = both.caller { $0.append("token-b".utf8.span) }
    #expect(other.identity != after.identity)
  }

  @Test(
    "every form of the follow-ups on a job opens it",
    arguments: [
      ("fal-ai/flux", "fal-ai/flux"), ("fal-ai/flux/dev", "fal-ai/flux"), ("fal-ai/flux/dev/stream", "fal-ai/flux"),
      ("123/name", "123/name"), ("workflows/o/n", "workflows/o/n"), ("workflows/o/n", "workflows/o"),
      ("workflows/o/n", "o/n"),
      ("comfy/o/n/sub", "comfy/o/n"), ("comfy/o/n/sub", "comfy/o"), ("comfy/o/n", "o/n"),
    ])
  func followUps(endpoint: String, app: String) throws {
    let sealed = try submitted(Self.uuid, at: endpoint)
    #expect(open(sealed, Self.alice, app) == Self.uuid)
    #expect(open(sealed, Self.bob, app) == nil)
    let opened = OwnedJob(Self.seals, opening: sealed.utf8.span, for: Self.alice, endpoint: app.utf8.span)
    let job = try #require(opened)
    #expect(job.id == Array(Self.uuid.utf8) && job.sealed == Array(sealed.utf8))
    // Another id of the same job is sealed as the submit would have.
    let other = UUIDText.bytes(12)
    let submit = try submitted(String(decoding: other, as: UTF8.self), at: endpoint)
    let again = job.seal(other.span)
    #expect(again == Array(submit.utf8))
  }

  @Test(
    "another app, or another owner's, opens nothing",
    arguments: [
      ("fal-ai/flux", "fal-ai/flux-pro"), ("fal-ai/flux", "fal-ai"), ("fal-ai/flux", "other/flux"),
      ("workflows/o/n", "workflows/p/n"), ("workflows/o/n", "p/o"), ("fal-ai/flux", "workflows/fal-ai/flux"),
    ])
  func otherApps(endpoint: String, app: String) throws {
    #expect(open(try submitted(Self.uuid, at: endpoint), Self.alice, app) == nil)
  }

  @Test("whoever has the secrets can read the id, unverified")
  func unverified() throws {
    let sealed = try #require(seal(Self.uuid))
    #expect(candidates(sealed).first == Array(Self.uuid.utf8))
    #expect(candidates("req-1.AAAAAAAAAAAAAAA") == [Array("req-1".utf8)])
    #expect(candidates(Self.uuid).isEmpty && candidates("x").isEmpty)
  }

  @Test("nothing prints a key")
  func printing() {
    var text = ""
    dump(CallerSecrets(Self.secrets), to: &text)
    dump(Self.seals, to: &text)
    #expect("\(Self.seals) \(CallerSecrets(Self.secrets))".contains("<redacted>") && !text.contains("- 7"))
  }
}
