package import HTTPServer

/// The web page: its files, which the binary carries, at `/` and below `/studio/`.
package struct Studio: Sendable {
  private let files: [StudioFile]
  private let mode: StudioFacts.Mode

  /// - Parameter facts: what the page is told.
  package init(_ facts: StudioFacts) {
    files = StudioFile.carried + [StudioFile(path: "config.json", content: facts.document)]
    mode = facts.mode
  }

  /// Whether the page can be served beside the proxy's path: not where the proxy itself stands in its place.
  package static func hasRoom(beside path: String) -> Bool { path != "/" && !path.hasPrefix("/studio/") }

  /// Serves the page.
  package func addRoutes(to router: Router) {
    let fields = StudioPolicy.fields(mode)
    let samples = LocalService(StudioSamples())
    for path in StudioSamples.paths { router.add(path, "studio", samples) }
    for file in files {
      let service = file.service(fields)
      if file.path == "index.html" {
        router.add("/", "studio", service)
        router.add("/studio", "studio", service)
      } else {
        router.add("/studio/\(file.path)", "studio", service)
      }
    }
  }
}
