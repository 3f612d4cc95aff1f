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

    room("System", imports: ["CEpoll"]),
    room("Text"),
    room("HTTPWire", imports: ["Text"]),
    room("Transport", imports: ["Text", "System", "CEpoll", "COpenSSL"]),
    room("Settings", imports: ["Text", "System"]),
    room("Fal", imports: ["HTTPWire", "Text"]),
    room("Guard", imports: ["Fal", "HTTPWire", "Text"]),
    room("Observability", imports: ["Text", "System"]),
    room("Upstream", imports: ["Text", "System", "Transport", "HTTPWire"]),
    room(
      "Relay",
      imports: [
        "Fal", "Text", "System", "Transport", "HTTPWire", "Settings", "Guard", "Upstream", "Observability",
      ]),
    room("Sandbox", imports: ["Fal", "Text", "System", "Transport", "HTTPWire", "Relay", "CZlib"]),
    .executableTarget(
      name: "fal-proxy",
      dependencies: [
        "System", "Transport", "HTTPWire", "Settings", "Guard", "Upstream", "Relay", "Observability", "Sandbox",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
    tests("System", imports: ["System"]),
    tests("Text", imports: ["Text", "TestSupport"]),
    tests("HTTPWire", imports: ["HTTPWire", "TestSupport"]),
    tests("Settings", imports: ["Settings"]),
    tests("Fal", imports: ["Fal", "HTTPWire"]),
    tests("Guard", imports: ["Guard", "Fal", "HTTPWire", "TestSupport"]),
    tests("Sandbox", imports: ["Sandbox", "Fal", "Text", "HTTPWire", "CZlib"]),
    tests("Transport", imports: ["Transport", "System", "TestSupport"]),
    tests("Observability", imports: ["Observability", "Text"]),
  ]
)
