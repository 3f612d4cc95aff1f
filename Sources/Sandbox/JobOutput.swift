internal import Pictures
internal import Text

/// What a job that has its pictures answers: a value, which another thread may write.
struct JobOutput: Sendable {
  let id: String
  let input: ModelInput
  let seed: String
  let pictures: JobPictures
  let seconds: Double?
  let isNSFW: Bool
  let isCut: Bool
  /// Where the one who asks finds the pictures.
  let base: String
  let files: FileStore

  /// The answer (protocol.md §3.7).
  func reply(inlineLimit: Int) -> SandboxReply {
    let json = JobOutput.json(
      input, urls(inlineLimit: inlineLimit), pictures.format, pictures.size, seed: seed, seconds: seconds,
      isNSFW: isNSFW)
    var reply = SandboxReply.json(
      200, json,
      [ReplyField("x-fal-request-id", id), ReplyField("x-fal-billable-units", String(pictures.billedUnits))])
    if isCut { reply.ending = .cut }
    return reply
  }

  private func urls(inlineLimit: Int) -> [String] {
    let contents = input.isSync ? pictures.names.map { files.file(named: $0)?.content } : []
    let isInline = contents.reduce(0) { $0 + ($1?.count ?? 0) } <= inlineLimit
    return pictures.names.enumerated().map { index, name in
      // Where the store has forgotten the file, its URL is all there is.
      guard input.isSync, isInline, let content = contents[index] else { return "\(base)/files/\(name)" }
      return JobOutput.dataURI(content, pictures.format)
    }
  }

  static func dataURI(_ content: [UInt8], _ format: PictureFile.Format) -> String {
    "data:\(format.contentType);base64," + Base64.text(content)
  }

  /// The output schema of protocol.md §9.2.
  static func json(
    _ input: ModelInput, _ urls: [String], _ format: PictureFile.Format, _ size: PixelSize, seed: String,
    seconds: Double?, isNSFW: Bool
  ) -> JSONValue {
    let images = urls.map { url in
      JSONValue.object([
        "url": .string(url), "width": .integer(size.width), "height": .integer(size.height),
        "content_type": .string(format.contentType),
      ])
    }
    let flags = [JSONValue](repeating: .bool(isNSFW), count: images.count)
    return .object([
      "images": .array(images),
      "timings": .object(seconds.map { [JSONMember(name: "inference", value: .decimal($0))] } ?? []),
      "seed": .number(seed), "has_nsfw_concepts": .array(flags), "prompt": .string(input.prompt),
    ])
  }
}
