import Testing

@testable import Settings

@Suite("The certificates to trust")
struct TrustedCertificatesTests {
  private let bundle = TemporaryFile("# A root\n-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n")
  private let other = TemporaryFile("-----BEGIN PRIVATE KEY-----\n")

  private func faults(_ environment: FakeEnvironment) -> [String] {
    var faults = SettingsFaults()
    TrustedCertificates.check(environment, &faults)
    return faults.all.map(\.description)
  }

  @Test("are the system's, or those of a file that holds one")
  func sound() {
    #expect(faults([:]).isEmpty)
    #expect(faults(["SSL_CERT_FILE": "", "SSL_CERT_DIR": ""]).isEmpty)
    #expect(faults(["SSL_CERT_FILE": bundle.path]).isEmpty)
    #expect(faults(["SSL_CERT_FILE": bundle.path, "SSL_CERT_DIR": "/nonexistent"]).isEmpty)
  }

  @Test("are missed where neither the file nor a directory holds one")
  func missing() {
    let cure = "name a PEM file of the certificates to trust, or leave the variable out to trust the system's"
    #expect(
      faults(["SSL_CERT_FILE": "/nonexistent"])
        == ["SSL_CERT_FILE: cannot read /nonexistent: No such file or directory; \(cure)"])
    #expect(faults(["SSL_CERT_FILE": other.path]) == ["SSL_CERT_FILE: \(other.path) holds no certificate; \(cure)"])
    #expect(faults(["SSL_CERT_DIR": "/nonexistent:/proc"]).count == 1)
    #expect(faults(["SSL_CERT_DIR": "/nonexistent", "SSL_CERT_FILE": "/nonexistent"]).count == 2)
  }
}
