/// The application a path names (protocol.md §2.2).
struct Endpoint: Equatable, Sendable {
  /// `[namespace/]owner/alias`: what the URLs of a request name.
  var app: String
  /// What follows in the path of a call.
  var subpath: [String]

  /// The whole id.
  var id: String { ([app] + subpath).joined(separator: "/") }

  private static let namespaces: Set = ["workflows", "comfy"]

  /// The application of these segments; nil when they cannot name one.
  init?(_ segments: [String]) {
    var segments = segments
    // The legacy form 123-name is 123/name.
    if segments.count == 1, let dash = segments[0].firstIndex(of: "-"), dash > segments[0].startIndex,
      segments[0][..<dash].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
    {
      segments = [String(segments[0][..<dash]), String(segments[0][dash...].dropFirst())]
    }
    let count = segments.first.map(Endpoint.namespaces.contains) == true ? 3 : 2
    guard segments.count >= count, segments.allSatisfy(Endpoint.isName) else { return nil }
    app = segments[..<count].joined(separator: "/")
    subpath = Array(segments[count...])
  }

  private static func isName(_ segment: String) -> Bool {
    segment != "." && segment != ".." && !segment.isEmpty
      && segment.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}
