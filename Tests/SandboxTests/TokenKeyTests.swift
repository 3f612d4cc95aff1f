import Fal
import Testing
import Text

@testable import Sandbox

@Suite struct TokenKeyTests {
  let key = TokenKey(secret: [1, 2, 3])

  @Test("signs as RFC 7515 says")
  func form() throws {
    let parts = key.token(apps: ["flux"], issued: 1000, life: 120).split(separator: ".")
    #expect(parts[0] == "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9")
    #expect(parts.count == 3 && parts[2].count == 43)
  }

  @Test(
    "opens the apps it was made for, by alias or by name, and no others, until it ends",
    arguments: [
      ("b", "a/b", 1119, true), ("b", "a/b", 1120, false), ("b", "a/c", 1000, false), ("a/b", "a/b/sub", 1000, true),
      ("a/b/realtime", "a/b", 1000, true), ("a/bc", "a/b", 1000, false), ("n", "workflows/o/n", 1000, true),
      ("a", "a/b", 1000, false),
    ] as [(String, String, UInt64, Bool)])
  func opens(app: String, endpoint: String, now: UInt64, isOpen: Bool) throws {
    let token = key.token(apps: [.string(app)], issued: 1000, life: 120)
    #expect(key.admits(token, to: try #require(EndpointID(endpoint)), at: now) == isOpen)
  }

  @Test("opens nothing that it did not sign")
  func forged() throws {
    let endpoint = try #require(EndpointID("a/b"))
    let good = key.token(apps: ["b"], issued: 0, life: 9)
    let other = TokenKey(secret: [9]).token(apps: ["b"], issued: 0, life: 9)
    let long = key.token(apps: ["b"], issued: 0, life: 99).split(separator: ".")
    let parts = good.split(separator: ".")
    #expect(key.admits(good, to: endpoint, at: 1))
    for forged in [
      other, "\(long[0]).\(long[1]).\(parts[2])", "", "..", "a.b.c", "\(good).x", "\(parts[0]).\(parts[1]).",
    ] {
      #expect(!key.admits(forged, to: endpoint, at: 1))
    }
  }
}
