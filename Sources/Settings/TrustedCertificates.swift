internal import Glibc
internal import Text

/// The certificates to trust in place of the system's, which `SSL_CERT_FILE` and `SSL_CERT_DIR` name. OpenSSL passes over
/// a file or directory that it cannot use; then no connection to fal would succeed, and only the first request tell.
package enum TrustedCertificates {
  private static let fileLimit = 4 << 20
  private static let beginnings = ["", "TRUSTED ", "X509 "].map { "-----BEGIN \($0)CERTIFICATE-----" }

  /// Adds faults where none of those that are named holds a certificate. One of the two may lead nowhere on purpose, so that
  /// the other alone is trusted: of a file that does there is a warning, and of a system that has none.
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
    } else if named.allSatisfy({ $0.problem != nil }) {
      for case (let name, let problem?) in named {
        loaded.faults.append(
          source: name, message: "\(problem), or leave the variable out to trust the system's certificates")
      }
    } else if let problem = file?.problem {
      loaded.warnings.append(
        "SSL_CERT_FILE: \(problem), or leave the variable empty to trust those of SSL_CERT_DIR alone, as it is now")
    }
  }

  private static func problem(ofFile path: SecretBytes) -> String? {
    let cure = "name a PEM file of the certificates to trust"
    do throws(BoundedFile.Failure) {
      let content = try BoundedFile.read(path, limit: fileLimit)
      let holdsOne = content.withUnsafeBytes { bytes in
        bytes.split(separator: UInt8(ascii: "\n")).contains { line in
          beginnings.contains { line.starts(with: $0.utf8) }
        }
      }
      return holdsOne ? nil : "\(path.text) holds no certificate; \(cure)"
    } catch {
      guard case .unreadable(let reason) = error else { return nil }
      return "cannot read \(path.text): \(reason); \(cure)"
    }
  }

  /// What is wrong with directories that are separated by colons; nil when one of them holds a certificate.
  private static func problem(ofFolders paths: String) -> String? {
    guard !paths.split(separator: ":").contains(where: { holdsCertificate(String($0)) }) else { return nil }
    return "\(paths) holds no certificate under the name OpenSSL looks for; run 'openssl rehash' on it"
  }

  /// Whether an entry is called as OpenSSL looks a certificate up: eight hexadecimal digits of its subject's hash, a dot
  /// and a number.
  private static func holdsCertificate(_ path: String) -> Bool {
    guard let folder = opendir(path) else { return false }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name.count > 9, name[..<8].allSatisfy(\.isHexDigit), name[8] == UInt8(ascii: "."),
        name[9...].allSatisfy(\.isDigit)
      {
        return true
      }
    }
    return false
  }
}
