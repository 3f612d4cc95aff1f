internal import Glibc

extension LoadedSettings {
  /// Why nothing can listen on `host` and `port`, which setting says so, and what helps: `code` is the errno of the system,
  /// `reason` its text.
  package func cannotListen(_ code: Int32, reason: String) -> String {
    let (key, cure) = cure(code, reason)
    let source = sources[key] ?? SettingFacts.variablePrefix + key.uppercased()
    let host = HostText.isIPv6(settings.host) ? "[\(settings.host)]" : settings.host
    return "cannot listen on \(host):\(settings.port) (\(key), \(source)): \(cure)"
  }

  private func cure(_ code: Int32, _ reason: String) -> (key: String, cure: String) {
    switch code {
    case EADDRINUSE: ("port", "address in use; stop the program that listens there, or set another port")
    case EACCES, EPERM:
      (
        "port",
        "permission denied; set a port above 1023, or allow the process to use lower ones (CAP_NET_BIND_SERVICE, or the "
          + "system's net.ipv4.ip_unprivileged_port_start)"
      )
    case EADDRNOTAVAIL:
      ("host", "this machine has no such address; set one that it has, or 0.0.0.0 for all of them")
    case EAFNOSUPPORT, EPROTONOSUPPORT:
      ("host", "this machine has no addresses of that kind; set one of the other kind, IPv4 or IPv6")
    case EINVAL: ("host", "the system does not take this address without an interface; set another one")
    default: ("host", "\(reason); set another host or port")
    }
  }
}
