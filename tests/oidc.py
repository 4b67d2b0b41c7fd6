"""A small sign-in service that speaks OpenID Connect over real HTTP: discovery, the page where one
says
who one is, codes with proof of possession, signed tokens and what is known of a person.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "till-then", "a secret between the two"


@dataclass
class Service:
    """The service: who is at its keyboard, and what it has given out."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    known_since: int | None = None
    """Since when it knows who sits there, in seconds; None: it asks each time."""
    asks_again: bool = True
    sign: Callable[[dict[str, Any]], str] | None = None
    """Another way to make tokens, for those that must not count."""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def signed(self, said: dict[str, Any]) -> str:
        """A token with its signature."""
        return jwt.encode(said, self.key, "RS256", headers={"kid": "one"})

    def _asked_at(self, asked: dict[str, str], now: int) -> int | None:
        """When somebody last said who they are: just now where it was told to ask."""
        if self.known_since is None:
            return now
        return now if asked.get("prompt") == "login" and self.asks_again else self.known_since

    def discovery(self) -> dict[str, Any]:
        """Where what is."""
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in ends.items()},
        }

    def keys(self) -> dict[str, Any]:
        """What its signatures are checked by."""
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def give_code(self, asked: dict[str, str]) -> str:
        """The way back, for somebody who said who they are."""
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def exchange(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code, once, for the client that asked for it; None for anybody else."""
        asked = self.codes.pop(sent.get("code", ""), None)
        if asked is None or (sent.get("client_id"), sent.get("client_secret")) != (CLIENT, SECRET):
            return None
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if proof != asked["code_challenge"] or sent["redirect_uri"] != asked["redirect_uri"]:
            return None
        now, token = int(time.time()), secrets.token_urlsafe()
        self.tokens.add(token)
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300} | self.claims
        said = {"nonce": asked.get("nonce"), "auth_time": self._asked_at(asked, now)} | said
        said = {name: value for name, value in said.items() if value is not None}
        signed = (self.sign or self.signed)(said)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": signed,
        }


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        """Look something up, or be asked who one is."""
        parts = urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration":
            self._json(self.service.discovery())
        elif parts.path == "/keys":
            self._json(self.service.keys())
        elif parts.path == "/userinfo":
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            known = token in self.service.tokens
            self._json(self.service.claims if known else {}, 200 if known else 401)
        elif parts.path == "/authorize":
            self._page(f"<form method=post action='{escape(self.path)}'><button>It is me</button>")

    def do_POST(self) -> None:
        """Say who one is, or change a code for tokens."""
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        sent = _plain(self.rfile.read(length).decode())
        if parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.service.give_code(_plain(parts.query)))
            self.end_headers()
        elif parts.path == "/token":
            given = self.service.exchange(sent)
            self._json(given or {"error": "invalid_grant"}, 200 if given else 400)

    def log_message(self, *_: Any) -> None:
        """Nothing is said."""

    def _page(self, body: str) -> None:
        self._send(f"<!doctype html><title>Hospital</title>{body}", "text/html", 200)

    def _json(self, body: dict[str, Any], status: int = 200) -> None:
        self._send(json.dumps(body), "application/json", status)

    def _send(self, body: str, kind: str, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())


def _plain(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def running_service() -> Iterator[Service]:
    """One that answers, on a free port."""
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    service.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    thread.join()
    server.server_close()
