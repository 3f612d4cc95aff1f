import Fal
import HTTPWire
import Testing
import Text

@testable import Sandbox

@Suite struct RoutingTests {
  @Test("only long inputs of models are read off the loop")
  func reading() throws {
    let bench = Bench()
    func isRead(_ path: String, host: String = "queue.fal.run", count: Int = 300 << 10) -> Bool {
      let request = SandboxRequest(.post, path, authority: host, content: [UInt8](repeating: 0x20, count: count))
      return bench.state.reading(of: request) != nil
    }
    #expect(isRead(Bench.model) && isRead("\(Bench.model)/stream", host: "fal.run") && isRead("/sandbox/echo"))
    #expect(!isRead(Bench.model, count: 1000) && !isRead("/tokens/", host: "rest.fal.ai") && !isRead("/no/model"))
  }

  let bench = Bench()

  @Test("plays the host that the Host field names, whatever its case and port")
  func hosts() {
    func request(_ authority: String) -> SandboxRequest { SandboxRequest(.get, "/", authority: authority) }
    #expect(request("Queue.fal.run").role == .queue && request("Queue.fal.run").host == "queue.fal.run")
    #expect(request("fal.run:443").role == .run && request("fal.run:443").host == "fal.run")
    #expect(request("rest.fal.ai").role == .rest && request("rest.alpha.fal.ai").role == .rest)
    #expect(request("falrun.com").role == .run && request("QUEUE.falrun.com:80").role == .queue)
    for other in ["", "127.0.0.1:9123", "[::1]:80", "evil-fal.run", "xqueue.fal.run", "fal.run.evil.com", "fal.run:x"] {
      #expect(request(other).role == .other)
    }
  }

  @Test(
    "answers a queue under its backup name with URLs of that name", arguments: ["queue.fal.run", "Queue.FalRun.com"])
  func queueNames(host: String) throws {
    let submitted = try bench.ask(.post, Bench.model, host: host, body: Bench.input).json
    let id = try #require(submitted["request_id"]?.text)
    let base = "https://\(host.lowercased())\(Bench.model)/requests/\(id)"
    let status = try bench.ask(.get, "\(Bench.model)/requests/\(id)/status", host: host).json
    for answer in [submitted, status] {
      #expect(answer["response_url"]?.text == base)
      #expect(answer["status_url"]?.text == base + "/status" && answer["cancel_url"]?.text == base + "/cancel")
    }
  }

  @Test("runs a model at once on either host for direct calls", arguments: ["fal.run", "falrun.com"])
  func directNames(host: String) throws {
    guard case .wait = bench.decide(.post, Bench.model, host: host, body: Bench.input) else {
      throw Unexpected("not run at once")
    }
    guard case .show = bench.decide(.post, Bench.model + "/stream", host: host, body: Bench.input) else {
      throw Unexpected("no stream")
    }
  }

  @Test("wants a key for every call of an API (protocol.md §5.4)")
  func keys() throws {
    let message = #"Cannot access application \"a/b\". Authentication is required to access this application."#
    for host in ["queue.fal.run", "fal.run", "localhost"] {
      let reply = try bench.ask(.post, "/a/b", host: host, body: "{}", fields: [])
      #expect((reply.status, reply.text) == (401, "{\"detail\":\"\(message)\"}"))
    }
    for value in ["", "Key", "Key ", "Bearer x", "Key a b", "x"] {
      let fields = [(name: "authorization", value: value)]
      #expect(try bench.ask(.post, "/a/b", body: "{}", fields: fields).text == #"{"detail":"invalid key credentials"}"#)
      #expect(try bench.ask(.get, "/a/b/requests/x", fields: fields).status == 401)
      #expect(try bench.ask(.post, "/tokens/", host: "rest.fal.ai", fields: fields).status == 401)
    }
  }

  @Test("answers a direct call when the model's time has passed (protocol.md §4)")
  func run() throws {
    guard case .wait(let job, let base) = bench.decide(.post, Bench.model, host: "fal.run", body: Bench.input) else {
      throw Unexpected("no job")
    }
    #expect(job.state == .running && job.due == bench.nanoseconds + 1_200_000_000)
    bench.pass(1200)
    let reply = bench.state.reply(for: job, base: base)
    #expect(reply.status == 200)
    #expect(reply.field("x-fal-request-id") == job.id)
    #expect(bench.state.jobs.count == 0)
  }

  @Test("lets direct runs and streams wait for a runner, and no longer than they are told (protocol.md §3.2)")
  func waiting() throws {
    let bench = Bench { $0.runners = 1 }
    let fields = [(name: "authorization", value: "Key k"), (name: "x-fal-request-timeout", value: "1.1")]
    guard case .wait(let first, _) = bench.decide(.post, Bench.model, host: "fal.run", body: Bench.input),
      case .wait(let late, let base) = bench.decide(
        .post, Bench.model, host: "fal.run", body: Bench.input, fields: fields),
      case .show(let feed) = bench.decide(.post, Bench.model + "/stream", host: "fal.run", body: Bench.input),
      case .wait(let wrong, _) = bench.decide(.post, Bench.model, host: "fal.run", body: "{}")
    else { throw Unexpected("not waiting") }
    #expect([first, late, feed.job, wrong].map(\.state) == [.running, .queued, .queued, .queued])
    bench.pass(1100)
    let reply = bench.state.reply(for: late, base: base)
    #expect(reply.status == 504 && reply.json["error_type"] == "request_timeout")
    #expect(reply.field("x-fal-request-timeout-type") == "user")
    bench.pass(100)
    #expect([first, feed.job, wrong].map(\.state) == [.completed, .running, .queued])
    #expect(bench.state.cancel(feed.job, at: bench.nanoseconds))
    bench.pass(0)
    #expect(bench.state.reply(for: wrong, base: base).status == 422)
  }

