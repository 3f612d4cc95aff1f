import Testing

@testable import Guard

@Suite("What a token request may ask for")
struct TokenPolicyTests {
  private static let endpoints = ["fal-ai/flux/dev", "fal-ai/fast-*", "workflows/acme/portrait", "open/**"]

  private func decide(_ path: String, _ content: String, endpoints: [String] = endpoints) -> String {
    let policy = TokenPolicy(
      allowedEndpoints: endpoints.map { try! EndpointPattern($0) }, maximumSeconds: 120)
    do throws(TokenRefusal) {
      let sent = try policy.decide(path: Array(path.utf8).span, content: Array(content.utf8).span)
      return String(decoding: sent, as: UTF8.self)
    } catch {
      switch error {
      case .content: return "400"
      case .endpointNotAllowed, .endpointNotInGroup: return "403"
      }
    }
  }

  @Test(
    "what is sent on is written anew, with a life that is stated and not too long",
    arguments: [
      ("tokens", #"{"allowed_apps":["flux"],"token_expiration":120}"#, ""),
      (
        "tokens", #"{"allowed_apps":["flux"],"token_expiration":121}"#,
        #"{"allowed_apps":["flux"],"token_expiration":120}"#
      ),
      ("tokens", #"{"allowed_apps":["flux"],"token_expiration":1}"#, ""),
      (
        "tokens", #"{"allowed_apps":["flux"],"token_expiration":3e1}"#,
        #"{"allowed_apps":["flux"],"token_expiration":30}"#
      ),
      (
        "tokens", #" { "token_expiration" : 300 , "allowed_apps" : [ "flux" ] } "#,
        #"{"allowed_apps":["flux"],"token_expiration":120}"#
      ),
      ("tokens", #"{"allowed_apps":["flux"]}"#, #"{"allowed_apps":["flux"],"token_expiration":120}"#),
      ("tokens", #"{"allowed_apps":["\u0066lux"]}"#, #"{"allowed_apps":["flux"],"token_expiration":120}"#),
      ("tokens/realtime", #"{"allowed_apps":["fal-ai/flux/dev/realtime"],"duration":120}"#, ""),
      (
        "tokens/realtime", #"{"allowed_apps":["fal-ai/flux/dev"],"duration":99999}"#,
        #"{"allowed_apps":["fal-ai/flux/dev"],"duration":120}"#
      ),
      (
        "tokens/realtime", #"{"allowed_apps":["fal-ai/flux/dev/ws","open/x/y/z/realtime"]}"#,
        #"{"allowed_apps":["fal-ai/flux/dev/ws","open/x/y/z/realtime"],"duration":120}"#
      ),
    ])
  func written(path: String, content: String, expected: String) {
    #expect(decide(path, content) == (expected.isEmpty ? content : expected))
  }

  @Test(
    "an alias belongs to whoever's app may be called by it",
    arguments: [
      ("flux", true), ("fast-lcm-diffusion", true), ("portrait", true), ("acme", false), ("fal-ai", false),
      ("dev", false), ("FLUX", false), ("flux-2", false), ("slow-1", false),
    ])
  func aliases(alias: String, isAllowed: Bool) {
    let found = decide("tokens", #"{"allowed_apps":["\#(alias)"]}"#, endpoints: Array(Self.endpoints.dropLast()))
    #expect(found == (isAllowed ? #"{"allowed_apps":["\#(alias)"],"token_expiration":120}"# : "403"))
    // A pattern that is open behind the owner covers every alias.
    #expect(decide("tokens", #"{"allowed_apps":["\#(alias)"]}"#) != "403")
  }

  @Test(
    "an app is no more than the endpoints that are allowed",
    arguments: [
      "fal-ai/flux/realtime", "fal-ai/flux", "fal-ai/flux/pro", "fal-ai/flux/pro/realtime", "fal-ai/flux/dev/other",
      "fal-ai/flux/dev/realtime/realtime", "other/flux/dev/realtime", "workflows/acme/other/realtime",
    ])
  func apps(app: String) {
    #expect(decide("tokens/realtime", #"{"allowed_apps":["\#(app)"]}"#) == "403")
    #expect(decide("tokens/realtime", #"{"allowed_apps":["fal-ai/flux/dev","\#(app)"]}"#) == "403")
  }

  @Test(
    "what cannot be read in one way only is refused",
    arguments: [
      "", "null", "[]", "{}", "{", #"{"allowed_apps":["flux"]}x"#, #"{"allowed_apps":"flux"}"#, #"{"allowed_apps":[]}"#,
      #"{"allowed_apps":[1]}"#, #"{"allowed_apps":[["flux"]]}"#, #"{"allowed_apps":[null]}"#,
      #"{"allowed_apps":["flux"],"allowed_apps":["*"]}"#, #"{"allowed_apps":["flux"],"\u0061llowed_apps":["*"]}"#,
      #"{"allowed_apps":["flux"],"Allowed_apps":["*"]}"#, #"{"allowed_apps":["flux"],"scope":"all"}"#,
      #"{"allowed_apps":["flux"],"duration":1}"#, #"{"allowed_apps":["flux"],"token_expiration":0}"#,
      #"{"allowed_apps":["flux"],"token_expiration":-1}"#, #"{"allowed_apps":["flux"],"token_expiration":1.5}"#,
      #"{"allowed_apps":["flux"],"token_expiration":"60"}"#, #"{"allowed_apps":["flux"],"token_expiration":null}"#,
      #"{"allowed_apps":["flux"],"token_expiration":1e99}"#, #"{"allowed_apps":["flux"],"token_expiration":true}"#,
      #"{"allowed_apps":["flux"],"token_expiration":60,"token_expiration":99999}"#,
      #"{"allowed_apps":["*"]}"#, #"{"allowed_apps":["fal-ai/flux"]}"#, #"{"allowed_apps":[""]}"#,
      #"{"allowed_apps":["."]}"#, #"{"allowed_apps":[".."]}"#, #"{"allowed_apps":["flux "]}"#,
      #"{"allowed_apps":["flux\u0000"]}"#,
    ])
  func malformed(content: String) {
    #expect(decide("tokens", content) == "400")
  }

  @Test("the time a decision takes grows with the content, not with its square")
  func manyMembers() {
    let members = (0..<20_000).map { "\"a\($0)\":1" }.joined(separator: ",")
    let apps = [String](repeating: "\"flux\"", count: 20_000).joined(separator: ",")
    let patterns = (0..<1000).map { "fal-ai/model-\($0)" } + ["fal-ai/flux"]
    // With a comparison of each with each these would take minutes.
    #expect(decide("tokens", "{\(members)}") == "400")
    #expect(decide("tokens", "{\"allowed_apps\":[\(apps)]}", endpoints: patterns).hasPrefix("{\"allowed_apps\""))
  }

  @Test(
    "at the newer route an entry is an endpoint id",
    arguments: [
      "flux", "*", "", "/", "fal-ai/", "fal-ai//flux", "fal-ai/../flux", "fal-ai/flux/**", "fal-ai/flux%2fdev",
    ])
  func notAnID(app: String) {
    #expect(decide("tokens/realtime", #"{"allowed_apps":["\#(app)"]}"#) == "400")
  }

  @Test(
    "a route that is not known has no form that could be checked", arguments: ["tokens/other", "x/tokens", "Tokens"])
  func unknownRoute(path: String) {
    #expect(decide(path, #"{"allowed_apps":["flux"]}"#) == "400")
  }
}
