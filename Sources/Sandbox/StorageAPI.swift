internal import Guard
internal import HTTPWire
internal import Text

/// Announcing uploads, and taking them (protocol.md §6.1, §6.2).
struct StorageAPI {
  let files: FileStore
  /// Where the client finds files and uploads, without a slash at the end.
  let base: String
  let jsonDepthLimit: Int

  /// The highest number of a part.
  private static let partLimit = 10_000

  /// What needs no key, as the URL is the permission; nil for the path of something else.
  func serve(_ request: SandboxRequest) -> SandboxReply? {
    switch request.segments.first {
    case "files": file(request)
    case "uploads": upload(request)
    default: nil
    }
  }

  /// `POST /storage/upload/initiate` and `…/initiate-multipart`.
  func initiate(_ request: SandboxRequest) -> SandboxReply {
    guard request.method == .post else { return .methodNotAllowed("POST") }
    let body: JSONValue
    do {
      body = try JSONParser.parse(request.content, depthLimit: jsonDepthLimit)
    } catch {
      return InputIssue.reply([SandboxState.issue(error)], [])
    }
    let type = ContentType.safe(body["content_type"]?.text)
    let file = files.add(
      contentType: type, suffix: ContentType.suffix(of: body["file_name"]?.text, type: type), content: nil)
    return .json(
      200,
      .object([
        "upload_url": .string("\(base)/uploads/\(file.id)"),
        "file_url": .string("\(base)/files/\(file.name)"),
      ]))
  }

  /// `PUT /uploads/{id}`, `PUT /uploads/{id}/{part}`, `POST /uploads/{id}/complete`.
  private func upload(_ request: SandboxRequest) -> SandboxReply {
    let segments = request.segments
    guard segments.count == 2 || segments.count == 3 else { return .pathNotFound(request.path) }
    let isCompletion = segments.last == "complete" && segments.count == 3
    guard request.method == (isCompletion ? .post : .put) else {
      return .methodNotAllowed(isCompletion ? "POST, OPTIONS" : "PUT, OPTIONS")
    }
    guard files[segments[1]] != nil else { return .detail(404, "Upload not found") }
    if isCompletion { return complete(request, segments[1]) }
    let tag = StorageAPI.tag(request.content)
    let fields = [
      ReplyField("etag", "\"\(tag)\""), ReplyField("access-control-expose-headers", "etag"),
    ]
    if segments.count == 2 {
      let type = request.field("content-type")
      files.update(segments[1]) { file in
        file.content = request.content
        if let type { file.contentType = ContentType.safe(type) }
      }
      return files[segments[1]] == nil
        ? .detail(413, "The sandbox keeps no file of this size")
        : SandboxReply(status: 200, fields: [SandboxReply.anyOrigin] + fields)
    }
    guard let number = Int(segments[2]), (1...StorageAPI.partLimit).contains(number) else {
      return .pathNotFound(request.path)
    }
    files.update(segments[1]) { $0.parts[number] = request.content }
    guard files[segments[1]] != nil else { return .detail(413, "The sandbox keeps no file of this size") }
    return .json(200, .object(["partNumber": .integer(number), "etag": .string(tag)]), fields)
  }

  private func complete(_ request: SandboxRequest, _ id: String) -> SandboxReply {
    guard request.isShort else { return .contentTooLong }
    let body: JSONValue
    do {
      body = try JSONParser.parse(request.content, depthLimit: jsonDepthLimit)
    } catch {
      return InputIssue.reply([SandboxState.issue(error)], [])
    }
    guard let file = files[id], let parts = body["parts"]?.elements, !parts.isEmpty else {
      return InputIssue.reply([InputIssue("missing", ["body", "parts"], "Field required")], [])
    }
    var content: [UInt8] = []
    var last = 0
    for part in parts {
      guard let number = part["partNumber"]?.int, let tag = part["etag"]?.text, number > last,
        let bytes = file.parts[number],
        tag.filter({ $0 != "\"" }) == StorageAPI.tag(bytes)
      else { return .detail(400, "The parts are not those that were uploaded, in their order") }
      content += bytes
      last = number
    }
    files.update(id) { file in
      file.content = content
      file.parts = [:]
    }
    return .json(200, .object(["file_url": .string("\(base)/files/\(file.name)")]))
  }

  /// `GET /files/{word}/{id}.{extension}`.
  private func file(_ request: SandboxRequest) -> SandboxReply {
    guard request.method == .get || request.method == .head else { return .methodNotAllowed("GET, HEAD, OPTIONS") }
    guard let file = files.file(named: request.segments.dropFirst().joined(separator: "/")),
      let content = file.content
    else { return .detail(404, "Not Found") }
    let tag = StorageAPI.quotedTag(content)
    var fields = [
      ReplyField("content-type", file.contentType), SandboxReply.anyOrigin,
      ReplyField("access-control-expose-headers", "accept-ranges, content-length, content-range, etag"),
      ReplyField("cache-control", "public, max-age=3600"), ReplyField("etag", tag),
      ReplyField("accept-ranges", "bytes"),
      // What was uploaded must not run as a page of this server.
      ReplyField("x-content-type-options", "nosniff"), ReplyField("content-security-policy", "sandbox"),
    ]
    let isAsked = request.method == .get && (request.field("if-range") ?? tag) == tag
    switch ByteRange(isAsked ? request.field("range") : nil, size: content.count) {
    case .whole: return SandboxReply(status: 200, fields: fields, content: content)
    case .part(let range):
      fields.append(ReplyField("content-range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(content.count)"))
      return SandboxReply(status: 206, fields: fields, content: Array(content[range]))
    case .unsatisfiable:
      return .detail(416, "Range Not Satisfiable", [ReplyField("content-range", "bytes */\(content.count)")])
    }
  }

  private static func tag(_ content: [UInt8]) -> String {
    Hexadecimal.text(UInt64(Checksum.of(content)), count: 8)
  }

  private static func quotedTag(_ content: [UInt8]) -> String { "\"\(tag(content))\"" }
}
