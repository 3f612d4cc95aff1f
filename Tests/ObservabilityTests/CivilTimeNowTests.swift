import Observability
import Testing
import Text

@Test("the time of day is after this was written, and its milliseconds are within a second")
func timeOfDay() {
  let time = CivilTime.now()
  #expect(time.seconds > 1_700_000_000 && (0..<1000).contains(time.milliseconds))
}
