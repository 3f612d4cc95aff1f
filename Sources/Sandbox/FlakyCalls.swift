internal import Digest
internal import Fal

/// Counts how often what was asked for has failed.
struct FlakyCalls {
  private var failures = BoundedMap<Int>(countLimit: 1000, weightLimit: .max)

  /// Whether this call fails: the first `count` of one endpoint, query and content, then not the next, and so on.
  mutating func fails(_ request: SandboxRequest, _ endpoint: EndpointID, first count: Int) -> Bool {
    var digest = SHA256()
    digest.append(request.content.span)
    let query = request.query.items.map { "\($0.name)=\($0.value)" }
    let name = "\(endpoint.text)?\(query)#\(digest.finish().leading)"
    let failed = failures[name] ?? 0
    failures.insert(failed < count ? failed + 1 : 0, named: name, weight: 0)
    return failed < count
  }
}
