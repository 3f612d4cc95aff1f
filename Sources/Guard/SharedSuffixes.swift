/// Domains below which anybody can register a name, so that a star there lets strangers' pages in: those of hosting services
/// that pages which call fal are seen on, and public registries. The whole list (publicsuffix.org) has thousands.
public enum SharedSuffixes {
  /// Names are registered directly below; what is deeper belongs to whoever has the name.
  private static let known: Set<Substring> = [
    "amplifyapp.com", "app.github.dev", "appspot.com", "base44.app", "blogspot.com", "bolt.host", "bubbleapps.io",
    "carrd.co", "cloudfront.net", "codesandbox.io", "csb.app", "deno.dev", "deno.net", "eu.org", "exp.direct",
    "expo.app", "firebaseapp.com", "fly.dev", "framer.app", "framer.website", "github.dev", "github.io", "gitlab.io",
    "glitch.me", "hf.space", "herokuapp.com", "id.repl.co", "lhr.life", "loca.lt", "lovable.app", "lovableproject.com",
    "myshopify.com", "netlify.app", "ngrok-free.app", "ngrok-free.dev", "ngrok.app", "ngrok.dev", "ngrok.io", "now.sh",
    "onrender.com", "pages.dev", "preview.app.github.dev", "preview.csb.app", "railway.app", "render.com", "repl.co",
    "replit.app", "stackblitz.io", "streamlit.app", "supabase.co", "surge.sh", "trycloudflare.com", "uk.com",
    "up.railway.app", "us.com", "v0.app", "v0.dev", "vercel.app", "vercel.dev", "web.app", "webflow.io", "wixsite.com",
    "wordpress.com", "workers.dev",
    "ap.ngrok.io", "au.ngrok.io", "eu.ngrok.io", "in.ngrok.io", "jp.ngrok.io", "sa.ngrok.io", "us.ngrok.io",
  ]

  /// The service names regions and clusters below, and registers names below those: no name in between is one owner's.
  private static let regional = [
    "amazonaws.com", "azurestaticapps.net", "azurewebsites.net", "cloudapp.azure.com", "cloudworkstations.dev",
    "devtunnels.ms", "gitpod.io", "r.appspot.com", "replit.dev", "run.app", "web.core.windows.net", "webcontainer.io",
  ]

  /// What countries call their registries, as in `co.uk` and `com.au`.
  private static let registries: Set<Substring> = [
    "ac", "co", "com", "edu", "go", "gob", "gov", "id", "ltd", "me", "ne", "net", "nom", "or", "org", "plc",
  ]

  /// The shared domain below which the star of `entry`, an entry of `allowed_origins`, stands; nil if there is no star, or
  /// the domain is not known to be shared.
  public static func suffix(of entry: String) -> String? {
    guard let star = entry.firstIndex(of: "*"), entry != "*" else { return nil }
    let host = entry[star...].prefix { $0 != ":" }
    // `*.app.example.vercel.app` is below a name that has one owner; `*-team.vercel.app` and `*.vercel.app` are not.
    guard let dot = host.firstIndex(of: ".") else { return nil }
    let above = host[host.index(after: dot)...]
    let isShared =
      known.contains(above) || regional.contains { above == $0 || above.hasSuffix("." + $0) } || isRegistry(above)
    return isShared ? String(above) : nil
  }

  private static func isRegistry(_ domain: Substring) -> Bool {
    let labels = domain.split(separator: ".")
    return labels.count == 2 && labels[1].count == 2 && registries.contains(labels[0])
  }
}
