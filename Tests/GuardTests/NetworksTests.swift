import Guard
import Testing
import Text

@Suite("Networks that are trusted")
struct NetworksTests {
  @Test(
    "an address is in a network whose first bits it has, within its family",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "::ffff:10.0.0.1", true),
      ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false), ("192.0.2.7/32", "192.0.2.7", true),
      ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.255", true),
      ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false), ("0.0.0.0/0", "::1", false),
      ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
      ("::1", "::1", true), ("::1", "::2", false), ("::1/128", "::1", true), ("fe80::/10", "febf::1", true),
      ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.7", false), ("::/0", "::ffff:192.0.2.7", false),
      ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("::ffff:10.0.0.0/104", "11.1.2.3", false),
      ("::ffff:192.0.2.7", "192.0.2.7", true), ("::ffff:0:0/96", "192.0.2.7", true),
    ])
  func contains(entry: String, address: String, expected: Bool) throws {
    let address = try #require(IPv6Address(address) ?? IPv4Address(address).map { IPv6Address(mapping: $0) })
    #expect(try Networks([entry]).contains(address) == expected)
    #expect(try Networks(["198.51.100.0/24", entry, "2001:db8:ffff::/127"]).contains(address) || !expected)
  }

  @Test("none holds nobody")
  func none() throws {
    #expect(try Networks([]).isEmpty && !Networks([]).contains(IPv6Address(1)))
    #expect(try !Networks(["::1"]).isEmpty)
  }

  @Test(
    "what is no network is refused with what to write",
    arguments: [
      ("", "is no network: write an address"), ("10.0.0.0/", "no prefix length of 0 to 32"),
      ("10.0.0.0/33", "no prefix length of 0 to 32"), ("::/129", "no prefix length of 0 to 128"),
      ("10.0.0.0/08", "no prefix length"), ("10.0.0.0/-1", "no prefix length"), ("10.0.0.0/8/8", "no prefix length"),
      ("10.0.0.0/255.0.0.0", "no prefix length"), ("10.0.0.1/8", "write 10.0.0.0/8 for the network"),
      ("2001:db8::1/32", "write 2001:db8::/32 for the network"), ("0.0.0.1/0", "write 0.0.0.0/0"),
      ("::ffff:10.0.0.1/104", "write ::ffff:10.0.0.0/104"), ("10.0.0/8", "is no network"), ("10", "is no network"),
      ("[::1]", "is no network"), ("10.0.0.1:80", "is no network"), ("localhost", "is no network"),
      ("fe80::1%eth0", "is no network"), ("*", "is no network"), ("/8", "is no network"),
    ])
  func refused(entry: String, message: String) {
    #expect { try Networks([entry]) } throws: { ($0 as? PatternError)?.message.contains(message) == true }
  }

  @Test("a network of everybody is told")
  func everybody() throws {
    for entry in ["0.0.0.0/0", "::/0", "::ffff:0:0/96"] { #expect(try Networks(["::1", entry]).holdsEverybody) }
    for entry in ["0.0.0.0/1", "::/1", "10.0.0.0/8", "::"] { #expect(try !Networks([entry]).holdsEverybody) }
  }
}
