import Guard
import Relay
import Settings
import Studio

/// The page beside the proxy.
extension StartUp.Loaded {
  /// The page, where it is wanted and has room.
  var studio: Studio? {
    guard wantsStudio, Studio.hasRoom(beside: settings.path) else { return nil }
    return Studio(
      StudioFacts(
        path: settings.path, mode: isSandboxed ? .sandbox : .fal, asksForTokens: settings.auth.asksForTokens,
        map: isSandboxed ? settings.sandbox.map.rawValue : nil, models: configuration.models.map(\.document)))
  }

  private var wantsStudio: Bool { settings.studio || isSandboxed }

  /// What is said about the page once `address` is listened on; nil where there is none, and none was wanted.
  func studioNotice(address: String) -> String? {
    guard wantsStudio else { return nil }
    return Studio.hasRoom(beside: settings.path)
      ? "fal-proxy: the Studio is at http://\(address)/"
      : "fal-proxy: no Studio: path stands where the page would, at / or below /studio/"
  }
}