  @Test("refuses a direct call's wrong input at once, streams included")
  func runInvalid() throws {
    for path in [Bench.model, Bench.model + "/stream"] {
      let reply = try bench.ask(.post, path, host: "fal.run", body: "{}")
      #expect(reply.status == 422)
      #expect(reply.json["detail"]?.elements?.count == 3)
    }
  }

  @Test(
    "answers 404 and 405 with JSON objects",
    arguments: [
      (.post, "queue.fal.run", "/", 404), (.post, "queue.fal.run", "/nope", 404), (.get, "fal.run", "/", 404),
      (.put, "queue.fal.run", "/a/b", 405), (.other, "fal.run", "/a/b", 405), (.get, "rest.fal.ai", "/nope", 404),
      (.get, "rest.fal.ai", "/tokens/", 405), (.get, "rest.fal.ai", "/storage/upload/initiate", 405),
      (.post, "rest.fal.ai", "/storage/upload/complete-multipart", 404), (.post, "own", "/files/a/b.png", 405),
      (.get, "own", "/files/a/b.png", 404), (.put, "own", "/uploads/nope", 404), (.get, "own", "/uploads/nope", 405),
      (.post, "queue.fal.run", "/a/b/requests/x/cancel", 405), (.get, "queue.fal.run", "/a/b/requests/x/y", 404),
    ] as [(HTTPWire.Method, String, String, Int)])
  func refusals(method: HTTPWire.Method, host: String, path: String, status: Int) throws {
    let reply = try bench.ask(method, path, host: host)
    #expect(reply.status == status)
    #expect(reply.json["detail"]?.text?.isEmpty == false)
    #expect(status != 405 || reply.field("allow") != nil)
  }

  @Test(
    "knows two models and what the operator spells out; all else is 404 as at fal (protocol.md §3.4, §4)",
    arguments: [
      ("/fal-ai/flux-differential-diffusion", nil), ("/fal-ai/flux-general/differential-diffusion", nil),
      ("/a/b", nil), ("/workflows/o/n/sub", nil), ("/a/d", #"Application "d" not found"#),
      ("/fal-ai/flux-general", "Path / not found"), ("/fal-ai/flux-general/x/y", "Path /x/y not found"),
      ("/a/b/x", "Path /x not found"), ("/comfy/o/n/sub", #"Application "n" not found"#),
      ("/workflows/o/n", "Path / not found"), ("/fal-ai/flux-differential-diffusion/x", "Path /x not found"),
    ] as [(String, String?)])
  func known(path: String, detail: String?) throws {
    for host in ["queue.fal.run", "fal.run"] {
      guard case .reply(let reply) = bench.decide(.post, path, host: host, body: Bench.input) else {
        #expect(detail == nil)
        continue
      }
      #expect(reply.status == (detail == nil ? 200 : 404))
      #expect(detail == nil || reply.json["detail"]?.text == detail)
    }
  }

  @Test("says of what it does not know that it stands in for it")
  func standIn() throws {
    let (known, unknown) = (try bench.submit(), try bench.submit("{}", to: "/a/b"))
    bench.pass(300)
    func first(_ id: String) throws -> String? {
      try bench.ask(.get, "/a/b/requests/\(id)/status?logs=1").json["logs"]?.elements?.first?["message"]?.text
    }
    #expect(try first(known) == Bench.note)
    #expect(try first(unknown)?.hasPrefix("stand-in: the sandbox does not know a/b") == true)
  }

  @Test("gives tokens that look like JWTs (protocol.md §7)")
  func tokens() throws {
    let old = try bench.ask(
      .post, "/tokens/", host: "rest.alpha.fal.ai", body: #"{"allowed_apps":["flux"],"token_expiration":120}"#)
    #expect(old.json.text?.split(separator: ".").count == 3)
    let new = try bench.ask(
      .post, "/tokens/realtime", host: "rest.fal.ai", body: #"{"allowed_apps":["a/b/realtime"],"duration":1}"#)
    #expect(new.json["token"]?.text?.split(separator: ".").count == 3)
    #expect(try bench.ask(.post, "/tokens/", host: "rest.fal.ai", body: "{}").status == 422)
  }

  @Test("writes ids as UUIDs of version 7 and dates as fal does")
  func texts() {
    var random = SystemRandomNumberGenerator()
    let id = UUIDv7.text(milliseconds: 0x0123_4567_89AB, using: &random)
    #expect(id.hasPrefix("01234567-89ab-7"))
    #expect(id.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    #expect("89ab".contains(Array(id)[19]))
    #expect(WallClock.text(milliseconds: 1_734_709_037_120) == "2024-12-20T15:37:17.120000")
    #expect(WallClock.text(milliseconds: 951_782_399_999) == "2000-02-28T23:59:59.999000")
    #expect(WallClock.text(milliseconds: 951_782_400_000) == "2000-02-29T00:00:00.000000")
  }
}
