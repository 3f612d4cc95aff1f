internal import Glibc
internal import Text

/// The certificates to trust in place of the system's, which `SSL_CERT_FILE` and `SSL_CERT_DIR` name. OpenSSL passes over
/// a file or directory that it cannot use; then no connection to fal would succeed, and only the first request tell.
package enum TrustedCertificates {
  private static let fileLimit = 4 << 20
  private static let beginnings = ["", "TRUSTED ", "X509 "].map { "-----BEGIN \($0)CERTIFICATE-----" }

  /// Adds a fault where a file is named that holds no certificate, or directories of which none does and no file; beside a
  /// file that has some, a warning. Also of a system that has none there is a warning. An empty variable leads nowhere on
  /// purpose, so that what the other one names is trusted alone.
  /// - Parameter standard: where OpenSSL looks if a variable is not set: a file, and directories with colons between them.
  package static func check(
    _ environment: some EnvironmentSource, standard: (file: String, folders: String), _ loaded: inout LoadedSettings
  ) {
    let file = environment.value(of: "SSL_CERT_FILE").map { (name: "SSL_CERT_FILE", problem: problem(ofFile: $0)) }
    let folders = environment.value(of: "SSL_CERT_DIR").map {
      (name: "SSL_CERT_DIR", problem: problem(ofFolders: $0.text))
    }
    let named = [file, folders].compactMap(\.self)
    if named.isEmpty {
      // An empty variable is a place as well, where nothing is.
      let file = environment.setValue(of: "SSL_CERT_FILE") == nil ? standard.file : ""
      let folders = environment.setValue(of: "SSL_CERT_DIR") == nil ? standard.folders : ""
      guard problem(ofFolders: folders) != nil,
        problem(ofFile: Array(file.utf8).withUnsafeBytes { SecretBytes(copying: $0) }) != nil
      else { return }
      loaded.warnings.append(
        "no TLS connection can succeed: neither '\(file)' (SSL_CERT_FILE) nor '\(folders)' (SSL_CERT_DIR) holds a "
          + "certificate to trust; install the package ca-certificates, or name a PEM file in SSL_CERT_FILE")
    }
    let cure = "leave the variable out to trust the system's certificates"
    for case (let name, let problem?) in named {
      if name == "SSL_CERT_DIR", let file, file.problem == nil {
        loaded.warnings.append("\(name): \(problem), or leave the variable empty to trust those of SSL_CERT_FILE alone")
      } else {
        loaded.faults.append(source: name, message: "\(problem), or \(cure)")
      }
    }
  }

  private static func problem(ofFile path: SecretBytes) -> String? {
    let cure = "name a PEM file of the certificates to trust"
    do throws(BoundedFile.Failure) {
      let content = try BoundedFile.read(path, limit: fileLimit)
      return content.withUnsafeBytes(holdsCertificate) ? nil : "\(path.text) holds no certificate; \(cure)"
    } catch {
      guard case .unreadable(let reason) = error else { return nil }
      return "cannot read \(path.text): \(reason); \(cure)"
    }
  }

  /// Whether there is a PEM block of a certificate that begins as each does: with the length of more than 127 bytes.
  private static func holdsCertificate(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    return zip(lines, lines.dropFirst()).contains { line, next in
      beginnings.contains { line.starts(with: $0.utf8) } && next.starts(with: "MI".utf8)
    }
  }

  /// What is wrong with directories that are separated by colons; nil when one of them holds a certificate.
  private static func problem(ofFolders paths: String) -> String? {
    let folders = paths.split(separator: ":").compactMap { names(in: String($0)) }
    if folders.isEmpty { return "\(paths) is no directory that can be read; name one that holds certificates" }
    guard !folders.joined().contains(where: isCertificate) else { return nil }
    return "\(paths) holds no certificate under the name OpenSSL looks for; run 'openssl rehash' on it"
  }

  /// The names in a directory; nil where it cannot be read.
  private static func names(in path: String) -> [[UInt8]]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [[UInt8]] = []
    while let entry = readdir(folder) {
      names.append(withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) })
    }
    return names
  }

  /// Whether a file is called as OpenSSL looks a certificate up: eight hexadecimal digits of its subject's hash, a dot and a
  /// number.
  private static func isCertificate(_ name: [UInt8]) -> Bool {
    name.count > 9 && name[..<8].allSatisfy(\.isHexDigit) && name[8] == UInt8(ascii: ".")
      && name[9...].allSatisfy(\.isDigit)
  }
}
