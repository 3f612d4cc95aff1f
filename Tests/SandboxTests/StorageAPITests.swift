import HTTPWire
import Pictures
import Testing
import Text

@testable import Sandbox

@Suite struct StorageAPITests {
  let bench = Bench()
  static let base = "http://127.0.0.1:9123"

  func initiate(_ body: String, _ path: String = "/storage/upload/initiate?storage_type=fal-cdn-v3") throws
    -> (upload: String, file: String)
  {
    let reply = try bench.ask(.post, path, host: "rest.fal.ai", body: body)
    #expect(reply.status == 200)
    let upload = try #require(reply.json["upload_url"]?.text)
    let file = try #require(reply.json["file_url"]?.text)
    #expect(upload.hasPrefix(Self.base) && file.hasPrefix(Self.base))
    return (String(upload.dropFirst(Self.base.count)), String(file.dropFirst(Self.base.count)))
  }

  func direct(
    _ method: HTTPWire.Method, _ path: String, _ bytes: [UInt8] = [], _ fields: [(name: String, value: String)] = []
  ) throws -> SandboxReply {
    try bench.ask(method, path, host: "127.0.0.1:9123", fields: fields, bytes: bytes)
  }

  @Test("takes a file in two steps and serves it to every origin (protocol.md §6.1)")
  func upload() throws {
    let urls = try initiate(#"{"content_type":"image/webp","file_name":"a b.WEBP"}"#)
    #expect(urls.file.hasSuffix(".webp"))
    #expect(try direct(.get, urls.file).status == 404)
    let preflight = try direct(.options, urls.upload, [], [("access-control-request-headers", "content-type")])
    #expect(preflight.status == 204)
    #expect(preflight.field("access-control-allow-origin") == "*")
    #expect(preflight.field("access-control-allow-methods")?.contains("PUT") == true)
    #expect(preflight.field("access-control-allow-headers") == "content-type")
    #expect(preflight.field("access-control-max-age") != nil)
    #expect(try direct(.put, urls.upload, [1, 2, 3]).status == 200)
    for method in [HTTPWire.Method.get, .head] {
      let file = try direct(method, urls.file)
      #expect(file.status == 200)
      #expect(file.content == [1, 2, 3])
      #expect(file.field("content-type") == "image/webp")
      #expect(file.field("access-control-allow-origin") == "*")
    }
    #expect(try direct(.get, urls.file.replacing("/files/", with: "/files/x")).status == 404)
  }

  @Test("assembles parts in their order (protocol.md §6.2)")
  func multipart() throws {
    let urls = try initiate("{}", "/storage/upload/initiate-multipart")
    var parts: [JSONValue] = []
    for (number, bytes) in [(2, [3, 4]), (1, [1, 2])] as [(Int, [UInt8])] {
      let reply = try direct(.put, "\(urls.upload)/\(number)", bytes)
      #expect(reply.status == 200)
      #expect(reply.field("content-type") == "application/json")
      #expect(reply.json["partNumber"]?.int == number)
      parts.insert(reply.json, at: 0)
    }
    func complete(_ parts: [JSONValue]) throws -> Int {
      try direct(.post, "\(urls.upload)/complete", JSONWriter.bytes(.object(["parts": .array(parts)]))).status
    }
    #expect(try complete(parts.reversed()) == 400)
    #expect(try complete([.object(["partNumber": 1, "etag": "x"])]) == 400)
    #expect(try complete([]) == 422)
    #expect(try direct(.get, urls.file).status == 404)
    #expect(try complete(parts) == 200)
    #expect(try direct(.get, urls.file).content == [1, 2, 3, 4])
    #expect(bench.state.files.weight == 4)
    #expect(try direct(.put, "\(urls.upload)/0").status == 404)
  }

  @Test("lets nothing from outside into a field or a path")
  func hostileNames() throws {
    let body = #"{"content_type":"text/html\r\nset-cookie: a=b","file_name":"../../x.p/ng"}"#
    let urls = try initiate(body)
    #expect(urls.file.hasSuffix(".bin"))
    _ = try direct(.put, urls.upload, [1], [("content-type", "é/\u{1}")])
    let file = try direct(.get, urls.file)
    #expect(file.field("content-type") == "application/octet-stream")
    #expect(file.field("x-content-type-options") == "nosniff")
  }

  @Test("draws at the size of the input image, uploaded or inline")
  func inputSize() throws {
    let png = PNGWriter.write(Bitmap(PixelSize(width: 20, height: 10)))
    let urls = try initiate(#"{"content_type":"image/png","file_name":"a.png"}"#)
    _ = try direct(.put, urls.upload, png)
    for url in [Self.base + urls.file, "data:image/png;base64," + Base64.text(png)] {
      let id = try bench.submit(#"{"image_url":"\#(url)"}"#, to: "/a/b")
      bench.now += 1500
      let image = try bench.ask(.get, "/a/b/requests/\(id)").json["images"]?.elements?.first
      #expect(image?["width"] == 20)
      #expect(image?["height"] == 10)
    }
    let id = try bench.submit(#"{"image_url":"\#(Self.base)/files/koala/gone.png"}"#, to: "/a/b")
    bench.now += 1500
    let detail = try bench.ask(.get, "/a/b/requests/\(id)").json["detail"]?.elements?.first
    #expect(detail?["type"] == "file_download_error")
  }

  @Test("keeps no more bytes than it may: the oldest files go")
  func limits() throws {
    let bench = Bench { $0.fileByteLimit = 10 }
    let ids = (0..<3).map { _ in bench.state.files.add(contentType: "a/b", suffix: "b", content: [0, 1, 2, 3]) }
    #expect(bench.state.files.weight == 8)
    #expect(bench.state.files.file(named: ids[0].name) == nil)
    #expect(bench.state.files.file(named: ids[2].name) != nil)
    let reply = try bench.ask(
      .put, "/uploads/\(ids[2].id)", host: "own", fields: [], bytes: [UInt8](repeating: 0, count: 11))
    #expect(reply.status == 413)
    #expect(bench.state.files.weight == 0)
  }

  @Test("a name that is replaced keeps its age; one that comes again is new")
  func ages() {
    var map = BoundedMap<Int>(countLimit: 2, weightLimit: 100)
    map.insert(1, named: "a", weight: 1)
    map.insert(2, named: "b", weight: 1)
    map.replace(3, named: "a", weight: 5)
    #expect(map.weight == 6)
    map.insert(4, named: "c", weight: 1)
    #expect(map["a"] == nil && map["b"] == 2 && map["c"] == 4)
    map.insert(5, named: "b", weight: 1)
    map.insert(6, named: "d", weight: 1)
    #expect(map["b"] == 5 && map["c"] == nil && map.count == 2 && map.weight == 2)
    for number in 0..<1000 { map.insert(number, named: "\(number % 7)", weight: 1) }
    #expect(map.count == 2 && map.weight == 2)
  }
}
