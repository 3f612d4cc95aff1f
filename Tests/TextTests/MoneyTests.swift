import Testing
import Text

@Suite("Money and units, in billionths")
struct MoneyTests {
  @Test(
    "an amount is read to the billionth and written with cents",
    arguments: [
      ("5", 5_000_000_000, "5.00"), ("0.05", 50_000_000, "0.05"), ("1.5", 1_500_000_000, "1.50"), ("0", 0, "0.00"),
      ("0.075", 75_000_000, "0.075"), ("0.000000001", 1, "0.000000001"), ("0.0500000000000", 50_000_000, "0.05"),
      ("999999999.999999999", 999_999_999_999_999_999, "999999999.999999999"), ("007", 7_000_000_000, "7.00"),
    ])
  func amounts(text: String, nanos: Int64, written: String) {
    #expect(Money(text)?.nanos == nanos)
    #expect(Money(text)?.description == written)
    #expect(Money(written)?.nanos == nanos)
  }

  @Test(
    "what is no plain amount is refused, and so is what would be rounded",
    arguments: [
      "", ".", "1.", ".5", "-1", "+1", "1e3", "$1", "1,5", " 1", "1 ", "0x1", "1.2.3", "1000000000", "0.0000000001",
      "NaN",
      "٣",
    ])
  func refused(text: String) { #expect(Money(text) == nil) }

  @Test(
    "units are rounded up, so that no bill is read as less than it is",
    arguments: [
      ("2", 2_000_000_000, "2"), ("0.5", 500_000_000, "0.5"), ("1.0", 1_000_000_000, "1"),
      ("0.00012207031251", 122_071, "0.000122071"), ("0.0000000000001", 1, "0.000000001"),
    ])
  func units(text: String, nanos: Int64, written: String) {
    #expect(Units(text)?.nanos == nanos)
    #expect(Units(text)?.description == written)
  }

  @Test(
    "a cost is units times price, rounded up to a billionth",
    arguments: [
      ("1", "0.05", 50_000_000), ("4", "0.075", 300_000_000), ("0", "1", 0), ("0.5", "0.000000001", 1),
      ("0.000000001", "0.000000001", 1), ("999999999", "999999999", Int64.max),
    ])
  func costs(units: String, price: String, nanos: Int64) throws {
    #expect(Money(try #require(Units(units)), at: try #require(Money(price))).nanos == nanos)
  }

  @Test("sums stay at their ends instead of wrapping around")
  func ends() {
    #expect(Money.most + Money(nanos: 1) == .most)
    #expect(Money(nanos: 3) - Money(nanos: 5) == .zero)
    #expect(Units(-1).nanos == 0)
    #expect(Units(Int.max).nanos == .max)
  }
}
