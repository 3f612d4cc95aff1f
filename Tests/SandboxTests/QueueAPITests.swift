import HTTPWire
import Pictures
import Testing
import Text

@testable import Sandbox

@Suite struct QueueAPITests {
  let bench = Bench()
  let app = Bench.model

  @Test("answers a submission in the captured shape and key order (protocol.md §3.4)")
  func submission() throws {
    let reply = try bench.ask(.post, app, body: Bench.input)
    let id = try #require(reply.json["request_id"]?.text)
    let url = "https://queue.fal.run/fal-ai/flux-differential-diffusion/requests/\(id)"
    #expect(reply.status == 200)
    #expect(
      reply.text == """
        {"status":"IN_QUEUE","request_id":"\(id)","response_url":"\(url)","status_url":"\(url)/status",\
        "cancel_url":"\(url)/cancel","logs":null,"metrics":{},"queue_position":0}
        """)
    #expect(reply.field("x-fal-request-id") == id)
    #expect(reply.field("content-type") == "application/json")
    #expect(reply.field("set-cookie") != nil)
    #expect(id.count == 36 && Array(id)[14] == "7")
  }

  @Test("names the app without its subpath, and itself when it is called under its own name")
  func urls() throws {
    let reply = try bench.ask(.post, "/workflows/o/n/sub", host: "127.0.0.1:9123", body: "{}")
    let id = try #require(reply.json["request_id"]?.text)
    #expect(reply.json["status_url"]?.text == "http://127.0.0.1:9123/workflows/o/n/requests/\(id)/status")
  }

  @Test("goes from the queue through running to done in the time it was given (protocol.md §3.5)")
  func states() throws {
    let id = try bench.submit()
    func status() throws -> (Int, String?, Int?) {
      let reply = try bench.ask(.get, "\(app)/requests/\(id)/status")
      return (reply.status, reply.json["status"]?.text, reply.json["queue_position"]?.int)
    }
    #expect(try status() == (202, "IN_QUEUE", 0))
    bench.now += 299
    #expect(try status() == (202, "IN_QUEUE", 0))
    bench.now += 1
    #expect(try status() == (202, "IN_PROGRESS", nil))
    #expect(try bench.ask(.get, "\(app)/requests/\(id)").text == #"{"detail":"Request is still in progress"}"#)
    #expect(try bench.ask(.get, "\(app)/requests/\(id)").status == 400)
    bench.now += 1199
    #expect(try status() == (202, "IN_PROGRESS", nil))
    bench.now += 1
    #expect(try status() == (200, "COMPLETED", nil))
    let metrics = try bench.ask(.get, "\(app)/requests/\(id)/status").json["metrics"]
    #expect(metrics == .object(["inference_time": .number("1.2")]))
  }

  @Test("gives logs only when asked, cumulative, in the union of all forms (protocol.md §3.5)")
  func logs() throws {
    let id = try bench.submit()
    bench.now += 300 + 600
    for query in ["", "?logs=0", "?logs=false"] {
      #expect(try bench.ask(.get, "\(app)/requests/\(id)/status\(query)").json["logs"] == .null)
    }
    for query in ["?logs=1", "?logs=true"] {
      let logs = try bench.ask(.get, "\(app)/requests/\(id)/status\(query)").json["logs"]?.elements
      #expect(logs?.compactMap { $0["message"]?.text } == [Bench.note, "step 1/4", "step 2/4"])
      #expect(logs?.first?["labels"]?["level"] == "INFO")
      #expect(logs?.first?["timestamp"]?.text == "2024-12-20T15:53:57.420000")
    }
  }

  @Test("gives the output with id and units, the same every time (protocol.md §3.7, §9.2)")
  func result() throws {
    let id = try bench.submit()
    bench.now += 1500
    let reply = try bench.ask(.get, "\(app)/requests/\(id)")
    #expect(reply.status == 200)
    #expect(reply.field("x-fal-request-id") == id)
    #expect(reply.field("x-fal-billable-units") == "1")
    guard case .object(let members) = reply.json else { throw Unexpected("no object") }
    #expect(members.map(\.name) == ["images", "timings", "seed", "has_nsfw_concepts", "prompt"])
    #expect(reply.json["seed"] == 7)
    for path in ["\(app)/requests/\(id)/", "\(app)/sub/path/requests/\(id)/response", "/x/y/requests/\(id)"] {
      #expect(try bench.ask(.get, path) == reply)
    }
    let url = try #require(reply.json["images"]?.elements?.first?["url"]?.text)
    #expect(url.hasPrefix("http://127.0.0.1:9123/files/") && url.hasSuffix(".png"))
    let file = try bench.ask(.get, String(url.dropFirst(21)), host: "127.0.0.1:9123", fields: [])
    #expect(file.field("content-type") == "image/png")
    #expect(try PixelSize(reading: file.content) == PixelSize(width: 64, height: 48))
  }

  @Test("the same prompt and seed give the same bytes; without a seed one is drawn")
  func determinism() throws {
    func images(_ body: String) throws -> (JSONValue?, JSONValue?) {
      let id = try bench.submit(body, to: "/a/b")
      bench.now += 1500
      let json = try bench.ask(.get, "/a/b/requests/\(id)").json
      return (json["images"], json["seed"])
    }
    let body = #"{"prompt":"p","seed":12345678901234567890,"sync_mode":true,"num_images":2}"#
    let first = try images(body)
    #expect(first.1 == .number("12345678901234567890"))
    #expect(try images(body) == first)
    #expect(first.0?.elements?.count == 2)
    #expect(first.0?.elements?[0] != first.0?.elements?[1])
    #expect(first.0?.elements?[0]["url"]?.text?.hasPrefix("data:image/png;base64,iVBORw0KGgo") == true)
    #expect(try images(#"{"prompt":"p","sync_mode":true}"#) != images(#"{"prompt":"p","sync_mode":true}"#))
  }

  @Test(
    "accepts every input; what is wrong with it is the result (protocol.md §3.4)",
    arguments: ["", "{", "[]", "{}", "\u{0}"])
  func invalid(body: String) throws {
    let id = try bench.submit(body)
    #expect(try bench.ask(.get, "\(app)/requests/\(id)/status").json["status"] == "IN_QUEUE")
    bench.now += 300
    let status = try bench.ask(.get, "\(app)/requests/\(id)/status")
    #expect(status.status == 200)
    #expect(status.json["status"] == "COMPLETED")
    #expect(status.json["error_type"] != nil)
    let reply = try bench.ask(.get, "\(app)/requests/\(id)")
    #expect(reply.status == 422)
    #expect(reply.field("x-fal-billable-units") == "0")
    #expect(reply.json["detail"]?.elements?.first?["loc"]?.elements?.first == "body")
  }

  @Test("cancels what has not ended (protocol.md §3.8)", arguments: [0, 700] as [UInt64])
  func cancel(after: UInt64) throws {
    let id = try bench.submit()
    bench.now += after
    let reply = try bench.ask(.put, "\(app)/requests/\(id)/cancel")
    #expect((reply.status, reply.text) == (202, #"{"status":"CANCELLATION_REQUESTED"}"#))
    let status = try bench.ask(.get, "\(app)/requests/\(id)/status")
    #expect(status.status == 200)
    #expect(status.json["status"] == "COMPLETED")
    #expect(status.json["error_type"] == "client_cancelled")
    bench.now += 5000
    let result = try bench.ask(.get, "\(app)/requests/\(id)")
    #expect(result.status == 499)
    #expect(result.json["error_type"] == "client_cancelled")
    let again = try bench.ask(.put, "\(app)/requests/\(id)/cancel")
    #expect((again.status, again.text) == (400, #"{"status":"ALREADY_COMPLETED"}"#))
  }

  @Test("answers 404 for ids it does not know")
  func unknown() throws {
    let calls: [(HTTPWire.Method, String)] = [(.get, "/status"), (.get, "/status/stream"), (.put, "/cancel")]
    for (method, suffix) in calls {
      let reply = try bench.ask(method, "\(app)/requests/nope\(suffix)")
      #expect((reply.status, reply.text) == (404, #"{"status":"NOT_FOUND"}"#))
    }
    #expect(try bench.ask(.get, "\(app)/requests/nope").status == 404)
  }

  @Test("counts those ahead, and refuses when more wait than the caller allows")
  func queueLength() throws {
    for _ in 0..<3 {
      _ = try bench.submit("{}", to: "/a/b")
      bench.now += 1
    }
    let reply = try bench.ask(.post, "/a/b?fal_max_queue_length=3", body: "{}")
    #expect(reply.json["queue_position"] == 3)
    #expect(try bench.ask(.post, "/a/b?fal_max_queue_length=3", body: "{}").status == 429)
    #expect(try bench.ask(.post, "/a/c?fal_max_queue_length=0", body: "{}").status == 200)
    #expect(try bench.ask(.post, "/a/b?fal_max_queue_length=x", body: "{}").status == 400)
  }

  @Test("lets a start deadline pass (protocol.md §3.2)")
  func startDeadline() throws {
    func submit(_ timeout: String) throws -> SandboxReply {
      try bench.ask(
        .post, "/a/b", body: "{}", fields: [("authorization", "Key k"), ("x-fal-request-timeout", timeout)])
    }
    for malformed in ["x", "0", "-1", "inf", "nan"] { #expect(try submit(malformed).status == 400) }
    let id = try #require(try submit("0.1").json["request_id"]?.text)
    bench.now += 100
    let reply = try bench.ask(.get, "/a/b/requests/\(id)")
    #expect(reply.status == 504)
    #expect(reply.field("x-fal-request-timeout-type") == "user")
    #expect(try submit("2").status == 200)
  }

  @Test("lets jobs wait for a runner, those of low priority behind all others (protocol.md §3.2)")
  func priorities() throws {
    let bench = Bench { $0.runners = 1 }
    func submit(_ priority: String) throws -> String {
      let fields = [(name: "authorization", value: "Key k"), (name: "x-fal-queue-priority", value: priority)]
      return try #require(try bench.ask(.post, "/a/b", body: "{}", fields: fields).json["request_id"]?.text)
    }
    let ids = [try submit("normal"), try submit("low"), try submit("normal")]
    func seen() throws -> [String] {
      try ids.map { id in
        let status = try bench.ask(.get, "/a/b/requests/\(id)/status").json
        return status["queue_position"]?.int.map(String.init) ?? status["status"]?.text ?? ""
      }
    }
    #expect(try seen() == ["0", "2", "1"])
    bench.pass(300)
    #expect(try seen() == ["IN_PROGRESS", "1", "0"])
    bench.pass(1200)
    #expect(try seen() == ["COMPLETED", "0", "IN_PROGRESS"])
    #expect(try bench.ask(.put, "/a/b/requests/\(ids[2])/cancel").status == 202)
    #expect(try seen() == ["COMPLETED", "IN_PROGRESS", "COMPLETED"])
  }

  @Test("goes as fast as it is told to", arguments: [(0.1, 15_000), (1, 1500), (100, 15)] as [(Double, UInt64)])
  func speed(factor: Double, milliseconds: UInt64) throws {
    let bench = Bench { $0.speed = factor }
    let id = try bench.submit()
    bench.pass(milliseconds - 1)
    #expect(try bench.ask(.get, "\(app)/requests/\(id)/status").json["status"] == "IN_PROGRESS")
    bench.pass(1)
    #expect(try bench.ask(.get, "\(app)/requests/\(id)/status").json["status"] == "COMPLETED")
  }

  @Test("takes a call with GET, its input in the query")
  func get() throws {
    let query = "prompt=1%32+%C3%A9&num_images=2&sync_mode=true&seed=5&logs=1"
    let id = try #require(try bench.ask(.get, "/a/b?\(query)").json["request_id"]?.text)
    bench.now += 1500
    let json = try bench.ask(.get, "/a/b/requests/\(id)").json
    #expect(json["prompt"] == "12 é")
    #expect(json["seed"] == 5)
    #expect(json["images"]?.elements?.count == 2)
  }
}
