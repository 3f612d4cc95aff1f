import HTTPWire
import Testing
import Text

@testable import Sandbox

@Suite struct PlaceTests {
  static let place = SandboxPlace(ownURL: "http://127.0.0.1:9123", path: "/api/fal/proxy")

  @Test(
    "is at the address by which the client reached the proxy",
    arguments: [
      ("App.Example.com", "app.example.com"), ("proxy:8080", "proxy:8080"), ("my_service:80", "my_service:80"),
      ("192.168.1.7:8080", "192.168.1.7:8080"), ("[2001:DB8::1]:8080", "[2001:db8::1]:8080"), ("a:", "a:"),
    ])
  func named(authority: String, shown: String) {
    #expect(Self.place.base(authority: authority) == "http://\(shown)/api/fal/proxy")
  }

  @Test(
    "is the sandbox's own where the client named nothing that can stand in a URL",
    arguments: [
      nil, "", ":80", "a b", "a/b", "a@b", "a?b", "a#b", "a\"b", "a<b", "é.test", "a..b", ".a", "a.", "a~b", "a:x",
      "a:0", "a:65536", "a:999999", "[::1", "[x]", "[::1]x", "a\r\nb", String(repeating: "a", count: 254),
    ] as [String?])
  func hostile(authority: String?) {
    #expect(Self.place.base(authority: authority) == "http://127.0.0.1:9123")
  }

  @Test("takes the longest name of the DNS")
  func longest() {
    let name = String(repeating: "a", count: 253)
    #expect(Self.place.base(authority: name) == "http://\(name)/api/fal/proxy")
  }

  @Test("is below the proxy's path, with one slash between", arguments: [("/", ""), ("/p", "/p"), ("/p/q/", "/p/q")])
  func paths(path: String, shown: String) {
    #expect(SandboxPlace.prefixes(below: path) == ["\(shown)/files/", "\(shown)/uploads/"])
    #expect(SandboxPlace(ownURL: "", path: path).base(authority: "a") == "http://a\(shown)")
  }

  @Test("the images of one job have the address of each who asks")
  func images() throws {
    let bench = Bench()
    let id = try bench.submit()
    bench.now += 1500
    func url(_ host: String?) throws -> String? {
      let fields = [(name: "authorization", value: "Key k")] + (host.map { [("x-forwarded-host", $0)] } ?? [])
      let reply = try bench.ask(.get, "\(Bench.model)/requests/\(id)", fields: fields)
      return reply.json["images"]?.elements?.first?["url"]?.text
    }
    let first = try #require(try url("phone.test:8080"))
    let name = try #require(first.split(separator: "/files/").last)
    #expect(first == "http://phone.test:8080/api/fal/proxy/files/\(name)")
    #expect(try url("other.test") == "http://other.test/api/fal/proxy/files/\(name)")
    #expect(try url(nil) == "http://127.0.0.1:9123/files/\(name)")
    #expect(bench.state.files.weight > 0)
  }

  @Test("takes an upload and serves it on the proxy's side, and nothing else")
  func files() throws {
    let bench = Bench()
    let side = SandboxFiles(bench.state.place, files: bench.state.files, keys: bench.state.keys)
    func ask(_ method: HTTPWire.Method, _ path: String, _ content: [UInt8] = []) -> SandboxReply {
      side.reply(to: SandboxRequest(method, path, content: content), authority: "a.test")
    }
    let announced = try bench.ask(
      .post, "/storage/upload/initiate", host: "rest.fal.ai", body: #"{"file_name":"a.png"}"#,
      fields: [("authorization", "Key k"), ("x-forwarded-host", "a.test")])
    func path(_ member: String) throws -> String {
      let url = try #require(announced.json[member]?.text)
      #expect(url.hasPrefix("http://a.test/api/fal/proxy/"))
      return String(url.dropFirst("http://a.test/api/fal/proxy".count))
    }
    let (upload, file) = (try path("upload_url"), try path("file_url"))
    #expect(ask(.options, upload).field("access-control-allow-origin") == "*")
    let part = ask(.put, "\(upload)/1", [1, 2])
    #expect(part.status == 200)
    let whole = ask(.post, "\(upload)/complete", JSONWriter.bytes(.object(["parts": .array([part.json])])))
    #expect(whole.json["file_url"]?.text == "http://a.test/api/fal/proxy\(file)")
    #expect(ask(.get, file).content == [1, 2])
    #expect(ask(.get, file).field("access-control-allow-origin") == "*")
    for path in ["/storage/upload/initiate", "/tokens/", Bench.model, "/files", "/uploads/x/y/z", "/"] {
      #expect(ask(.post, path).status == (path == "/files" ? 405 : 404), "\(path)")
    }
  }
}
