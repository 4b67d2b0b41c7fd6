"""Shared desks: a sign-in there is locked after a while instead of ended, and opened by a PIN.

An administrator trusts a browser by a cookie. A PIN signs nobody in: it only opens what its own
user has locked at such a desk, five tries long; then it takes the password or a passkey.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from hashlib import sha256

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db.models import F

from reminders.domain.common.audit import Actor, record
from reminders.models import DeskPin, TrustedDesk

TRIES = 5
_DIGITS = re.compile(r"[0-9]{6,12}", re.ASCII)
_RUN = "01234567890123456789"


class PinError(ValueError):
    """That is no good as a PIN; the text says why."""


def trust(name: str, *, by: Actor, now: datetime) -> str:
    """Trust a browser from now on; what it has to keep."""
    # 256 bits, so that an unsalted digest is enough: nobody tries them all.
    token = secrets.token_urlsafe(32)
    made = {"name": name, "made_at": now, "made_by_id": by.user_id}
    desk = TrustedDesk.objects.create(digest=_digest(token), **made)
    record("desk_trusted", by=by, now=now, details={"desk": desk.pk, "name": name})
    return token


def end(desk: TrustedDesk, *, by: Actor, now: datetime) -> None:
    """Trust it no more; what is locked there is signed out."""
    record("desk_ended", by=by, now=now, details={"desk": desk.pk, "name": desk.name})
    desk.delete()


def desk_of(token: str) -> TrustedDesk | None:
    """The desk that keeps this; None for whoever else."""
    return TrustedDesk.objects.filter(digest=_digest(token)).first() if token else None


def is_trusted(desk_id: int) -> bool:
    """Whether a desk is trusted still."""
    return TrustedDesk.objects.filter(pk=desk_id).exists()


def can_unlock(user: User) -> bool:
    """Whether somebody has what opens a locked page: else they are signed out as anywhere."""
    return has_pin(user) or has_passkey(user)


def has_passkey(user: User) -> bool:
    """Whether somebody has a passkey."""
    passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return bool(passkeys.exists())


def has_pin(user: User) -> bool:
    """Whether somebody has one."""
    return DeskPin.objects.filter(user=user).exists()


def set_pin(user: User, pin: str) -> None:
    """Set or replace it. Raises PinError for what is too easily guessed."""
    if not _DIGITS.fullmatch(pin):
        raise PinError("A PIN has 6 to 12 digits.")
    if len(set(pin)) < 3 or pin in _RUN or pin[::-1] in _RUN:
        raise PinError("That is guessed too easily. Take other digits.")
    kept = {"hash": make_password(pin), "failures": 0}
    DeskPin.objects.update_or_create(user=user, defaults=kept)


def remove_pin(user: User) -> None:
    """Take it away."""
    DeskPin.objects.filter(user=user).delete()


def tries_left(user: User) -> int:
    """How many tries somebody's PIN has; none where there is no PIN."""
    failures = DeskPin.objects.filter(user=user).values_list("failures", flat=True).first()
    return 0 if failures is None else max(0, TRIES - failures)


def opens(user: User, pin: str) -> bool:
    """Whether it is theirs, with a try less where it is not."""
    # Taken before it is looked at, in one statement: of a hundred at once five are looked at.
    mine = DeskPin.objects.filter(user=user)
    if not mine.filter(failures__lt=TRIES).update(failures=F("failures") + 1):
        return False
    kept = mine.values_list("hash", flat=True).first()
    if kept is None or not check_password(pin, kept):
        return False
    forgive(user)
    return True


def forgive(user: User) -> None:
    """All tries again: somebody has shown by more than a PIN that it is them."""
    DeskPin.objects.filter(user=user).update(failures=0)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
