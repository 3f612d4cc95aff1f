internal import System
public import Text

extension CivilTime {
  /// The moment of the call.
  public static func now() -> CivilTime {
    let time = SystemClock.sinceEpoch()
    return CivilTime(seconds: time.seconds, milliseconds: Int(time.nanoseconds / 1_000_000))
  }
}
