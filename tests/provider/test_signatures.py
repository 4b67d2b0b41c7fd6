"""HMAC on what is asked, RSA on what is pushed."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reminders.provider import BadSignature, load_public_key, verify_webhook
from tests.provider.wire_server import answer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BODY = b'{"reply_id": "r-1", "content": "Y\xc3\xa9s"}'
PATH = "/webhooks/messages/s3cret/?x=1"
KEY_ID = "7ca628a8-08b0-4e42-aeb8-960b37049c31"
# Of the provider's size.
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  # quick
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def shown(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """A public key as the provider shows it."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def signed_headers(
    *, separator: bytes = b"", digest: str = "SHA512", date: datetime = NOW
) -> dict[str, str]:
    algorithms = {"224": hashes.SHA224(), "256": hashes.SHA256(), "512": hashes.SHA512()}
    algorithm = algorithms[digest[-3:]]
    written = format_datetime(date, usegmt=True)
    signed = separator.join([f"POST {PATH} HTTP/1.1".encode(), written.encode(), BODY])
    signature = PRIVATE.sign(signed, padding.PKCS1v15(), algorithm)
    return {
        "Date": written,
        "X-Messagemedia-Signature": base64.b64encode(signature).decode(),
        "X-Messagemedia-Digest-Type": digest,
        "X-Messagemedia-Cipher-Type": "RSA",
        "X-Messagemedia-Key-Id": KEY_ID,
    }


def check(headers: dict[str, str], **changed: Any) -> None:
    asked = {
        "public_keys": shown(PRIVATE),
        "method": "POST",
        "path": PATH,
        "body": BODY,
        "now": NOW,
        **changed,
    }
    verify_webhook(headers=headers, **asked)


@pytest.mark.parametrize("separator", [b"", b"\n"])
@pytest.mark.parametrize("digest", ["SHA224", "SHA256", "SHA512", "SHA-224", "SHA-512", "sha-256"])
def test_a_true_signature_is_taken(separator, digest):
    check(signed_headers(separator=separator, digest=digest))


def test_the_key_is_chosen_by_its_id():
    check(signed_headers(), public_keys={"another": shown(OTHER), KEY_ID.upper(): shown(PRIVATE)})


def test_names_of_headers_and_line_breaks_in_a_key_do_not_matter():
    text = shown(PRIVATE)
    check(
        {name.upper(): value for name, value in signed_headers().items()},
        public_keys=f"{text[:64]}\n{text[64:]}\n",
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"body": BODY + b" "},
        {"path": "/webhooks/messages/s3cret/"},
        {"method": "PUT"},
        {"public_keys": shown(OTHER)},
        {"public_keys": {}},
        {"public_keys": {"another": shown(PRIVATE)}},
        {"public_keys": "no key"},
        {"now": NOW + timedelta(minutes=5, seconds=1)},
        {"now": NOW - timedelta(minutes=5, seconds=1)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_anything_changed_is_found_out(changed):
    with pytest.raises(BadSignature):
        check(signed_headers(), **changed)


@pytest.mark.parametrize("name", [name for name in signed_headers() if not name.endswith("Key-Id")])
@pytest.mark.parametrize("value", [None, "", "nonsense", "é"])
def test_each_header_is_needed(name, value):
    headers = {**signed_headers(), name: value}

    with pytest.raises(BadSignature):
        check({name: value for name, value in headers.items() if value is not None})


def test_a_window_may_be_chosen():
    check(signed_headers(date=NOW - timedelta(hours=1)), max_age=timedelta(hours=2))


def test_an_old_signature_is_not_freshened_by_another_date():
    headers = {**signed_headers(), "Date": format_datetime(NOW + timedelta(seconds=1), usegmt=True)}

    with pytest.raises(BadSignature):
        check(headers)


@pytest.mark.parametrize(
    "text",
    ["", "AAAA", "-----BEGIN PUBLIC KEY-----", shown(ec.generate_private_key(ec.SECP256R1()))],
)
def test_a_public_key_that_is_none_is_explained(text):
    with pytest.raises(ValueError, match="base64 text that the provider shows"):
        load_public_key(text)


def test_hmac_signs_date_body_and_request_line(wire, make_api):
    wire.answers.append(answer(202))

    make_api(wire.base_url, auth="hmac").confirm_replies(["r-1"])

    headers, body = wire.seen[0].headers, wire.raw_bodies[0]
    assert headers["Content-MD5"] == hashlib.md5(body, usedforsecurity=False).hexdigest()
    signed = (
        f"Date: {headers['Date']}\nContent-MD5: {headers['Content-MD5']}\n"
        "POST /v1/replies/confirmed HTTP/1.1"
    )
    assert headers["Authorization"] == expected("Date Content-MD5 request-line", signed)


def test_hmac_without_a_body_signs_date_and_request_line_with_its_query(wire, make_api):
    wire.answers.append(answer(200, []))

    make_api(f"{wire.base_url}/behind", auth="hmac").signature_keys()

    headers = wire.seen[0].headers
    line = "GET /behind/v1/iam/signature_keys?page=1&page_size=100 HTTP/1.1"
    assert "Content-MD5" not in headers
    assert headers["Authorization"] == expected(
        "Date request-line", f"Date: {headers['Date']}\n{line}"
    )


def test_basic_and_the_account_travel_with_each_request(wire, make_api):
    wire.answers.append(answer(202))

    make_api(wire.base_url, account="clinic-7").confirm_replies(["r-1"])

    headers = wire.seen[0].headers
    assert headers["Authorization"] == f"Basic {base64.b64encode(b'key:secret').decode()}"
    assert headers["Account"] == "clinic-7"
    assert headers["User-Agent"].startswith("reminders/")
    assert headers["Content-Type"] == "application/json"


def expected(names: str, signed: str) -> str:
    signature = base64.b64encode(hmac.digest(b"secret", signed.encode(), "sha256")).decode()
    return (
        f'hmac username="key", algorithm="hmac-sha256", headers="{names}", signature="{signature}"'
    )
