import Fal
import Relay
import Settings

/// What is said about a start with the embedded fal.
enum SandboxGuide {
  /// What may still leave the machine.
  static func reach(_ settings: Settings, at url: String) -> String {
    let stays = "fal-proxy: sandbox at \(url): the proxy sends nothing to another machine"
    guard settings.tokens.enabled else { return stays }
    return stays
      + "; a client that takes a realtime token connects to fal by itself, where tokens of the sandbox open nothing"
  }

  /// Lines to try in a shell, or why there are none.
  static func examples(_ started: StartUp.Loaded, address: String) -> [String] {
    let settings = started.settings
    guard let model = started.configuration.exampleEndpoint(settings) else {
      return [
        "fal-proxy: no lines to try: allowed_endpoints and allowed_urls let nothing be called at fal.run that the sandbox "
          + "knows or that is spelled out; add \(Settings.builtInEndpoints[0]) to allowed_endpoints, and fal.run/** to allowed_urls"
      ]
    }
    let token = !settings.auth.asksForTokens ? "" : " -H 'authorization: Bearer '\"$TOKEN\""
    let call = "curl -sN http://\(address)\(settings.path)\(token) -H 'content-type: application/json' -d \"$input\""
    let (picture, map) = (ExamplePictures.image, ExamplePictures.changeMap)
    return [
      "fal-proxy: try it, in another shell" + (token.isEmpty ? ":" : ", where TOKEN is one of your tokens:"),
      "  input='{\"prompt\":\"a tree\",\"image_url\":\"\(picture)\",\"change_map_image_url\":\"\(map)\"}'",
      "  \(call) -H 'x-fal-target-url: https://fal.run/\(model)'",
      "  \(call) -H 'x-fal-target-url: https://fal.run/\(model)/stream'",
    ]
  }
}
