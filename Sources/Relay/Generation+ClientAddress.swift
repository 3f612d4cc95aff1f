internal import Guard
internal import Settings

extension Generation {
  /// The two settings about proxies in front; nil, with faults, where they say nothing that could be.
  static func clientAddress(_ loaded: inout LoadedSettings) -> ClientAddress? {
    let settings = loaded.settings
    _ = compile(settings.trustedProxies, "trusted_proxies", &loaded) { entry throws(PatternError) in
      try Networks([entry])
    }
    if settings.trustedProxies.isEmpty, settings.clientAddress != Settings.forwardedFor {
      loaded.reject(
        "client_address",
        "is read from no one without trusted_proxies; list there the addresses of the proxy in front, or leave this out"
      )
    }
    guard let proxies = try? Networks(settings.trustedProxies) else { return nil }
    do throws(PatternError) {
      return try ClientAddress(settings.clientAddress, proxies: proxies)
    } catch {
      loaded.reject("client_address", error.message)
      return nil
    }
  }
}
