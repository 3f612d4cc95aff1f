/// What is wrong with a JSON text, and where.
struct JSONError: Error, Equatable {
  /// The offset in bytes.
  var offset: Int
  var reason: String
}
