import Testing
@Test func emptySettings() {}
