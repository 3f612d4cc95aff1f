import HTTPWire
import Testing

@testable import Transport
@testable import Upstream

/// One call of a server on the test loop, watched from both ends.
enum FetchTrial {
  /// A server, what it saw and the client's outcome.
  struct Seen: Sendable {
    var answer: Result<FetchResponse, FetchError>
    var requests: [String] = []
    /// Whether every client of the server has gone when the outcome was told and the loop had gone round.
    var allGone = true

    var error: FetchError? {
      if case .failure(let error) = answer { return error }
      return nil
    }
  }

  static func seen(
    _ request: FetchRequest? = nil, maxBytes: Int = 1 << 20, timeout: UInt64 = 10_000_000_000,
    _ play: @escaping @Sendable (TestServer.Client) -> Void
  ) async throws -> Seen {
    let actor = try await TestLoop.actor
    let server = try await actor.run { loop in OnLoop(try TestServer(on: loop, play: play)) }
    let port = await actor.run { _ in server.value.address.port }
    var used =
      request ?? FetchRequest(.get, FetchDestination(host: "127.0.0.1", port: 0, isTLS: false, target: "/keys?a=b"))
    used.destination.port = port
    used.maxBytes = maxBytes
    used.timeout = timeout
    let fetch = await Fetch(on: actor, tlsContext: TestLoop.tlsContext)
    let answer = await outcome(of: fetch, used)
    return await actor.run { loop in
      // The client has closed by now; what the server has not noticed yet it reads here.
      for client in server.value.clients { client.ready([.readable]) }
      let seen = Seen(
        answer: answer, requests: server.value.clients.map(\.text), allGone: server.value.clients.allSatisfy(\.isGone))
      server.value.close()
      return seen
    }
  }

  static func outcome(of fetch: Fetch, _ request: FetchRequest) async -> Result<FetchResponse, FetchError> {
    do throws(FetchError) {
      return .success(try await fetch.fetch(request))
    } catch {
      return .failure(error)
    }
  }
}
