internal import COpenSSL

/// Bytes nobody can guess.
public enum RandomBytes {
  /// `count` of them; nil when the system has none to give.
  public static func make(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    return RAND_bytes(&bytes, Int32(count)) == 1 ? bytes : nil
  }
}
