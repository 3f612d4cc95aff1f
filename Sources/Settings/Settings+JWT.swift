extension Settings {
  /// An entry of `auth.jwt`: somebody whose JSON Web Tokens are taken.
  package struct JWTIssuer: SettingRecord {
    package var issuer = ""
    package var audience = ""
    /// A path, an https URL or `discover`; empty where there is a secret.
    package var keys = ""
    package var secretFile = ""
    package var algorithms: [String] = []
    package var userClaim = "sub"
    /// Empty for none.
    package var groupClaim = ""
    package var require: [String: [String]] = [:]
    package var types: [String] = []
    package var leeway = Duration.seconds(30)
    package var maxAge = Duration.seconds(24 * 3600)
    package var refresh = Duration.seconds(600)
    package var stale = Duration.seconds(24 * 3600)

    package init() {}

    /// What `keys` says for the key set that the issuer's own document names.
    package static let discovery = "discover"
    /// What `audience` says where it does not matter.
    package static let anyAudience = "none"

    static let table = SettingTable<JWTIssuer>([
      text("issuer", \.issuer, "Who issues the tokens: their `iss`, to the byte. With `keys: discover`, an https URL.")
        .required,
      text(
        "audience", \.audience,
        """
        For whom they are made: the `aud` that each must have. `none` takes those for anybody else too, and needs `require` to \
        tell yours.
        """
      ).required,
      optional(
        "keys", \.keys,
        """
        Where the public keys are: a file (a JWK set, or public keys in PEM), looked at every 5 seconds; the https URL of a JWK \
        set; or `discover`, for the one that `/.well-known/openid-configuration` of the issuer names. Redirects are not followed.
        """),
      .path(
        "secret_file", \.secretFile,
        "In place of `keys`: a file whose one line is the secret that the issuer signs with (HS256, HS384, HS512)."),
      .words(
        "algorithms", \.algorithms, "What tokens may be signed with. Left out, whatever the keys allow.",
        of: "names such as RS256", emptyVariable: .fault),
      text("user_claim", \.userClaim, "The claim that tells the user. Callers are known by issuer and user together."),
      optional(
        "group_claim", \.groupClaim,
        """
        The claim that names a group of `groups`, or a list of which the first that is listed there counts: a name, or a path \
        with dots such as `app_metadata.role`; a name with a colon is one name, dots and all. A token without it belongs to no \
        group.
        """),
      .lists(
        "require", \.require,
        """
        Claims, written as `group_claim` is, and the value that each must have, or a list of values of which it must have one. A \
        token without is answered 403.
        """, range: "claims and a value, or a list of values, for each"),
      .words(
        "types", \.types, "The `typ` that tokens must have. Left out, `JWT`, `at+jwt` and none.", of: "media types",
        emptyVariable: .fault),
      .duration(
        "leeway", \.leeway, "By how much the clocks of issuer and proxy may differ.", .seconds(0)...(.seconds(300))),
      .duration(
        "max_age", \.maxAge, "How far ahead a token may expire; one that is valid for longer is refused.",
        .seconds(1)...(.seconds(366 * 24 * 3600))),
      .duration(
        "refresh", \.refresh, "How often keys at a URL are asked for.", .seconds(1)...(.seconds(24 * 3600))),
      .duration(
        "stale", \.stale,
        "How long keys that could not be asked for again still count; then the tokens of the issuer are answered 503.",
        .seconds(1)...(.seconds(366 * 24 * 3600))),
    ])

    private static func text(
      _ name: String, _ path: SettingKey<Self>.Path<String>, _ summary: String
    ) -> SettingKey<Self> {
      .text(name, path, summary, range: "visible characters", isVisible)
    }

    /// One that may be left out, and is written `none` then.
    private static func optional(
      _ name: String, _ path: SettingKey<Self>.Path<String>, _ summary: String
    ) -> SettingKey<Self> {
      .scalar(
        name, path, summary, range: "visible characters, or none",
        parse: { isVisible($0) ? $0 == "none" ? "" : $0 : nil },
        show: { $0.isEmpty ? "none" : SettingText.scalar($0) })
    }

    @Sendable private static func isVisible(_ text: String) -> Bool {
      !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
  }
}
