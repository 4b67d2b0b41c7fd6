"""A link by which somebody chooses a password, once: an invitation, or a forgotten password.

Made by an administrator, who sends it or hands it over, or asked for by e-mail. It chooses a
password
and nothing more: the second step stays, and signing in comes after it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from reminders.domain.signing_in import mails
from reminders.domain.trail.write import Kind, note
from reminders.models import SignInLink

HANDED_OVER, ASKED_FOR = timedelta(days=7), timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=2)
NO_MORE = "This link has been used, has run out, or a later one was made."


class LinkError(ValueError):
    """The link holds no more."""


def make(user: User, *, now: datetime, asked_for: bool = False) -> str:
    """A new link's token; the earlier one of its kind holds no more."""
    token = secrets.token_urlsafe(32)  # 256 bits, so that an unsalted digest is enough
    lasts = ASKED_FOR if asked_for else HANDED_OVER
    values = {"digest": _digest(token), "made_at": now, "expires_at": now + lasts}
    SignInLink.objects.update_or_create(user=user, asked_for=asked_for, defaults=values)
    change = "link asked for" if asked_for else "link made"
    note(Kind.PASSWORD, details={"change": change, "user": user.pk})
    return token


def holder(token: str, *, now: datetime) -> User | None:
    """Whose link it is; None where it holds no more."""
    link = _links(token, now=now).select_related("user").first()
    return link.user if link else None


def use(token: str, password: str, *, now: datetime) -> User:
    """Choose the password; every session of the user ends. Raises LinkError for the slower
    of two.
    """
    with transaction.atomic():
        # Locked, so that of two with the same link the slower one finds the row gone.
        link = _links(token, now=now).select_for_update(of=("self",)).first()
        if link is None:
            raise LinkError(NO_MORE)
        user = link.user
        # The sessions end by this alone: each holds a digest of the password that it began with.
        user.set_password(password)
        user.save(update_fields=["password"])
        # Both kinds: an invitation must not choose the password once more.
        SignInLink.objects.filter(user=user).delete()
    # After the commit: an e-mail can't be called back when the transaction fails.
    mails.tell(user, "Your password was chosen again, by a link.")
    return user


def ask(written: str, *, site: str, now: datetime) -> int:
    """Send a link to whose name or address was typed; return how many were sent.

    `site` is the address of the page that takes the token, with {} for it.
    """
    by_service = SocialAccount.objects.filter(user=OuterRef("pk"))
    # Else a stranger could fill a mailbox, and void each link before it is opened.
    lately = SignInLink.objects.filter(
        user=OuterRef("pk"), asked_for=True, made_at__gt=now - AGAIN_AFTER
    )
    named = Q(username__iexact=written) | Q(email__iexact=written)
    # Who signs in elsewhere has no password here, and shall not get one by an e-mail.
    users = User.objects.filter(named, ~Exists(by_service), ~Exists(lately), is_active=True)
    # A desk may share an address; the bound keeps one request from sending a flood.
    return sum(_send(user, site=site, now=now) for user in users.exclude(email="")[:5])


def _send(user: User, *, site: str, now: datetime) -> bool:
    link = site.format(make(user, now=now, asked_for=True))
    return mails.post(
        user,
        "choose a new password",
        f"by this link you choose a new password for {user.get_username()}, within an hour:\n\n"
        f"{link}\n\nIf you did not ask for it, there is nothing to do: your password stays.",
    )


def _links(token: str, *, now: datetime) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(
        digest=_digest(token), expires_at__gt=now, user__is_active=True
    )


def _digest(token: str) -> str:
    # A made-up token may hold lone surrogates, which plain UTF-8 refuses with an error.
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
