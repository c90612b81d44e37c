"""An application's backend: it signs tokens with PyJWT and publishes its keys.

    GET /pem                    the public key, PEM
    GET /token?claims=JSON      a token; with &key=other under a key that nobody trusts
    GET /jwks                   the JWK Set, or 503 while it is off
    GET /on, /off               switch the set on and off

Says on standard output where it listens, and ends with its standard input.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEYS = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("good", "other")}
is_on = False


def pem():
    return KEYS["good"].public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def jwks():
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEYS["good"].public_key()))
    return json.dumps({"keys": [{**key, "kid": "1", "use": "sig", "alg": "RS256"}]})


class Backend(BaseHTTPRequestHandler):
    def do_GET(self):
        global is_on
        url = urlparse(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/pem":
            self.answer(200, pem())
        elif url.path == "/token":
            key = KEYS[query.get("key", "good")]
            claims = json.loads(query["claims"])
            self.answer(200, jwt.encode(claims, key, algorithm="RS256", headers={"kid": "1"}))
        elif url.path == "/jwks":
            self.answer(200, jwks()) if is_on else self.answer(503, "off")
        elif url.path in ("/on", "/off"):
            is_on = url.path == "/on"
            self.answer(200, "")
        else:
            self.answer(404, "")

    def answer(self, status, body):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
sys.stdin.read()
os._exit(0)
