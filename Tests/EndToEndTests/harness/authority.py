"""A throw-away certificate authority, made with the openssl command."""

import ssl
import subprocess


class Authority:
    """A CA in `folder`; `certificate` is its root for SSL_CERT_FILE."""

    def __init__(self, folder, name="ca"):
        self.folder = folder
        self.key = folder / f"{name}.key"
        self.certificate = folder / f"{name}.pem"
        self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN=throw-away {name}", "-keyout", self.key, "-out", self.certificate)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def context(self, names, days=1, maximum=None, common="fake fal"):
        """A server context with a certificate for `names` (`DNS:…`, `IP:…`; None for no subjectAltName at all), valid for
        `days` (negative: expired)."""
        names = names or f"none-{common}"
        stem = self.folder / names.replace(":", "_").replace(",", "_").replace("*", "star").replace(".", "_")
        key, signing, leaf, extensions = (stem.with_suffix(s) for s in (".key", ".csr", ".pem", ".ext"))
        self.openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={common}",
            "-keyout", key, "-out", signing)
        extensions.write_text(
            "basicConstraints=CA:FALSE\n" if names.startswith("none-") else f"subjectAltName={names}\n")
        self.openssl(
            "x509", "-req", "-in", signing, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
            "-days", days, "-extfile", extensions, "-out", leaf)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(leaf, key)
        if maximum:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.maximum_version = maximum
        return context
