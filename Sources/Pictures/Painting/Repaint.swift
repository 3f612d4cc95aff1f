/// What a picture is repainted by.
package struct Repaint: Equatable, Sendable {
  package var prompt: String
  package var seed: UInt64
  /// Which of the pictures of a request.
  package var index = 0
  /// In thousandths.
  package var strength = 850
  /// In hundredths.
  package var guidance = 350
  /// At least one; a map of 256 greys shows no more than 256.
  package var steps = 28
  package var polarity = MapPolarity.blackChanges

  /// A repaint with the model's defaults.
  package init(prompt: String, seed: UInt64) {
    self.prompt = prompt
    self.seed = seed
  }

  /// What a grey of the map does, of 256 parts: 0 keeps the pixel as it is.
  ///
  /// As in the paper, a pixel whose map is m stays bound to the input while m > i/N at step i of N (protocol.md §9.4): it is
  /// free for the rest of the steps, so there are N + 1 levels.
  package var weights: [Int32] {
    let steps = max(1, min(256, steps))
    return (0..<256).map { grey in
      let kept = polarity == .blackChanges ? grey : 255 - grey
      let bound = (kept * steps + 254) / 255
      let effect = max(0, min(1000, strength)) * (steps - bound) / steps
      // Most of the change comes early, as it does with the model.
      return Int32(256 - (1000 - effect) * (1000 - effect) * 256 / 1_000_000)
    }
  }
}

/// Which end of a change map changes.
package enum MapPolarity: String, CaseIterable, Sendable {
  case blackChanges = "black_changes"
  case whiteChanges = "white_changes"
}
