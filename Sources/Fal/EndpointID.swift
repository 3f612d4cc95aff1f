internal import Text

/// The id of an endpoint, `[namespace/]owner/alias[/sub…]`, in its parts (protocol.md §2.2).
public struct EndpointID: Equatable, Sendable {
  /// The model that is allowed where nothing else is said.
  public static let fluxDifferentialDiffusion = "fal-ai/flux-differential-diffusion"
  /// Its sibling, which takes LoRAs and more.
  public static let fluxGeneralDifferentialDiffusion = "fal-ai/flux-general/differential-diffusion"
  /// The models that edit by a change map, which the sandbox imitates (protocol.md §9).
  public static let differentialDiffusion = [fluxDifferentialDiffusion, fluxGeneralDifferentialDiffusion]

  /// What covers the menu of faults of the sandbox: it answers them under an owner of its own, in any namespace.
  public static let sandboxPatterns = ["sandbox/**", "workflows/sandbox/**", "comfy/sandbox/**"]

  /// `[namespace/]owner/alias`: what the URLs of a request name.
  public var app: String
  /// What follows in the path of a call.
  public var subpath: [String]

  /// The whole id.
  public var text: String { ([app] + subpath).joined(separator: "/") }

  /// What it names of that menu; nil where it is of another owner.
  public var sandboxPath: [String]? {
    let path = app.split(separator: "/").map(String.init) + subpath
    let names = ModelPath.isNamespace(path[0].utf8.span) ? path.dropFirst() : path[...]
    return names.first == "sandbox" ? Array(names.dropFirst()) : nil
  }

  /// The endpoint that `path`, without outer slashes, names; nil when it names none.
  public init?(_ path: String) {
    var segments = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    // The legacy form 123-name is 123/name.
    if segments.count == 1, let dash = segments[0].firstIndex(of: "-"), dash > segments[0].startIndex,
      segments[0][..<dash].utf8.allSatisfy({ $0.isDigit })
    {
      segments = [String(segments[0][..<dash]), String(segments[0][dash...].dropFirst())]
    }
    let count = EndpointID.appSegments(isNamespaced: ModelPath.isNamespace(segments[0].utf8.span))
    guard segments.count >= count, segments.allSatisfy(EndpointID.isName) else { return nil }
    app = segments[..<count].joined(separator: "/")
    subpath = Array(segments[count...])
  }

  /// How many segments an app has.
  static func appSegments(isNamespaced: Bool) -> Int { isNamespaced ? 3 : 2 }

  /// Whether `segment` can stand in an endpoint id.
  public static func isName(_ segment: String) -> Bool {
    segment != "." && segment != ".." && !segment.isEmpty
      && segment.utf8.allSatisfy {
        $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      }
  }
}
