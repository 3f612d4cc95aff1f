internal import Text

/// The app that a job belongs to, as every form of its follow-ups tells it (protocol.md §2.2): offsets into an endpoint id or
/// app, without outer slashes.
///
/// For `workflows/o/n` the clients ask at `workflows/o/n`, `workflows/o` and `o/n`; what all of them say is the owner.
public struct JobApp: Equatable {
  /// What a job counts as: `owner/alias`, or the owner alone where there is a namespace.
  public let name: Range<Int>
  /// The owner.
  public let owner: Range<Int>

  /// The app of `endpoint`, of which there may be more.
  public init(_ endpoint: Span<UInt8>) {
    let first = endpoint.firstIndex(of: UInt8(ascii: "/"), from: 0, limit: endpoint.count)
    guard first < endpoint.count else {
      name = 0..<endpoint.count
      owner = name
      return
    }
    let second = endpoint.firstIndex(of: UInt8(ascii: "/"), from: first + 1, limit: endpoint.count)
    let isNamespaced = ModelPath.isNamespace(endpoint.extracting(0..<first))
    owner = isNamespaced ? first + 1..<second : 0..<first
    name = isNamespaced ? owner : 0..<second
  }
}
