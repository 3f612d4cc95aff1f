// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Every target is built in Swift 6 mode with the same strictness; a warning is an error.
///
/// The two unsafe flags, on the sources of one day (instructions a relayed poll, 35,800 with both): without the first, which leaves out the
/// run-time check of overlapping accesses to properties of objects, 57,200; without the second, which inlines across rooms,
/// 41,400. What the first leaves out would find a property that is read while it is being changed. The compiler proves that away for
/// values; for objects the loops keep one rule: nothing on a loop is called while it is in the middle of changing itself, and the
/// debug build, in which every test runs, has the check.
///
/// The rooms below the relay are `public` though nobody outside the package uses them: the compiler inlines nothing of a
/// `package` type into another module. Measured, the same sources with `package` take 43,100 instructions a relayed poll in
/// place of 39,200, on those of another day, and 8 % more processor time.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release)),
]

/// A C library that is built in where its header is, unless the environment says otherwise: `FAL_PROXY_WITHOUT_JPEG=1`,
/// `FAL_PROXY_WITHOUT_SQLITE=1`.
///
/// It is linked statically, which needs no unsafe flag: its module map has no `link`, and the linker is told the file.
struct OptionalPart {
  let library: String
  /// What `#if` asks for.
  let name: String
  let header: String
  let archive: String

  var isThere: Bool {
    FileManager.default.fileExists(atPath: header)
      && ProcessInfo.processInfo.environment["FAL_PROXY_WITHOUT_\(name)"] == nil
  }

  static let jpeg = OptionalPart(
    library: "CTurboJPEG", name: "JPEG", header: "/usr/include/turbojpeg.h", archive: "libturbojpeg.a")
  static let sqlite = OptionalPart(
    library: "CSQLite", name: "SQLITE", header: "/usr/include/sqlite3.h", archive: "libsqlite3.a")
}

/// Pictures are painted pixel by pixel, which takes a debug build seconds for each: the tests of the sandbox would take minutes longer.
let optimized = SwiftSetting.unsafeFlags(["-O"], .when(configuration: .debug))

/// A room of the house: a library target with its settings. `imports` is the whole list of what it may see, beside what its
/// optional parts bring.
func room(
  _ name: String, imports: [Target.Dependency] = [], parts: [OptionalPart] = [], isOptimized: Bool = false
) -> Target {
  let parts = parts.filter(\.isThere)
  return .target(
    name: name, dependencies: imports + parts.map { .byName(name: $0.library) },
    swiftSettings: strict + parts.map { .define($0.name) } + (isOptimized ? [optimized] : []),
    linkerSettings: parts.map { .linkedLibrary(":\($0.archive)") })
}

func tests(_ name: String, imports: [Target.Dependency], parts: [OptionalPart] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: imports,
    swiftSettings: strict + parts.filter(\.isThere).map { .define($0.name) })
}

/// The image is built without them.
let hasTests = FileManager.default.fileExists(atPath: Context.packageDirectory + "/Tests/Support")

let testTargets: [Target] = [
  .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
  .executableTarget(
    name: "ledger-load", dependencies: ["Ledger", "Text", "System"], path: "Tests/LedgerLoad", swiftSettings: strict),
  tests("System", imports: ["System"]),
  tests("Text", imports: ["Text", "TestSupport"]),
  tests("Digest", imports: ["Digest"]),
  tests("HTTPWire", imports: ["HTTPWire", "Text", "TestSupport"]),
  tests("Settings", imports: ["Settings", "Text"]),
  tests("Pictures", imports: ["Pictures", "CZlib"]),
  tests("Fal", imports: ["Fal", "HTTPWire"]),
  tests("Guard", imports: ["Guard", "Fal", "HTTPWire", "Text", "Digest", "TestSupport"]),
  tests(
    "Sandbox", imports: ["Sandbox", "Pictures", "Digest", "Upstream", "Fal", "Guard", "Text", "HTTPWire", "CZlib"]),
  tests("Studio", imports: ["Studio", "StudioAssets", "Text"]),
  tests("Ledger", imports: ["Ledger", "Text", "System", "TestSupport", "ledger-load"], parts: [.sqlite]),
  tests("Transport", imports: ["Transport", "System", "TestSupport"]),
  tests("Upstream", imports: ["Upstream", "Transport", "HTTPWire", "COpenSSL", "System"]),
  tests("Observability", imports: ["Observability", "Text"]),
  tests("HTTPServer", imports: ["HTTPServer", "HTTPWire", "Observability", "System", "Transport"]),
  tests(
    "Relay",
    imports: [
      "Relay", "Fal", "Text", "Digest", "HTTPServer", "HTTPWire", "Guard", "Observability", "Settings", "Transport",
      "System",
    ]),
]

let package = Package(
  name: "fal-proxy",
  products: [.executable(name: "fal-proxy", targets: ["fal-proxy"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .target(name: "CAssets"),
    .target(name: "StudioAssets", exclude: ["page", "canvas", "packed", "pack"]),
    .systemLibrary(name: "CEpoll"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CTurboJPEG", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),

    room("System", imports: ["CEpoll"]),
    room("Text"),
    room("Digest", imports: ["COpenSSL"]),
    room("HTTPWire", imports: ["Text"]),
    room("Transport", imports: ["Text", "System", "CEpoll", "COpenSSL"]),
    room("Pictures", imports: ["CZlib"], parts: [.jpeg], isOptimized: true),
    room("Fal", imports: ["HTTPWire", "Text"]),
    room("Settings", imports: ["Fal", "Text", "System"]),
    room("Guard", imports: ["Fal", "HTTPWire", "Text", "Digest", "CAssets"]),
    room("Ledger", imports: ["Text", "System"], parts: [.sqlite]),
    room("Observability", imports: ["Text", "System"]),
    room("Upstream", imports: ["System", "Transport", "HTTPWire"]),
    room("HTTPServer", imports: ["Text", "System", "Transport", "HTTPWire", "Observability"]),
    room(
      "Relay",
      imports: [
        "Fal", "Text", "System", "Transport", "HTTPWire", "HTTPServer", "Settings", "Guard", "Upstream",
        "Ledger", "Observability", "Digest", "CZlib",
      ]),
    room("Studio", imports: ["HTTPServer", "HTTPWire", "Transport", "Digest", "Text", "Pictures", "StudioAssets"]),
    room(
      "Sandbox",
      imports: [
        "Fal", "Pictures", "Text", "Digest", "System", "Transport", "HTTPWire", "HTTPServer", "Upstream", "Guard",
        "CZlib",
      ]),
    .executableTarget(
      name: "fal-proxy",
      dependencies: [
        "Fal", "System", "Text", "Transport", "HTTPServer", "Settings", "Guard", "Ledger", "Relay", "Observability",
        "Upstream", "Sandbox", "Studio", "Digest",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
  ] + (hasTests ? testTargets : [])
)
