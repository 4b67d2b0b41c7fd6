"""Signature keys, and the signature on what is pushed.

Signed bytes: the request line, the Date header's value and the body, with nothing between them.
"""

import base64
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from reminders.sandbox.provider_api.records import Json
from reminders.sandbox.provider_api.validation import RequestRefused

_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "SHA224": hashes.SHA224(),
    "SHA256": hashes.SHA256(),
    "SHA512": hashes.SHA512(),
}
KEY_BITS = 2048


@dataclass(slots=True)
class SandboxKey:
    """One key pair; `created` as the provider writes times."""

    key_id: str
    digest: str
    created: str
    private: rsa.RSAPrivateKey = field(repr=False)
    enabled: bool = False

    def shown(self) -> Json:
        """As listed: without the public key."""
        return {
            "key_id": self.key_id,
            "cipher": "RSA",
            "digest": self.digest,
            "created": self.created,
            "enabled": self.enabled,
        }

    def created_answer(self) -> Json:
        """As answered once, to its creation: with the public key, Base64 of its DER."""
        der = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {**self.shown(), "public_key": base64.b64encode(der).decode()}

    def headers(
        self, request_line: str, date: str, body: bytes, *, dashed: bool = False
    ) -> dict[str, str]:
        """The headers that prove a push, its Date among them."""
        signed = request_line.encode() + date.encode() + body
        signature = self.private.sign(signed, padding.PKCS1v15(), _DIGESTS[self.digest])
        return {
            "Date": date,
            "X-MessageMedia-Signature": base64.b64encode(signature).decode(),
            "X-MessageMedia-Digest-Type": self.digest.replace("SHA", "SHA-")
            if dashed
            else self.digest,
            "X-MessageMedia-Cipher-Type": "RSA",
            "X-MessageMedia-Key-Id": self.key_id,
        }


class Keyring:
    """The account's signature keys, at most one of them enabled."""

    def __init__(self) -> None:
        self._keys: dict[str, SandboxKey] = {}
        self._lock = threading.Lock()

    def create(
        self, body: Any, *, created: str
    ) -> SandboxKey:  # Any: whatever JSON the client sent
        """Make a key pair, not enabled yet. Raises Refused."""
        wanted = body if isinstance(body, dict) else {}
        complaints = []
        if wanted.get("cipher") != "RSA":
            complaints.append(f"/cipher: [{wanted.get('cipher')}] is invalid")
        if wanted.get("digest") not in _DIGESTS:
            complaints.append(f"/digest: [{wanted.get('digest')}] is invalid")
        if complaints:
            raise RequestRefused(*complaints)
        private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        return self.add(SandboxKey(str(uuid.uuid4()), wanted["digest"], created, private))

    def add(self, key: SandboxKey) -> SandboxKey:
        """Take in a key; the same one."""
        with self._lock:
            self._keys[key.key_id] = key
        return key

    def enable(self, key_id: str) -> SandboxKey | None:
        """Make it the one that signs; None when there is no such key."""
        with self._lock:
            if key_id not in self._keys:
                return None
            for key in self._keys.values():
                key.enabled = key.key_id == key_id
            return self._keys[key_id]

    def disable(self) -> None:
        """Sign no more."""
        with self._lock:
            for key in self._keys.values():
                key.enabled = False

    def enabled(self) -> SandboxKey | None:
        """The key that signs."""
        return next((key for key in self.all() if key.enabled), None)

    def get(self, key_id: str) -> SandboxKey | None:
        """A key by its id."""
        return self._keys.get(key_id)

    def delete(self, key_id: str) -> bool:
        """Forget a key; False when there is none."""
        with self._lock:
            return self._keys.pop(key_id, None) is not None

    def all(self) -> list[SandboxKey]:
        """Every key, the oldest first."""
        with self._lock:
            return list(self._keys.values())

    def clear(self) -> None:
        """Forget every key."""
        with self._lock:
            self._keys.clear()
