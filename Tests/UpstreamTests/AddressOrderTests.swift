import Testing

@testable import Transport

/// An address of port 443; one of IPv6 has a colon.
func address(_ host: String, port: Int = 443) throws -> SocketAddress {
  try #require(SocketAddress(literal: host, port: port))
}

@Suite("Order of addresses (RFC 8305 §4)")
struct AddressOrderTests {
  struct Row: Sendable {
    let found: [String]
    var preferred: String?
    let order: [String]
  }

  static let rows = [
    Row(found: [], order: []),
    Row(found: ["10.0.0.1"], order: ["10.0.0.1"]),
    Row(found: ["10.0.0.1", "10.0.0.2"], order: ["10.0.0.1", "10.0.0.2"]),
    Row(found: ["2001:db8::1", "2001:db8::2", "10.0.0.1"], order: ["2001:db8::1", "10.0.0.1", "2001:db8::2"]),
    Row(
      found: ["2001:db8::1", "2001:db8::2", "2001:db8::3", "10.0.0.1", "10.0.0.2"],
      order: ["2001:db8::1", "10.0.0.1", "2001:db8::2", "10.0.0.2", "2001:db8::3"]),
    // The family the resolver has put first leads.
    Row(found: ["10.0.0.1", "10.0.0.2", "2001:db8::1"], order: ["10.0.0.1", "2001:db8::1", "10.0.0.2"]),
    Row(
      found: ["10.0.0.1", "2001:db8::1", "2001:db8::2", "2001:db8::3"],
      order: ["10.0.0.1", "2001:db8::1", "2001:db8::2", "2001:db8::3"]),
    Row(found: ["10.0.0.1", "2001:db8::1", "10.0.0.1"], order: ["10.0.0.1", "2001:db8::1"]),
    // The last winner is first, and the other family follows it.
    Row(
      found: ["2001:db8::1", "2001:db8::2", "10.0.0.1", "10.0.0.2"], preferred: "10.0.0.2",
      order: ["10.0.0.2", "2001:db8::1", "10.0.0.1", "2001:db8::2"]),
    Row(found: ["2001:db8::1", "10.0.0.1"], preferred: "10.0.0.1", order: ["10.0.0.1", "2001:db8::1"]),
    Row(found: ["10.0.0.1", "10.0.0.2"], preferred: "10.0.0.2", order: ["10.0.0.2", "10.0.0.1"]),
    Row(found: ["10.0.0.1", "10.0.0.2"], preferred: "10.0.0.3", order: ["10.0.0.1", "10.0.0.2"]),
    Row(found: [], preferred: "10.0.0.3", order: []),
  ]

  @Test("families in turn, the resolver's first one leading", arguments: rows)
  func table(_ row: Row) throws {
    let order = AddressRace.order(
      try row.found.map { try address($0) }, preferred: try row.preferred.map { try address($0) })
    #expect(order == (try row.order.map { try address($0) }))
  }

  @Test("no more than the limit, both families among them")
  func limit() throws {
    let found = try (1...40).map { try address("2001:db8::\($0)") } + (1...40).map { try address("10.0.0.\($0)") }
    let order = AddressRace.order(found)
    #expect(order.count == AddressRace.addressLimit)
    #expect(order.filter(\.isIPv6).count == AddressRace.addressLimit / 2)
  }

  @Test("addresses differ in host, family and port")
  func equality() throws {
    #expect(try address("10.0.0.1") == address("10.0.0.1"))
    #expect(try address("10.0.0.1") != address("10.0.0.2"))
    #expect(try address("10.0.0.1") != address("10.0.0.1", port: 80))
    #expect(try address("::ffff:10.0.0.1") != address("10.0.0.1"))
    #expect(try address("2001:db8::1") == address("2001:db8:0::1"))
  }
}
