import Testing
import Text

@Suite("Addresses")
struct AddressTests {
  @Test(
    "four decimal numbers are an IPv4 address (RFC 3986 §3.2.2)",
    arguments: [("0.0.0.0", 0), ("127.0.0.1", 0x7F00_0001), ("255.255.255.255", .max), ("1.20.30.4", 0x0114_1E04)]
      as [(String, UInt32)])
  func ipv4(text: String, value: UInt32) {
    #expect(IPv4Address(text)?.value == value)
    #expect(IPv4Address(value).description == text)
  }

  @Test(
    "and nothing else is, whatever inet_aton would make of it",
    arguments: [
      "", ".", "...", "1", "1.2", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "256.1.1.1",
      "1.1.1.256", "01.2.3.4", "1.2.3.04", "00.0.0.0", "0x7f.0.0.1", "0x7f000001", "2130706433", "127.1", "1.2.3.4 ",
      " 1.2.3.4", "1.2.3.4\0", "1.2.3.-4", "+1.2.3.4", "1.2.3.4/8", "1.2.3.4:80", "\u{FF11}.2.3.4", "1,2,3,4",
      "1111.2.3.4",
    ])
  func notIPv4(text: String) { #expect(IPv4Address(text) == nil) }

  /// What is read, its value, and how RFC 5952 writes it.
  static let forms: [(String, UInt128, String)] = [
    // RFC 4291 §2.2
    (
      "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789", 0xABCD_EF01_2345_6789_ABCD_EF01_2345_6789,
      "abcd:ef01:2345:6789:abcd:ef01:2345:6789"
    ),
    ("2001:DB8:0:0:8:800:200C:417A", 0x2001_0DB8_0000_0000_0008_0800_200C_417A, "2001:db8::8:800:200c:417a"),
    ("2001:DB8::8:800:200C:417A", 0x2001_0DB8_0000_0000_0008_0800_200C_417A, "2001:db8::8:800:200c:417a"),
    ("FF01:0:0:0:0:0:0:101", 0xFF01_0000_0000_0000_0000_0000_0000_0101, "ff01::101"),
    ("FF01::101", 0xFF01_0000_0000_0000_0000_0000_0000_0101, "ff01::101"),
    ("0:0:0:0:0:0:0:1", 1, "::1"), ("::1", 1, "::1"), ("0:0:0:0:0:0:0:0", 0, "::"), ("::", 0, "::"),
    ("0:0:0:0:0:0:13.1.68.3", 0x0D01_4403, "::d01:4403"), ("::13.1.68.3", 0x0D01_4403, "::d01:4403"),
    ("0:0:0:0:0:FFFF:129.144.52.38", 0xFFFF_8190_3426, "::ffff:129.144.52.38"),
    ("::FFFF:129.144.52.38", 0xFFFF_8190_3426, "::ffff:129.144.52.38"),
    // RFC 5952 §1, §2, §4
    ("2001:db8:0:0:1:0:0:1", 0x2001_0DB8_0000_0000_0001_0000_0000_0001, "2001:db8::1:0:0:1"),
    ("2001:0db8:0:0:1:0:0:1", 0x2001_0DB8_0000_0000_0001_0000_0000_0001, "2001:db8::1:0:0:1"),
    ("2001:db8::1:0:0:1", 0x2001_0DB8_0000_0000_0001_0000_0000_0001, "2001:db8::1:0:0:1"),
    ("2001:db8::0:1:0:0:1", 0x2001_0DB8_0000_0000_0001_0000_0000_0001, "2001:db8::1:0:0:1"),
    ("2001:0db8::1:0:0:1", 0x2001_0DB8_0000_0000_0001_0000_0000_0001, "2001:db8::1:0:0:1"),
    ("2001:db8:0:0:1::1", 0x2001_0DB8_0000_0000_0001_0000_0000_0001, "2001:db8::1:0:0:1"),
    ("2001:db8::aaaa:0:0:1", 0x2001_0DB8_0000_0000_AAAA_0000_0000_0001, "2001:db8::aaaa:0:0:1"),
    ("2001:db8:0:1:1:1:1:1", 0x2001_0DB8_0000_0001_0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
    ("2001:0:0:1:0:0:0:1", 0x2001_0000_0000_0001_0000_0000_0000_0001, "2001:0:0:1::1"),
    ("2001:db8:0:0:0:0:2:1", 0x2001_0DB8_0000_0000_0000_0000_0002_0001, "2001:db8::2:1"),
    // The gap stands for one group at least, at either end.
    ("::2:3:4:5:6:7:8", 0x0000_0002_0003_0004_0005_0006_0007_0008, "0:2:3:4:5:6:7:8"),
    ("1:2:3:4:5:6:7::", 0x0001_0002_0003_0004_0005_0006_0007_0000, "1:2:3:4:5:6:7:0"),
    ("1::3:4:5:6:7:8", 0x0001_0000_0003_0004_0005_0006_0007_0008, "1:0:3:4:5:6:7:8"),
    ("1::", 0x0001_0000_0000_0000_0000_0000_0000_0000, "1::"),
    ("fe80::", 0xFE80_0000_0000_0000_0000_0000_0000_0000, "fe80::"),
    ("1:2:3:4:5:6:1.2.3.4", 0x0001_0002_0003_0004_0005_0006_0102_0304, "1:2:3:4:5:6:102:304"),
    ("64:ff9b::192.0.2.33", 0x0064_FF9B_0000_0000_0000_0000_C000_0221, "64:ff9b::c000:221"),
    ("1::5:6:1.2.3.4", 0x0001_0000_0000_0000_0005_0006_0102_0304, "1::5:6:102:304"),
  ]

  @Test("every form of RFC 4291 §2.2 is read, and written as RFC 5952 says", arguments: forms)
  func ipv6(text: String, value: UInt128, canonical: String) {
    #expect(IPv6Address(text)?.value == value)
    #expect(IPv6Address(value).description == canonical)
    #expect(IPv6Address(canonical)?.value == value)
    #expect(IPv6Address(text.uppercased())?.value == value)
  }

  @Test(
    "and nothing else is an IPv6 address",
    arguments: [
      "", ":", ":::", "::::", "1", "1:", ":1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", ":2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8",
      "1::2::3", "::1::", "1:::2", ":1::2", "1::2:", "12345::", "::12345", "::g", "g::", "::1g", "0x1::", "-1::",
      "::1%eth0", "fe80::1%25eth0", "fe80::1%1", "::1/64", "[::1]", "::1 ", " ::1", "::1\0", "::\u{FF11}",
      "1.2.3.4", "::1.2.3", "::1.2.3.4.5", "::1.2.3.256", "::1.2.3.04", "::01.2.3.4", "::1.2.3.4:5",
      "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "::2:3:4:5:6:7:1.2.3.4", "::ffff:1.2.3.4.",
      "::ffff:.1.2.3.4", "::1111.2.3.4", "::0x1.2.3.4",
    ])
  func notIPv6(text: String) { #expect(IPv6Address(text) == nil) }

  @Test("numbers written and read are the same, groups of zeros anywhere")
  func roundTrip() {
    var faults: [String] = []
    for mask in 0..<256 {
      var value: UInt128 = 0
      for group in 0..<8 { value = value << 16 | (mask >> group & 1 == 1 ? UInt128(0x1F0 + group) : 0) }
      let text = IPv6Address(value).description
      if IPv6Address(text)?.value != value { faults.append("\(mask): \(text)") }
    }
    #expect(faults == [])
  }

  @Test(
    "groups and broadcasts are no machine's",
    arguments: [
      ("224.0.0.1", true), ("239.255.255.255", true), ("255.255.255.255", true), ("223.255.255.255", false),
      ("240.0.0.1", false), ("255.255.255.254", false), ("0.0.0.0", false), ("ff02::1", true), ("ff00::", true),
      ("feff::1", false), ("::", false), ("::ffff:224.0.0.1", true), ("::ffff:127.0.0.1", false), ("::e000:1", false),
    ])
  func groups(text: String, isGroup: Bool) {
    #expect((IPv4Address(text)?.isMulticastOrBroadcast ?? IPv6Address(text)?.isMulticastOrBroadcast) == isGroup)
  }

  @Test(
    "a public address is none of a machine, a network of one's own, a link, a test, a group or a reserve",
    arguments: [
      ("1.0.0.0", true), ("9.255.255.255", true), ("11.0.0.0", true), ("100.63.255.255", true), ("100.128.0.0", true),
      ("126.255.255.255", true), ("128.0.0.0", true), ("169.253.255.255", true), ("169.255.0.0", true),
      ("172.15.255.255", true), ("172.32.0.0", true), ("192.0.1.0", true), ("192.167.255.255", true),
      ("192.169.0.0", true), ("198.17.255.255", true), ("198.20.0.0", true), ("223.255.255.255", true),
      ("0.0.0.0", false), ("0.255.255.255", false), ("10.0.0.0", false), ("10.255.255.255", false),
      ("100.64.0.0", false), ("100.127.255.255", false), ("127.0.0.1", false), ("169.254.0.0", false),
      ("169.254.255.255", false), ("172.16.0.0", false), ("172.31.255.255", false), ("192.0.0.255", false),
      ("192.168.0.0", false), ("192.168.255.255", false), ("198.18.0.0", false), ("198.19.255.255", false),
      ("224.0.0.0", false), ("239.255.255.255", false), ("240.0.0.0", false), ("255.255.255.255", false),
    ])
  func publicAddresses(text: String, isPublic: Bool) { #expect(IPv4Address(text)?.isPublic == isPublic) }

  @Test(
    "loopback cannot leave the machine",
    arguments: [
      ("127.0.0.1", true), ("127.255.255.255", true), ("126.0.0.1", false), ("0.0.0.0", false), ("::1", true),
      ("::", false), ("::2", false), ("::ffff:127.0.0.1", false), ("fe80::1", false),
    ])
  func loopback(text: String, isLoopback: Bool) {
    #expect((IPv4Address(text)?.isLoopback ?? IPv6Address(text)?.isLoopback) == isLoopback)
  }
}
