internal import Dispatch
internal import HTTPServer
internal import HTTPWire
internal import Pictures
internal import Transport

/// The pictures that the page offers to begin with, one with a change map. They are painted when they are first asked for,
/// which takes a moment, beside the loops.
final class StudioSamples: LocalApplication {
  private static let queue = DispatchQueue(label: "fal-proxy.samples", qos: .utility)
  private static let tree = PNGWriter.write(Samples.picture)
  private static let treeMap = PNGWriter.write(Samples.changeMap)
  private static let landscape = PNGWriter.write(Samples.landscape(PixelSize(width: 1024, height: 768), seed: 4))

  static let paths = ["/studio/sample-tree.png", "/studio/sample-tree-map.png", "/studio/sample-landscape.png"]

  func respond(to request: LocalRequest, _ responder: LocalResponder) {
    guard request.method == .get || request.method == .head else {
      return responder.answer(405, fields: [("allow", "GET, HEAD"), ("cache-control", "no-store")])
    }
    guard let handle = responder.loop?.handle else { return }
    let path = request.path
    // It is called and released on its own loop alone.
    nonisolated(unsafe) let responder = responder
    StudioSamples.queue.async {
      let content =
        switch path {
        case StudioSamples.paths[0]: StudioSamples.tree
        case StudioSamples.paths[1]: StudioSamples.treeMap
        default: StudioSamples.landscape
        }
      handle.perform { _ in
        responder.answer(
          200,
          fields: [
            ("content-type", "image/png"), ("x-content-type-options", "nosniff"), ("cache-control", "no-cache"),
          ],
          content: content)
      }
    }
  }
}
