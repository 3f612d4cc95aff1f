/// Pictures that are built in: they stand in for the example that the model's page gives, and for a picture nobody sent.
package enum Samples {
  /// The size of the picture and of its map.
  package static let size = PixelSize(width: 1024, height: 768)

  private static let scene: Scene = {
    var scene = Scene(size, seed: 11)
    scene.plantTree()
    return scene
  }()

  /// A tree by a lake.
  package static let picture = scene.picture.bitmap

  /// Its change map: the tree and the shore are white, the far is dark, with soft edges.
  package static let changeMap: Bitmap = {
    var nearness = scene.nearness
    nearness.soften(4)
    return nearness.bitmap
  }()

  /// A landscape of its own for each seed.
  package static func landscape(_ size: PixelSize, seed: UInt64) -> Bitmap {
    Scene(size.fitting(1024), seed: seed).picture.bitmap.scaled(to: size)
  }
}
