// swift-tools-version: 6.2
import PackageDescription

/// Every target is built in Swift 6 mode with the same strictness; a warning is an error.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release)),
]

/// A room of the house: a library target with its settings. `imports` is the whole list of what it may see.
func room(_ name: String, imports: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: imports, swiftSettings: strict)
}

func tests(_ name: String, imports: [Target.Dependency]) -> Target {
  .testTarget(name: name + "Tests", dependencies: imports, swiftSettings: strict)
}

let package = Package(
  name: "fal-proxy",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "fal-proxy", targets: ["fal-proxy"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .systemLibrary(name: "CEpoll"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    room("HTTPWire"),
    room("Transport", imports: ["CEpoll", "COpenSSL"]),
    room("Settings"),
    room("Guard", imports: ["HTTPWire"]),
    room("Observability"),
    room("Upstream", imports: ["Transport", "HTTPWire"]),
    room("HTTPServer", imports: ["Transport", "HTTPWire", "Observability"]),
    room(
      "Relay",
      imports: ["Transport", "HTTPWire", "HTTPServer", "Settings", "Guard", "Upstream", "Observability", "CZlib"]),
    room("Sandbox", imports: ["Transport", "HTTPWire", "HTTPServer", "CZlib"]),
    .executableTarget(
      name: "fal-proxy",
      dependencies: [
        "Transport", "HTTPWire", "HTTPServer", "Settings", "Guard", "Upstream", "Relay", "Observability", "Sandbox",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    tests("HTTPWire", imports: ["HTTPWire"]),
    tests("Settings", imports: ["Settings"]),
    tests("Guard", imports: ["Guard", "HTTPWire"]),
    tests("Sandbox", imports: ["Sandbox", "HTTPWire", "CZlib"]),
    tests("Transport", imports: ["Transport"]),
    tests("Upstream", imports: ["Upstream", "Transport", "HTTPWire", "COpenSSL"]),
    tests("Observability", imports: ["Observability"]),
    tests("HTTPServer", imports: ["HTTPServer", "HTTPWire", "Observability"]),
    tests("Relay", imports: ["Relay", "HTTPServer", "HTTPWire", "Guard", "Observability", "Settings", "Transport"]),
  ]
)
