import HTTPWire
import Pictures
import Testing
import Text

@testable import Sandbox

/// A sandbox without sockets, whose time stands still until a test moves it.
final class Bench {
  static let model = "/fal-ai/flux-differential-diffusion"
  static let picture = "data:image/png;base64," + Base64.text(PNGWriter.write(Bitmap(PixelSize(width: 64, height: 48))))
  static let input = """
    {"prompt":"p","image_url":"\(picture)","change_map_image_url":"\(picture)","seed":7,"num_inference_steps":4}
    """

  /// What a job of it logs first.
  static let note = "change map: black changes, white is kept (sandbox.map)"

  let state: SandboxState
  /// Milliseconds.
  var now: UInt64 = 1_000_000

  init(_ change: (inout SandboxOptions) -> Void = { _ in }) {
    var options = SandboxOptions()
    options.queueMilliseconds = 300
    options.runMilliseconds = 1200
    options.imageSideLimit = 64
    options.standIns = ["a/b", "a/c", "workflows/o/n/sub"]
    change(&options)
    state = SandboxState(
      SandboxPlace(ownURL: "http://127.0.0.1:9123", path: "/api/fal/proxy"), files: FileStore(options),
      keys: SandboxKeys()!, options: options)
  }

  var nanoseconds: UInt64 { now * 1_000_000 }

  func decide(
    _ method: HTTPWire.Method, _ target: String, host: String = "queue.fal.run", body: String = "",
    fields: [(name: String, value: String)] = [("authorization", "Key id:secret")], bytes: [UInt8]? = nil
  ) -> SandboxDecision {
    let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
    let request = SandboxRequest(
      method, parts[0], query: parts.count > 1 ? parts[1] : "", authority: host, fields: fields,
      content: bytes ?? Array(body.utf8))
    return SandboxRouter(state: state).decide(request, at: nanoseconds, date: 1_734_709_037_120 + now)
  }

  func ask(
    _ method: HTTPWire.Method, _ target: String, host: String = "queue.fal.run", body: String = "",
    fields: [(name: String, value: String)] = [("authorization", "Key id:secret")], bytes: [UInt8]? = nil
  ) throws -> SandboxReply {
    try #require(decide(method, target, host: host, body: body, fields: fields, bytes: bytes).reply)
  }

  /// Moves the time, and lets everything happen that happens until then.
  func pass(_ milliseconds: UInt64) {
    now += milliseconds
    state.advance(to: nanoseconds)
  }

  /// The id of a new job.
  func submit(_ body: String = Bench.input, to path: String = Bench.model) throws -> String {
    try #require(try ask(.post, path, body: body).json["request_id"]?.text)
  }
}

extension SandboxReply {
  var json: JSONValue { (try? JSONParser.parse(content)) ?? .null }
  var text: String { String(decoding: content, as: UTF8.self) }
}
