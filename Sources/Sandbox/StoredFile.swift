/// A file of the CDN, or an upload that has been announced.
struct StoredFile: Equatable, Sendable {
  var name: String
  var contentType: String
  /// Nil until the upload is complete.
  var content: [UInt8]?
  var parts: [Int: [UInt8]] = [:]

  var weight: Int {
    (content?.count ?? 0) + parts.values.reduce(0) { $0 + $1.count }
  }
}
