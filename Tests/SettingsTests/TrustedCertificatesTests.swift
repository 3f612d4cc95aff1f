import Glibc
import Testing

@testable import Settings

@Suite("The certificates to trust")
struct TrustedCertificatesTests {
  private let bundle = TemporaryFile("# A root\n-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n")
  private let other = TemporaryFile("-----BEGIN PRIVATE KEY-----\n")

  /// Faults and warnings, where the system has certificates only in `file`.
  private func found(
    _ environment: FakeEnvironment, file: String = "/none.pem"
  ) -> (faults: [String], warnings: [String]) {
    var loaded = LoadedSettings()
    TrustedCertificates.check(environment, standard: (file, "/none"), &loaded)
    return (loaded.faults.all.map(\.description), loaded.warnings)
  }

  @Test("are the system's, or those of a file that holds one")
  func sound() {
    #expect(found([:], file: bundle.path) == ([], []))
    #expect(found(["SSL_CERT_DIR": ""], file: bundle.path) == ([], []))
    #expect(found(["SSL_CERT_FILE": bundle.path]) == ([], []))
    #expect(found(["SSL_CERT_FILE": bundle.path, "SSL_CERT_DIR": ""]) == ([], []))
  }

  @Test("are missed where neither the file nor a directory that is named holds one")
  func missing() {
    let cure =
      "name a PEM file of the certificates to trust, or leave the variable out to trust the system's certificates"
    #expect(
      found(["SSL_CERT_FILE": "/nonexistent"], file: bundle.path)
        == (["SSL_CERT_FILE: cannot read /nonexistent: No such file or directory; \(cure)"], []))
    #expect(
      found(["SSL_CERT_FILE": other.path])
        == (["SSL_CERT_FILE: \(other.path) holds no certificate; \(cure)"], []))
    for text in ["", "\u{30}\u{1}", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
      let file = TemporaryFile(text)
      #expect(found(["SSL_CERT_FILE": file.path], file: bundle.path).faults.count == 1)
    }
    #expect(
      found(["SSL_CERT_FILE": "/"])
        == (["SSL_CERT_FILE: cannot read /: Is a directory; \(cure)"], []))
    let (faults, warnings) = found(["SSL_CERT_DIR": "/nonexistent:/proc"], file: bundle.path)
    #expect(faults.count == 1 && faults[0].contains("/proc holds no certificate under the name") && warnings.isEmpty)
    #expect(found(["SSL_CERT_DIR": "/nonexistent", "SSL_CERT_FILE": "/nonexistent"]).faults.count == 2)
  }

  @Test("are warned of where none are named, and the system has none")
  func none() {
    func warning(_ file: String, _ folders: String) -> ([String], [String]) {
      (
        [],
        [
          "no TLS connection can succeed: neither '\(file)' (SSL_CERT_FILE) nor '\(folders)' (SSL_CERT_DIR) holds a "
            + "certificate to trust; install the package ca-certificates, or name a PEM file in SSL_CERT_FILE"
        ]
      )
    }
    #expect(found([:]) == warning("/none.pem", "/none"))
    #expect(found(["SSL_CERT_FILE": ""], file: bundle.path) == warning("", "/none"))
    #expect(found(["SSL_CERT_DIR": ""]) == warning("/none.pem", ""))
  }

  @Test("are missed where the file that is named has none, and warned of where the directories beside it have none")
  func slip() throws {
    var template = Array("/tmp/fal-proxy-certificates-XXXXXX".utf8CString)
    let folder = String(cString: try #require(mkdtemp(&template)))
    let entry = folder + "/0123abcd.0"
    close(open(entry, O_CREAT | O_WRONLY, 0o600))
    defer {
      unlink(entry)
      rmdir(folder)
    }
    for path in ["/nonexistent", other.path] {
      let (faults, warnings) = found(["SSL_CERT_FILE": path, "SSL_CERT_DIR": folder])
      #expect(faults.count == 1 && faults[0].hasPrefix("SSL_CERT_FILE: ") && warnings.isEmpty)
    }
    #expect(found(["SSL_CERT_FILE": "", "SSL_CERT_DIR": folder]) == ([], []))
    #expect(found(["SSL_CERT_FILE": bundle.path, "SSL_CERT_DIR": "/nonexistent:" + folder]) == ([], []))
    let (faults, warnings) = found(["SSL_CERT_FILE": bundle.path, "SSL_CERT_DIR": "/nonexistent"])
    #expect(faults.isEmpty && warnings.count == 1)
    #expect(warnings[0].hasPrefix("SSL_CERT_DIR: /nonexistent is no directory that can be read; name one"))
  }
}
