import HTTPWire
import Testing

@testable import Transport
@testable import Upstream

@Suite("Fetch", .serialized)
struct FetchTests {
  @Test("one request, one answer, and the connection is closed")
  func answered() async throws {
    let seen = try await FetchTrial.seen { $0.send("HTTP/1.1 200 OK\r\nX-A: b\r\ncontent-length: 5\r\n\r\nhello") }
    #expect(
      try seen.answer.get()
        == FetchResponse(
          status: 200, fields: [FetchField("x-a", "b"), FetchField("content-length", "5")], content: Array("hello".utf8)
        ))
    #expect(seen.requests.count == 1)
    #expect(seen.requests.first?.hasPrefix("GET /keys?a=b HTTP/1.1\r\nhost: 127.0.0.1:") == true)
    #expect(seen.allGone)
  }

  @Test("a chunked answer that comes byte by byte")
  func byteByByte() async throws {
    let text = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    let seen = try await FetchTrial.seen { client in for byte in text.utf8 { client.send([byte]) } }
    #expect(try seen.answer.get().content == Array("hello".utf8))
  }

  @Test("an answer that ends with its connection")
  func untilClose() async throws {
    let seen = try await FetchTrial.seen { client in
      client.send("HTTP/1.1 200 OK\r\n\r\nhello")
      client.finish()
    }
    #expect(try seen.answer.get().content == Array("hello".utf8))
  }

  @Test("a redirect is an answer, and nobody goes there")
  func redirect() async throws {
    let seen = try await FetchTrial.seen {
      $0.send("HTTP/1.1 302 Found\r\nlocation: /else\r\ncontent-length: 0\r\n\r\n")
    }
    #expect(try seen.answer.get().status == 302)
    #expect(seen.requests.count == 1)
  }

  @Test("large content both ways")
  func large() async throws {
    var request = FetchRequest(.post, FetchDestination(host: "127.0.0.1", port: 0, isTLS: false, target: "/"))
    request.content = (0..<3_000_000).map { 0x61 + UInt8($0 / 7 % 26) }
    let seen = try await FetchTrial.seen(request, maxBytes: 4_000_000) { client in
      let content = client.received.suffix(3_000_000)
      client.send("HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n")
      client.send(Array(content))
    }
    #expect(try seen.answer.get().content == request.content)
  }

  @Test("an answer that is too large is not read to its end", arguments: [true, false])
  func tooLarge(stated: Bool) async throws {
    let seen = try await FetchTrial.seen(maxBytes: 1000) { client in
      client.send("HTTP/1.1 200 OK\r\n" + (stated ? "content-length: 100000000\r\n\r\n" : "\r\n"))
      client.send([UInt8](repeating: 0x61, count: 200_000))
    }
    #expect(seen.error == FetchError(cause: .tooLarge, requestMayHaveArrived: true))
    #expect(seen.allGone)
  }

  @Test(
    "an answer that is cut is none",
    arguments: ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell"])
  func cut(text: String) async throws {
    let seen = try await FetchTrial.seen { client in
      client.send(text)
      client.finish()
    }
    #expect(seen.error == FetchError(cause: .cut, requestMayHaveArrived: true))
  }

  @Test("a connection that breaks")
  func broken() async throws {
    let seen = try await FetchTrial.seen { client in
      client.send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell")
      client.close()
    }
    #expect(seen.error == FetchError(cause: .cut, requestMayHaveArrived: true))
  }

  @Test("what is no HTTP", arguments: ["SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\nx: y\n\n"])
  func malformed(text: String) async throws {
    let seen = try await FetchTrial.seen { $0.send(text) }
    guard case .malformed? = seen.error?.cause else {
      Issue.record("\(seen.answer)")
      return
    }
    #expect(seen.allGone)
  }

  @Test("a slow answer ends with the time", arguments: ["", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nh"])
  func slow(text: String) async throws {
    let seen = try await FetchTrial.seen(timeout: 200_000_000) { $0.send(text) }
    #expect(seen.error == FetchError(cause: .timedOut, requestMayHaveArrived: true))
    #expect(seen.allGone)
  }

  @Test("an answer that comes before all of the request was taken counts")
  func early() async throws {
    var request = FetchRequest(.post, FetchDestination(host: "127.0.0.1", port: 0, isTLS: false, target: "/"))
    request.content = [UInt8](repeating: 0x61, count: 30_000_000)
    let actor = try await TestLoop.actor
    let server = try await actor.run { loop in
      let server = try TestServer(on: loop) { _ in }
      server.reads = false
      server.onAccept = { $0.send("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n") }
      return OnLoop(server)
    }
    request.destination.port = await actor.run { _ in server.value.address.port }
    let answer = await FetchTrial.outcome(of: await Fetch(on: actor, tlsContext: TestLoop.tlsContext), request)
    await actor.run { _ in server.value.close() }
    #expect(try answer.get().status == 413)
  }

  @Test("nobody listens")
  func refused() async throws {
    let actor = try await TestLoop.actor
    let request = FetchRequest(.get, FetchDestination(host: "127.0.0.1", port: 1, isTLS: false, target: "/"))
    let answer = await FetchTrial.outcome(of: await Fetch(on: actor, tlsContext: TestLoop.tlsContext), request)
    guard case .failure(let error) = answer, case .notConnected(.connectFailed) = error.cause else {
      Issue.record("\(answer)")
      return
    }
    #expect(!error.requestMayHaveArrived)
    #expect(error.description.hasPrefix("127.0.0.1:1: connect: "))
  }

  @Test("a name that leads to this machine or its link is not called", arguments: AddressPolicyTests.local)
  func forbidden(host: String) async throws {
    let actor = try await TestLoop.actor
    let found = try address(host, port: 443)
    let fetch = await Fetch(
      on: actor, tlsContext: TestLoop.tlsContext, resolver: FakeResolver(.addresses([found])).resolver)
    let request = FetchRequest(.get, FetchDestination(host: "keys.example", port: 443, isTLS: true, target: "/"))
    let answer = await FetchTrial.outcome(of: fetch, request)
    #expect(
      answer == .failure(FetchError(cause: .notConnected(.addressForbidden(found)), requestMayHaveArrived: false)))
  }

  @Test("what is invalid is refused before anybody is called")
  func invalid() async throws {
    let actor = try await TestLoop.actor
    let names = FakeResolver(.silence)
    let fetch = await Fetch(on: actor, tlsContext: TestLoop.tlsContext, resolver: names.resolver)
    let request = FetchRequest(.get, FetchDestination(host: "keys.example", port: 80, isTLS: false, target: "/"))
    #expect(
      await FetchTrial.outcome(of: fetch, request)
        == .failure(FetchError(cause: .plainText, requestMayHaveArrived: false)))
    #expect(names.questions == 0)
  }

  @Test("a task that is cancelled closes the connection", .timeLimit(.minutes(1)))
  func cancelled() async throws {
    let actor = try await TestLoop.actor
    let asked = AsyncStream.makeStream(of: String.self)
    let server = try await actor.run { loop in
      OnLoop(
        try TestServer(on: loop) { client in
          client.onGone = { asked.continuation.yield("gone") }
          asked.continuation.yield("asked")
        })
    }
    let port = await actor.run { _ in server.value.address.port }
    let fetch = await Fetch(on: actor, tlsContext: TestLoop.tlsContext)
    let task = Task {
      await FetchTrial.outcome(
        of: fetch, FetchRequest(.get, FetchDestination(host: "127.0.0.1", port: port, isTLS: false, target: "/")))
    }
    var events = asked.stream.makeAsyncIterator()
    #expect(await events.next() == "asked")
    task.cancel()
    #expect(await task.value == .failure(FetchError(cause: .cancelled, requestMayHaveArrived: true)))
    #expect(await events.next() == "gone")
    await actor.run { _ in server.value.close() }
  }

  @Test("a task that was cancelled before calls nobody")
  func cancelledBefore() async throws {
    let actor = try await TestLoop.actor
    let names = FakeResolver(.silence)
    let fetch = await Fetch(on: actor, tlsContext: TestLoop.tlsContext, resolver: names.resolver)
    let request = FetchRequest(.get, FetchDestination(host: "keys.example", port: 443, isTLS: true, target: "/"))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await FetchTrial.outcome(of: fetch, request)
    }
    #expect(await task.value == .failure(FetchError(cause: .cancelled, requestMayHaveArrived: false)))
    #expect(names.questions == 0)
  }

  @Test("an error tells no secret")
  func noSecrets() async throws {
    var request = FetchRequest(
      .post, FetchDestination(host: "127.0.0.1", port: 1, isTLS: false, target: "/canary?canary"))
    request.fields = [FetchField("authorization", "Bearer canary")]
    request.content = Array("canary".utf8)
    let seen = try await FetchTrial.seen(request, timeout: 200_000_000) { _ in }
    let error = try #require(seen.error)
    #expect(!"\(error)".contains("canary") && !String(reflecting: error).contains("canary"))
  }
}
