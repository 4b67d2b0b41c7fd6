"""The secret in the address that the provider pushes to: a value of its own, and those before it.

Texts carry the address to which their replies are pushed, so a secret is in use long after it was
changed. The present one is WEBHOOK_SECRET where it is given, else a random one that the database
keeps; every former one, and the one that earlier releases made from SECRET_KEY, is taken for half a
year more. By which keys pushes are checked is told here as well.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from config.launcher.local import derived_secret
from reminders.models import PushKey, WebhookSecret

TAKEN_FOR = timedelta(days=180)
"""So long after it was last given out; the provider keeps a text for 45 days."""
STILL_ON_ITS_WAY = timedelta(days=1)
NOTED_EVERY = timedelta(days=1)


def present(*, now: datetime) -> str:
    """The secret for texts that are handed over now; made when there is none yet."""
    given = str(settings.WEBHOOK_SECRET)
    secret = given or _own() or _make(now=now)
    kept = WebhookSecret.objects.filter(secret=secret)
    if not kept.filter(used_at__gt=now - NOTED_EVERY).exists() and not kept.update(used_at=now):
        _keep([WebhookSecret(secret=secret, own=False, used_at=now)])
    return secret


def callback_url(*, clock: Callable[[], datetime]) -> str | None:
    """Where replies and reports of a text are pushed to; None without an address to push to."""
    site = settings.PUBLIC_URL or settings.SANDBOX_PUSHES_TO
    if not site or not are_pushes_taken(now=clock()):
        return None
    return f"{site.rstrip('/')}/webhooks/messages/{present(now=clock())}/"


def are_pushes_taken(*, now: datetime) -> bool:
    """Whether what is pushed can be told from what a stranger sends.

    A real provider's is taken signed only: its address alone, which many systems on the way write
    down, must not be enough to confirm or to opt out for a patient. Polling fetches it meanwhile.
    """
    return bool(settings.PROVIDER_IS_HERE or settings.WEBHOOK_PUBLIC_KEY or push_keys(now=now))


def push_keys(*, now: datetime) -> dict[str, str]:
    """The public keys that the provider told us when they were made, by their ids in lower case."""
    # A former one for a while: what was signed by it before may still be on its way.
    in_use = Q(retired_at=None) | Q(retired_at__gt=now - STILL_ON_ITS_WAY)
    rows = PushKey.objects.filter(in_use).values_list("key_id", "public_key")
    return {key_id.lower(): public for key_id, public in rows}


def is_ours(secret: str, *, now: datetime) -> bool:
    """Whether a push came to the present address or a former one. Raises the database's errors."""
    if _is_one_of(secret, [str(settings.WEBHOOK_SECRET), _from_key()]):
        return True
    kept = WebhookSecret.objects.filter(used_at__gt=now - TAKEN_FOR).values_list(
        "secret", flat=True
    )
    return _is_one_of(secret, list(kept))


def _is_one_of(secret: str, known: list[str]) -> bool:
    """Compares with each in a time that tells nothing; "" is nobody's."""
    found = [
        hmac.compare_digest(secret.encode(errors="replace"), one.encode()) for one in known if one
    ]
    return any(found)


def _own() -> str:
    return WebhookSecret.objects.filter(own=True).values_list("secret", flat=True).first() or ""


def _make(*, now: datetime) -> str:
    """Once, however many programs start at a time; the one that earlier releases gave out is kept
    too.
    """
    _keep(
        [
            WebhookSecret(secret=_from_key(), own=False, used_at=now),
            WebhookSecret(secret=secrets.token_urlsafe(30), own=True, used_at=now),
        ]
    )
    return _own()


def _keep(rows: list[WebhookSecret]) -> None:
    WebhookSecret.objects.bulk_create(rows, ignore_conflicts=True)


def _from_key() -> str:
    return derived_secret(settings.SECRET_KEY, "webhook")
