package import HTTPServer
internal import HTTPWire

/// The sandbox's files and uploads on a loop of the proxy, below the proxy's path (`SandboxPlace.prefixes`), and its keys.
package final class SandboxFiles: LocalApplication {
  private let place: SandboxPlace
  private let files: FileStore
  private let keys: SandboxKeys
  private let jsonDepthLimit: Int

  /// - Parameter files: those of the sandbox.
  package init(
    _ place: SandboxPlace, files: FileStore, keys: SandboxKeys, options: SandboxOptions = SandboxOptions()
  ) {
    self.place = place
    self.files = files
    self.keys = keys
    jsonDepthLimit = options.jsonDepthLimit
  }

  /// Answers as fal's CDN would.
  package func respond(to request: LocalRequest, _ responder: LocalResponder) {
    if request.path == SandboxPlace.keysPath {
      let isFine = request.method == .get || request.method == .head
      return responder.answer(isFine ? keys.published : .methodNotAllowed("GET, HEAD"))
    }
    responder.answer(
      reply(
        to: SandboxRequest(
          request.method, String(request.path.dropFirst(place.path.utf8.count)), authority: request.authority,
          fields: request.fields, content: request.content), authority: request.authority))
  }

  /// - Parameter authority: how the client reached the proxy.
  func reply(to request: SandboxRequest, authority: String) -> SandboxReply {
    if request.method == .options {
      return .preflight(requestedFields: request.field("access-control-request-headers"))
    }
    let storage = StorageAPI(files: files, base: place.base(authority: authority), jsonDepthLimit: jsonDepthLimit)
    return storage.serve(request) ?? .pathNotFound(request.path)
  }
}
