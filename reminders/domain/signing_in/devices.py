"""Which browser somebody signs in with: known by a cookie, and told of by e-mail when it is new."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import User

from reminders.domain.signing_in import mails
from reminders.models import KnownDevice

FORGOTTEN_AFTER = timedelta(days=400)
_LONGEST = 80
# The order matters: each of these names those behind it as well.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
_SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)


def name_of(user_agent: str) -> str:
    """What a browser calls itself, for people: “Firefox on Windows”."""
    safari = (("Safari", "Safari"),)
    browser = next((name for mark, name in _BROWSERS + safari if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser or system:
        return f"{browser or 'A browser'} on {system or 'an unknown system'}"
    # Whoever calls writes it, and it is told by e-mail: few and harmless signs only.
    return re.sub(r"[^\w ./-]", "", user_agent)[:_LONGEST].strip() or "An unknown browser"


def note(user: User, token: str, *, user_agent: str, address: str, now: datetime) -> str:
    """Note that somebody signed in with a browser; return the token that it keeps.

    The first browser of a user is no news; every other new one is told.
    """
    KnownDevice.objects.filter(user=user, last_at__lt=now - FORGOTTEN_AFTER).delete()
    known = KnownDevice.objects.filter(user=user, digest=_digest(token)) if token else None
    if known is not None and known.update(last_at=now):
        return token
    others = KnownDevice.objects.filter(user=user).exists()
    # One browser has one token, whoever signs in with it: the front desk is shared.
    token, name = token or secrets.token_urlsafe(32), name_of(user_agent)
    KnownDevice.objects.create(
        user=user, digest=_digest(token), name=name, first_at=now, last_at=now
    )
    if others:
        when = f"{now:%d.%m.%Y at %H:%M} UTC"
        mails.tell(
            user,
            f"{user.get_username()} was signed in with a browser that we had not seen before: "
            f"{name}, "
            f"from the address {address or 'unknown'}, on {when}.",
        )
    return token


def _digest(token: str) -> str:
    # A cookie holds whatever somebody puts there, lone surrogates too.
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
