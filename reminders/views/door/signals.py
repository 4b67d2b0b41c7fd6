"""What is noted when somebody has signed in, or has shown again who they are."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from reminders import sessions
from reminders.domain.signing_in import desks, proof, second_factor
from reminders.domain.signing_in.devices import name_of
from reminders.domain.trail.write import Detail, Kind, note
from reminders.views.door import noted
from reminders.views.door.adapters import DUE
from reminders.views.door.lock import desk_cookie
from reminders.views.door.tokens import PROVED


@receiver(user_logged_in, dispatch_uid="reminders.signed_in")
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Signing in is proof, but where a service only knew somebody still; from now on the
    session's hours are counted.
    """
    now = timezone.now()
    if request.META.get(PROVED, True):
        proof.note(request.session, now=now)
    request.session[sessions.STARTED] = now.timestamp()
    request.session.pop(sessions.LOCKED, None)
    desk = desks.desk_of(request.COOKIES.get(desk_cookie(), ""))
    if desk is not None and desks.can_unlock(user):
        request.session[sessions.DESK] = desk.pk
    request.session[sessions.DEVICE] = name_of(request.META.get("HTTP_USER_AGENT", ""))
    request.session[sessions.ADDRESS] = str(request.META.get("REMOTE_ADDR", ""))
    steps = get_authentication_records(request, user)
    noted.let_in(user, by=[str(step.get("type") or step["method"]) for step in steps])


@receiver(user_logged_out, dispatch_uid="reminders.signed_out")
def signed_out(user: User | None, **_: Any) -> None:
    """Somebody has left; nobody, where the session had ended before."""
    if user is not None:
        note(Kind.SIGN_OUT, user_id=user.pk)


@receiver(authentication_step_completed, dispatch_uid="reminders.proved")
def proved(
    request: HttpRequest, user: User, *, method: str, reauthenticated: bool = False, **_: Any
) -> None:
    """A password or a second factor was asked for again, and given."""
    if reauthenticated:
        proof.note(request.session, now=timezone.now())
        request.session.pop(sessions.LOCKED, None)
        if isinstance(request.user, User):
            desks.forgive(request.user)
        note(Kind.PROOF, user_id=user.pk, details={"by": method})


@receiver(authenticator_added, dispatch_uid="reminders.factor_added")
def factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    """An app, a passkey or recovery codes were set up."""
    _factor("added", user, authenticator)


@receiver(authenticator_reset, dispatch_uid="reminders.factor_made_anew")
def factor_made_anew(user: User, authenticator: Authenticator, **_: Any) -> None:
    """New recovery codes were made."""
    _factor("made anew", user, authenticator)


def _factor(change: str, user: User, authenticator: Authenticator) -> None:
    details: dict[str, Detail] = {"change": change, "as": str(authenticator.type), "user": user.pk}
    note(Kind.SECOND_STEP, user_id=user.pk, details=details)


@receiver(authenticator_removed, dispatch_uid="reminders.factor_removed")
def factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """Who took away the last one, and needs one, sets another up before going on."""
    _factor("removed", user, authenticator)
    if second_factor.is_due(user):
        request.session[DUE] = True
