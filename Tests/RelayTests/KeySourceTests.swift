import Testing
import Upstream

@testable import Relay

@Suite struct KeySourceTests {
  @Test(
    "reads the URL of a key set",
    arguments: [
      ("https://a.example/keys", FetchDestination(host: "a.example", port: 443, isTLS: true, target: "/keys")),
      ("https://a.example", FetchDestination(host: "a.example", port: 443, isTLS: true, target: "/")),
      ("https://a.example:8443?x=1", FetchDestination(host: "a.example", port: 8443, isTLS: true, target: "/?x=1")),
      ("https://[::1]:1/a//b?c", FetchDestination(host: "::1", port: 1, isTLS: true, target: "/a//b?c")),
      ("http://127.0.0.1:80/k", FetchDestination(host: "127.0.0.1", port: 80, isTLS: false, target: "/k")),
      ("http://a.example/keys", nil), ("ftp://a.example/keys", nil), ("https:///keys", nil), ("/keys", nil), ("", nil),
      ("https://u:p@a.example/keys", nil), ("https://a.example/keys#f", nil), ("https://a.example/a b", nil),
      ("https://a.example/\r\nx: y", nil), ("https://a.example:0/", nil), ("https://a.example:65536/", nil),
      ("https://a.example\\@b.example/", nil),
    ])
  func url(text: String, place: FetchDestination?) { #expect(FetchDestination(url: text) == place) }
}
