import Testing

@testable import Transport

@Suite("Address policy")
struct AddressPolicyTests {
  struct Row: Sendable {
    let host: String
    let admitted: [String]
    let refused: [String]
  }

  static let local = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "169.254.0.0", "169.254.169.254", "169.254.255.255",
    "::1", "::", "fe80::1", "febf:ffff::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
    "::127.0.0.1", "::169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
  ]
  static let distant = [
    "1.1.1.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "126.255.255.255", "128.0.0.1", "169.253.255.255",
    "169.255.0.0", "1.0.0.0", "255.255.255.255", "2001:db8::1", "fd00::1", "fec0::1", "fe7f::1", "::ffff:10.0.0.1",
    "64:ff9b::a00:1", "64:ff9b:1::7f00:1", "::2:0:0:1", "::1:7f00:1",
  ]
  static let loopback = ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]

  static let rows = [
    // A name leads nowhere near this machine, however it is spelled; what only looks like an address is a name.
    Row(host: "keys.example", admitted: distant, refused: local),
    Row(host: "localhost.example", admitted: distant, refused: local),
    Row(host: "127.0.0.1.example", admitted: distant, refused: local),
    Row(host: "app.localhost", admitted: distant, refused: local),
    Row(host: "127.1", admitted: distant, refused: local),
    Row(host: "2130706433", admitted: distant, refused: local),
    Row(host: "0x7f.0.0.1", admitted: distant, refused: local),
    Row(host: "fe80::1%lo", admitted: distant, refused: local),
    Row(host: "", admitted: distant, refused: local),
    // localhost is this machine, whatever the hosts file says.
    Row(host: "localhost", admitted: loopback, refused: distant + ["169.254.169.254", "0.0.0.0", "::", "fe80::1"]),
    Row(host: "LocalHost", admitted: loopback, refused: distant + ["169.254.169.254", "0.0.0.0", "::", "fe80::1"]),
    // An address is its own permission.
    Row(host: "127.0.0.1", admitted: ["127.0.0.1"], refused: []),
    Row(host: "169.254.169.254", admitted: ["169.254.169.254"], refused: []),
    Row(host: "::1", admitted: ["::1"], refused: []),
    Row(host: "10.0.0.1", admitted: ["10.0.0.1"], refused: []),
  ]

  @Test("what a host may lead to", arguments: rows)
  func table(_ row: Row) throws {
    let policy = AddressPolicy(host: row.host)
    for host in row.admitted { #expect(policy.admits(try address(host)), "\(row.host) to \(host)") }
    for host in row.refused { #expect(!policy.admits(try address(host)), "\(row.host) to \(host)") }
  }

  @Test("hosts that are this machine for certain")
  func loopbackHosts() {
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] {
      #expect(AddressPolicy.isLoopback(host: host), "\(host)")
    }
    for host in ["", "localhost.", "app.localhost", "127.1", "0.0.0.0", "::", "10.0.0.1", "fe80::1", "keys.example"] {
      #expect(!AddressPolicy.isLoopback(host: host), "\(host)")
    }
  }
}
