import Testing
@Test func emptyGuard() {}
