"""The first administrator: made through a link that works once, for a day, and only while there is
none.

Whoever starts the application reads the link from its console. The database keeps a digest of its
token, so that nobody who reads the database can use it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import Group, User
from django.db import transaction

from reminders.domain.rights.permissions import USERS
from reminders.domain.rights.roles import ADMINISTRATOR
from reminders.domain.signing_in.granted import BACKEND
from reminders.models import FirstLogin

LASTS = timedelta(hours=24)


class FirstLoginError(ValueError):
    """The link holds no more; the text says what to do instead."""


USED = "This link has been used, has run out, or a later one was made."


def is_needed() -> bool:
    """Whether nobody can sign in who may add users."""
    return not User.objects.with_perm(USERS, backend=BACKEND).exists()


def make_token(*, now: datetime) -> str:
    """A new token, good until `now + LASTS`; earlier ones hold no more. Blank where it is not
    needed.
    """
    if not is_needed():
        return ""
    # 256 bits, so that an unsalted digest is enough: nobody tries them all.
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        # Only the latest link holds: an earlier one may still stand in a log or a terminal.
        FirstLogin.objects.all().delete()
        FirstLogin.objects.create(digest=_digest(token), made_at=now, expires_at=now + LASTS)
    return token


def holds(token: str, *, now: datetime) -> bool:
    """Whether this token still makes an administrator."""
    return (
        FirstLogin.objects.filter(digest=_digest(token), expires_at__gt=now).exists()
        and is_needed()
    )


def make_administrator(
    token: str,
    *,
    username: str,
    password: str,
    now: datetime,
    first_name: str = "",
    last_name: str = "",
) -> User:
    """Use the token up. Raises FirstLoginError where it holds no more, also for the slower of
    two.
    """
    with transaction.atomic():
        # Locked, so that of two with the same link the slower one finds the row gone.
        rows = FirstLogin.objects.select_for_update().filter(
            digest=_digest(token), expires_at__gt=now
        )
        # Asked again here: an administrator may have been made by a command since the page was
        # shown.
        if not rows or not is_needed():
            raise FirstLoginError(USED)
        user = User.objects.create_superuser(
            username, password=password, first_name=first_name, last_name=last_name
        )
        user.groups.add(Group.objects.get(name=ADMINISTRATOR))
        FirstLogin.objects.all().delete()
    return user


def _digest(token: str) -> str:
    # A made-up token may hold lone surrogates, which plain UTF-8 refuses with an error.
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
