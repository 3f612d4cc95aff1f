import Testing
@Test func emptyHTTPWire() {}
