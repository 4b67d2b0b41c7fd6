"""Who is asking: Basic and HMAC-SHA256 credentials of the provider's clients.

Says yes or no; the answer to a no is the API's. Not meant to guard anything but the imitation.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

_PAIR = re.compile(r'(\w+)\s*=\s*"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one key and secret that the sandbox knows."""

    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request shows; `request_line` is `METHOD /path?query HTTP/1.1`."""

    authorization: str
    date: str
    content_md5: str
    request_line: str
    body: bytes


def is_authentic(presented: Presented, *, known: Credentials) -> bool:
    """Whether the request was made by someone who has the secret."""
    scheme, _, rest = presented.authorization.partition(" ")
    if scheme.lower() == "basic":
        return _is_basic(rest, known)
    if scheme.lower() == "hmac":
        return _is_signed(dict(_PAIR.findall(rest)), presented, known)
    return False


def _is_basic(encoded: str, known: Credentials) -> bool:
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(decoded, f"{known.key}:{known.secret}".encode())


def _is_signed(said: dict[str, str], presented: Presented, known: Credentials) -> bool:
    if said.get("username") != known.key or said.get("algorithm", "").lower() != "hmac-sha256":
        return False
    if not presented.date or not _covers_the_body(said.get("headers", ""), presented):
        return False
    expected = base64.b64encode(
        hmac.digest(
            known.secret.encode(), _signing_string(said["headers"], presented).encode(), "sha256"
        )
    )
    return hmac.compare_digest(expected, said.get("signature", "").encode())


def _covers_the_body(headers: str, presented: Presented) -> bool:
    names = headers.lower().split()
    # Signed without them, a request could be replayed, or sent to another address.
    if "date" not in names or "request-line" not in names:
        return False
    if not presented.body:
        return True
    digest = hashlib.md5(presented.body, usedforsecurity=False).hexdigest()
    return "content-md5" in names and presented.content_md5.lower() == digest


def _signing_string(headers: str, presented: Presented) -> str:
    lines = {
        "date": f"Date: {presented.date}",
        "content-md5": f"Content-MD5: {presented.content_md5}",
        "request-line": presented.request_line,
    }
    return "\n".join(lines[name] for name in headers.lower().split() if name in lines)
