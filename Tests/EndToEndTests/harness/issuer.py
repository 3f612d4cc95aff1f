"""Somebody who issues JSON Web Tokens, with the openssl command for a pen, and the server of its key set."""

import base64
import hashlib
import hmac
import json
import subprocess
import threading
import time

from .upstream import json_answer, respond


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value):
    return base64url(json.dumps(value, separators=(",", ":")).encode())


class Pair:
    """An RSA key of an issuer, called `kid`."""

    def __init__(self, folder, kid):
        self.kid = kid
        self.path = folder / f"{kid}.key"
        self.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.path)

    @staticmethod
    def openssl(*arguments, data=None):
        return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, input=data).stdout

    @property
    def pem(self):
        return self.openssl("pkey", "-in", self.path, "-pubout").decode()

    @property
    def jwk(self):
        modulus = self.openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip().partition("=")[2]
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "e": "AQAB",
                "n": base64url(bytes.fromhex(modulus))}

    def token(self, claims, **header):
        """A signed token; None takes a member of the header away."""
        header = {"alg": "RS256", "typ": "JWT", "kid": self.kid, **header}
        signed = compact({name: value for name, value in header.items() if value is not None}) + "." + compact(claims)
        return signed + "." + base64url(self.openssl("dgst", "-sha256", "-sign", self.path, data=signed.encode()))


def secret_token(secret, claims, **header):
    signed = compact({"alg": "HS256", "typ": "JWT", **header}) + "." + compact(claims)
    return signed + "." + base64url(hmac.digest(secret, signed.encode(), hashlib.sha256))


def claims(issuer, **more):
    """What a token says that is good for ten minutes; None takes a claim away."""
    now = int(time.time())
    every = {"iss": issuer, "aud": "app", "sub": "alice", "iat": now, "exp": now + 600, **more}
    return {name: value for name, value in every.items() if value is not None}


class KeyServer:
    """Plays an Upstream that serves `documents` by path; a number in place of one is a status. `gate` holds answers back."""

    def __init__(self):
        self.documents = {}
        self.asked = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, connection):
        request = connection.read_request()
        self.asked.append(request.target)
        self.gate.wait(20)
        document = self.documents.get(request.target, 404)
        if isinstance(document, int):
            connection.send(respond(document, [("location", "https://127.0.0.1/elsewhere")], b""))
        else:
            connection.send(document if isinstance(document, bytes) else json_answer(document))
