internal import Text

/// The landmarks of a model path: `[namespace/]owner/alias[/sub…][/requests/{id}…]` (protocol.md §2.2, §3.1).
///
/// The path comes without outer slashes and without empty segments; offsets count from the start of the bytes given.
struct ModelPath {
  let id: Range<Int>
  let segmentCount: Int
  let isNamespaced: Bool

  /// The end of the app: two segments, or three with a namespace; fewer when the path, or what precedes `requests`, is
  /// shorter, as in the `workflows/owner/requests/…` that fal's Swift client sends.
  let appEnd: Int

  /// The offset of the request id when the path is a follow-up on a queued request.
  let requestStart: Int?

  init(_ bytes: Span<UInt8>, id: Range<Int>) {
    self.id = id
    var at = id.lowerBound
    var index = 0
    var namespaced = false
    var appEnd = id.lowerBound
    var requestStart: Int?
    while at < id.upperBound {
      let end = bytes.firstIndex(of: Byte.slash, from: at, limit: id.upperBound)
      let segment = bytes.extracting(at..<end)
      if index == 0 { namespaced = Self.isNamespace(segment) }
      if requestStart == nil {
        // The name counts from the third segment on: an owner or an alias may be called `requests` as well.
        if index >= 2, end < id.upperBound, segment.equals("requests") {
          requestStart = end + 1
        } else if index < (namespaced ? 3 : 2) {
          appEnd = end
        }
      }
      index += 1
      at = end + 1
    }
    segmentCount = index
    isNamespaced = namespaced
    self.appEnd = appEnd
    self.requestStart = requestStart
  }

  var app: Range<Int> { id.lowerBound..<appEnd }

  /// Whether `segment` is one of the words that may stand before `owner/alias` (protocol.md §2.2).
  static func isNamespace(_ segment: Span<UInt8>) -> Bool { segment.equals("workflows") || segment.equals("comfy") }

  /// The endpoint whose streaming form this path is, or nil; a bare app that is itself called `stream` is no such form.
  func streamBase(_ bytes: Span<UInt8>) -> Range<Int>? {
    guard segmentCount > (isNamespaced ? 3 : 2) else { return nil }
    let tail = id.upperBound - 7
    guard tail > id.lowerBound, bytes.extracting(tail..<id.upperBound).equals("/stream") else { return nil }
    return id.lowerBound..<tail
  }
}
