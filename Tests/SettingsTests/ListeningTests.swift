import Glibc
import Testing

@testable import Settings

@Suite("A host and port that cannot be listened on")
struct ListeningTests {
  @Test(
    "are named with the setting that helps",
    arguments: [
      (EADDRINUSE, "port", "address in use"), (EACCES, "port", "above 1023"), (EPERM, "port", "above 1023"),
      (EADDRNOTAVAIL, "host", "0.0.0.0"), (EAFNOSUPPORT, "host", "IPv4 or IPv6"), (EINVAL, "host", "interface"),
      (ENOBUFS, "host", "no room; set another host or port"),
    ])
  func cure(code: Int32, key: String, cure: String) {
    let text = load("").cannotListen(code, reason: "no room")
    #expect(text.hasPrefix("cannot listen on 127.0.0.1:8080 (\(key), FAL_PROXY_\(key.uppercased())): "))
    #expect(text.contains(cure))
  }

  @Test("are named with the place where they were set")
  func source() {
    let loaded = load("", ["PORT": "80", "FAL_PROXY_HOST": "::1"])
    #expect(loaded.cannotListen(EACCES, reason: "").hasPrefix("cannot listen on [::1]:80 (port, PORT): permission"))
  }
}
