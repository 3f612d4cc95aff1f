internal import Text

/// The landmarks of a model path: `[namespace/]owner/alias[/sub…][/requests/{id}…]` (protocol.md §2.2, §3.1).
///
/// The path comes without outer slashes and without empty segments; offsets count from the start of the bytes given.
public struct ModelPath {
  public let id: Range<Int>
  public let segmentCount: Int
  private let isNamespaced: Bool

  /// The end of the app: two segments, or three with a namespace; fewer when the path, or what precedes `requests`, is
  /// shorter, as in the `workflows/owner/requests/…` that fal's Swift client sends.
  private let appEnd: Int

  /// The request id, when the path is a follow-up on a queued request.
  public let requestID: Range<Int>?

  public init(_ bytes: Span<UInt8>, id: Range<Int>) {
    self.id = id
    var at = id.lowerBound
    var index = 0
    var namespaced = false
    var appEnd = id.lowerBound
    var requestStart: Int?
    while at < id.upperBound {
      let end = bytes.firstIndex(of: UInt8(ascii: "/"), from: at, limit: id.upperBound)
      let segment = bytes.extracting(at..<end)
      if index == 0 { namespaced = Self.isNamespace(segment) }
      if requestStart == nil {
        // The name counts from the third segment on: an owner or an alias may be called `requests` as well.
        if index >= 2, end < id.upperBound, segment.equals("requests") {
          requestStart = end + 1
        } else if index < EndpointID.appSegments(isNamespaced: namespaced) {
          appEnd = end
        }
      }
      index += 1
      at = end + 1
    }
    segmentCount = index
    isNamespaced = namespaced
    self.appEnd = appEnd
    if let requestStart {
      requestID = requestStart..<bytes.firstIndex(of: UInt8(ascii: "/"), from: requestStart, limit: id.upperBound)
    } else {
      requestID = nil
    }
  }

  public var app: Range<Int> { id.lowerBound..<appEnd }

  /// What stands before `/requests/`, when the path is a follow-up.
  public var requestOwner: Range<Int>? {
    requestID.map { id.lowerBound..<($0.lowerBound - "/requests/".utf8.count) }
  }

  /// Whether `app` has no namespace in front: exactly two segments.
  public static func isOwnerAndAlias(_ app: Span<UInt8>) -> Bool {
    let slash = app.firstIndex(of: UInt8(ascii: "/"), from: 0, limit: app.count)
    return slash < app.count && app.firstIndex(of: UInt8(ascii: "/"), from: slash + 1, limit: app.count) == app.count
  }

  /// Whether `segment` is one of the words that may stand before `owner/alias` (protocol.md §2.2).
  public static func isNamespace(_ segment: Span<UInt8>) -> Bool {
    segment.equals("workflows") || segment.equals("comfy")
  }

  /// The endpoint whose streaming form this path is, or nil; a bare app that is itself called `stream` is no such form.
  public func streamBase(_ bytes: Span<UInt8>) -> Range<Int>? {
    guard segmentCount > EndpointID.appSegments(isNamespaced: isNamespaced) else { return nil }
    let tail = id.upperBound - 7
    guard tail > id.lowerBound, bytes.extracting(tail..<id.upperBound).equals("/stream") else { return nil }
    return id.lowerBound..<tail
  }
}
