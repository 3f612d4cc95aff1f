internal import Dispatch
internal import HTTPServer
internal import HTTPWire
internal import Pictures
internal import Transport

/// The picture and the change map that the page offers to begin with. They are painted when they are first asked for, which
/// takes a moment, beside the loops.
final class StudioSamples: LocalApplication {
  private static let queue = DispatchQueue(label: "fal-proxy.samples", qos: .utility)
  private static let picture = PNGWriter.write(Samples.picture)
  private static let map = PNGWriter.write(Samples.changeMap)

  static let paths = ["/studio/sample-image.png", "/studio/sample-map.png"]

  func respond(to request: LocalRequest, _ responder: LocalResponder) {
    guard request.method == .get || request.method == .head else {
      return responder.answer(405, fields: [("allow", "GET, HEAD"), ("cache-control", "no-store")])
    }
    guard let loop = responder.loop else { return }
    let isMap = request.path == StudioSamples.paths[1]
    let handle = loop.handle
    // It is called and released on its own loop alone.
    nonisolated(unsafe) let responder = responder
    StudioSamples.queue.async {
      let content = isMap ? StudioSamples.map : StudioSamples.picture
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
