internal import Pictures

/// The pictures that were painted for a job, and how the file store calls them: URLs are made for each who asks.
struct JobPictures: Sendable {
  let size: PixelSize
  let names: [String]
  let format: PictureFile.Format
  /// What the job logs of them.
  let notes: [String]

  /// The units a run is billed with: megapixels, each image rounded up (protocol.md §11).
  var billedUnits: Int { names.count * size.billedMegapixels }
}
