"""The settings of a backup: those that are no secret as they are, the secrets under a passphrase.

Without SECRET_KEY, opt-outs of forgotten numbers, the trail's seals and apps for signing in are
lost; without the webhook's secret, pushes go to an address that nobody knows.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

from reminders.domain.backup.programs import BackupError

PLAIN = (
    *("MESSAGES_API_URL", "MESSAGES_API_AUTH", "MESSAGES_API_ACCOUNT", "MESSAGES_SOURCE_NUMBER"),
    *("PUBLIC_URL", "ALLOWED_HOSTS", "TIME_ZONE", "DEFAULT_COUNTRY", "TRUSTED_PROXY"),
    *("MESSAGES_PER_NUMBER_PER_DAY", "MESSAGES_PER_HOUR", "OIDC_ISSUER", "OIDC_CLIENT_ID"),
    *("OIDC_NAME", "OIDC_GROUPS", "OIDC_GROUPS_CLAIM", "DEFAULT_FROM_EMAIL"),
)
SECRET = (
    *("SECRET_KEY", "OPT_OUT_KEY", "TRAIL_KEY", "WEBHOOK_SECRET", "WEBHOOK_PUBLIC_KEY"),
    *("MESSAGES_API_KEY", "MESSAGES_API_SECRET", "OIDC_CLIENT_SECRET", "EMAIL_HOST_PASSWORD"),
)
WORK = {"n": 2**15, "r": 8, "p": 1}
"""What a guess at the passphrase costs: 32 MB and a tenth of a second."""
LEAST = 12


def plain_settings() -> dict[str, object]:
    """The settings that are no secret, by name, as far as they are set."""
    return {name: value for name in PLAIN if (value := getattr(settings, name, None))}


def sealed_secrets(passphrase: str) -> bytes:
    """The secrets that are set, under the passphrase. Raises BackupError for one that is short."""
    if len(passphrase) < LEAST:
        raise BackupError(f"The passphrase is too short: it takes {LEAST} characters or more.")
    held = {name: value for name in SECRET if (value := getattr(settings, name, ""))}
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, json.dumps(held).encode(), b"secrets")
    box = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return json.dumps(
        {name: base64.b64encode(part).decode() for name, part in box.items()}
    ).encode()


def opened_secrets(box: bytes, passphrase: str) -> dict[str, str]:
    """The secrets by name. Raises BackupError where the passphrase is another one."""
    try:
        parts: Mapping[str, bytes] = {
            name: base64.b64decode(part) for name, part in json.loads(box).items()
        }
        key = _key(passphrase, parts["salt"])
        opened = AESGCM(key).decrypt(parts["nonce"], parts["sealed"], b"secrets")
        secrets: dict[str, str] = json.loads(opened)
    except InvalidTag as error:
        raise BackupError("The passphrase is not the one of this backup.") from error
    except (ValueError, KeyError, AttributeError) as error:
        raise BackupError("The secrets in this backup can't be read.") from error
    return secrets


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **WORK).derive(passphrase.encode())
