internal import Digest
internal import HTTPServer
internal import StudioAssets

/// One file of the page, in the two forms in which it is sent.
struct StudioFile: Sendable {
  /// Below `/studio/`.
  let path: String
  let content: [UInt8]
  let gzipped: [UInt8]?
  let contentType: StaticString
  /// The entity tag: the beginning of a digest of the content.
  let tag: String

  /// - Parameter gzipped: the content compressed; nil where there is no such form.
  init(path: String, content: [UInt8], gzipped: [UInt8]? = nil) {
    self.path = path
    self.content = content
    self.gzipped = gzipped
    contentType = StudioFile.contentType(of: path)
    var digest = SHA256()
    digest.append(content.span)
    tag = String(digest.finish().leading, radix: 36)
  }

  /// The files that the binary carries.
  static let carried: [StudioFile] = {
    var files: [StudioFile] = []
    while let asset = studio_asset(files.count)?.pointee {
      files.append(
        StudioFile(
          path: String(cString: asset.path),
          content: Array(UnsafeBufferPointer(start: asset.plain, count: asset.plain_count)),
          gzipped: Array(UnsafeBufferPointer(start: asset.gzipped, count: asset.gzipped_count))))
    }
    return files
  }()

  /// The media type by the end of a name.
  private static func contentType(of path: String) -> StaticString {
    switch path.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "json": "application/json"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    default: "application/octet-stream"
    }
  }

  /// A service that serves it, with the fields of the page.
  func service(_ fields: [(StaticString, String)]) -> StaticFile {
    StaticFile(
      content, gzipped: gzipped, contentType: contentType, tag: tag, fields: fields, isUnlogged: true)
  }
}
