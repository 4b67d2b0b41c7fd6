"""Signatures both ways: HMAC-SHA256 on what we ask, RSA on what the provider pushes.

Whether webhooks must be signed at all, and with which keys, is the caller's configuration.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

MAX_AGE = timedelta(minutes=5)
DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    "SHA224": hashes.SHA224,
    "SHA256": hashes.SHA256,
    "SHA512": hashes.SHA512,
}
# Unsure: what stands between request line, date and body. The provider's own sample puts nothing
# there, others describe a newline; only a live account can tell, so both are tried. Neither weakens
# the signature.
SEPARATORS = (b"", b"\n")


class BadSignature(Exception):
    """What was pushed is not proven to come from the provider: answer 401 and keep nothing of
    it.
    """


class HmacAuth(httpx.Auth):
    """Signs each request with the account's secret; stateless, so threads share it."""

    # Without it httpx hands over a request whose body is not read yet: there is nothing to digest.
    requires_request_body = True

    def __init__(self, key: str, secret: str) -> None:
        self._key = key
        self._secret = secret.encode()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add Date, Content-MD5 where there is a body, and Authorization."""
        # By this machine's clock: one that is far off makes signatures worthless; health tells of
        # it.
        request.headers["Date"] = format_datetime(datetime.now(UTC), usegmt=True)
        names = ["Date"]
        if request.content:
            request.headers["Content-MD5"] = hashlib.md5(
                request.content, usedforsecurity=False
            ).hexdigest()
            names.append("Content-MD5")
        request.headers["Authorization"] = self._authorization(request, names)
        yield request

    def _authorization(self, request: httpx.Request, names: list[str]) -> str:
        # The raw path, as it goes over the wire: a decoded one would be signed as something else.
        request_line = f"{request.method} {request.url.raw_path.decode('ascii')} HTTP/1.1"
        signed = "\n".join([*(f"{name}: {request.headers[name]}" for name in names), request_line])
        digest = hmac.digest(self._secret, signed.encode(), "sha256")
        signature = base64.b64encode(digest).decode()
        return (
            f'hmac username="{self._key}", algorithm="hmac-sha256", '
            f'headers="{" ".join(names)} request-line", signature="{signature}"'
        )


@lru_cache(maxsize=16)
def load_public_key(text: str) -> RSAPublicKey:
    """Read an RSA public key, base64 of DER as the provider shows it. Raises ValueError with
    advice.
    """
    advice = (
        "The public key must be the base64 text that the provider shows when a signature "
        "key is created"
    )
    try:
        # Without blanks: copied from a page, it comes in lines.
        key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except ValueError as error:
        raise ValueError(advice) from error
    if not isinstance(key, RSAPublicKey):
        raise ValueError(advice)  # noqa: TRY004  # the text is wrong, not its type
    return key


def verify_webhook(
    *,
    public_keys: Mapping[str, str] | str,
    headers: Mapping[str, str],
    method: str,
    path: str,
    body: bytes,
    now: datetime,
    max_age: timedelta = MAX_AGE,
) -> None:
    """Check that the provider signed this request, not longer ago than `max_age`; raises
    BadSignature if not.

    `public_keys` is one base64 DER key or several by key id; `path` is the request line's, with its
    query; `body` is the bytes as they came.
    """
    fields = {name.lower(): value.strip() for name, value in headers.items()}
    date = _required(fields, "Date")
    # First, because it is cheap: what is replayed must not cost a verification.
    _check_age(date, now=now, max_age=max_age)
    key = _chosen_key(public_keys, fields.get("x-messagemedia-key-id", ""))
    algorithm = _algorithm(fields)
    signature = _signature(fields)
    line = f"{method.upper()} {path} HTTP/1.1"
    parts = (line.encode("utf-8", "replace"), date.encode("utf-8", "replace"), body)
    if not any(
        _is_signed(key, signature, separator.join(parts), algorithm) for separator in SEPARATORS
    ):
        raise BadSignature("The signature does not fit the request")


def _required(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name.lower())
    if not value:
        raise BadSignature(f"The header {name} is missing")
    return value


def _check_age(date: str, *, now: datetime, max_age: timedelta) -> None:
    try:
        sent = parsedate_to_datetime(date)
    except (ValueError, OverflowError) as error:
        raise BadSignature("The Date header can't be read") from error
    sent = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
    # Both ways: a date in the future would make a replay good for as long as one likes.
    if abs(now - sent) > max_age:
        raise BadSignature(
            "The Date header is too far from now: a replay, or a clock that is wrong"
        )


def _chosen_key(public_keys: Mapping[str, str] | str, key_id: str) -> RSAPublicKey:
    if isinstance(public_keys, str):
        text: str | None = public_keys
    else:
        text = {known.lower(): key for known, key in public_keys.items()}.get(key_id.lower())
    if text is None:
        raise BadSignature("The request names no signature key that is known here")
    try:
        return load_public_key(text)
    except ValueError as error:
        raise BadSignature(str(error)) from error


def _algorithm(fields: Mapping[str, str]) -> hashes.HashAlgorithm:
    if _required(fields, "X-MessageMedia-Cipher-Type").upper() != "RSA":
        raise BadSignature("The cipher type is not RSA")
    name = _required(fields, "X-MessageMedia-Digest-Type").upper().replace("-", "")
    # From the request, but out of our own table: nothing weaker can be asked for.
    if name not in DIGESTS:
        raise BadSignature("The digest type is none of SHA224, SHA256, SHA512")
    return DIGESTS[name]()


def _signature(fields: Mapping[str, str]) -> bytes:
    try:
        return base64.b64decode(_required(fields, "X-MessageMedia-Signature"), validate=True)
    except ValueError as error:
        raise BadSignature("The signature is no base64") from error


def _is_signed(
    key: RSAPublicKey, signature: bytes, signed: bytes, algorithm: hashes.HashAlgorithm
) -> bool:
    try:
        key.verify(signature, signed, PKCS1v15(), algorithm)
    except InvalidSignature:
        return False
    return True
