/// Domains of hosting services below which anybody can register a name, so that a star there lets strangers' pages in. The ones
/// pages that call fal are seen on; the whole list of such domains (publicsuffix.org) has thousands.
public enum SharedSuffixes {
  private static let known = [
    "amplifyapp.com", "appspot.com", "azurestaticapps.net", "azurewebsites.net", "base44.app", "bolt.host",
    "cloudfront.net",
    "codesandbox.io", "csb.app", "deno.dev", "deno.net", "firebaseapp.com", "fly.dev", "framer.app", "framer.website",
    "github.dev", "github.io", "gitlab.io", "gitpod.io", "glitch.me", "hf.space", "herokuapp.com", "lhr.life",
    "loca.lt",
    "lovable.app", "lovableproject.com", "netlify.app", "ngrok-free.app", "ngrok-free.dev", "ngrok.app", "ngrok.dev",
    "ngrok.io",
    "now.sh", "onrender.com", "pages.dev", "railway.app", "render.com", "repl.co", "replit.app", "replit.dev",
    "run.app",
    "stackblitz.io", "streamlit.app", "surge.sh", "trycloudflare.com", "vercel.app", "vercel.dev", "v0.app", "v0.dev",
    "web.app",
    "webcontainer.io", "webflow.io", "wixsite.com", "workers.dev",
  ]

  /// The shared domain below which the star of `entry`, an entry of `allowed_origins`, stands; nil if there is no star, or
  /// the domain is not known to be shared.
  public static func suffix(of entry: String) -> String? {
    guard let star = entry.firstIndex(of: "*"), entry != "*" else { return nil }
    let host = entry[star...].prefix { $0 != ":" }
    // `*.app.example.vercel.app` is below a name that has one owner; `*-team.vercel.app` and `*.vercel.app` are not.
    guard let dot = host.firstIndex(of: ".") else { return nil }
    let above = host[host.index(after: dot)...]
    return known.first { above == $0 }
  }
}
