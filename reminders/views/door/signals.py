"""What is noted when somebody has signed in, or has shown again who they are."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authenticator_removed
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from reminders import sessions
from reminders.domain.signing_in import proof, second_factor
from reminders.domain.signing_in.devices import name_of
from reminders.views.door.adapters import DUE


@receiver(user_logged_in, dispatch_uid="reminders.signed_in")
def signed_in(request: HttpRequest, **_: Any) -> None:
    """Signing in is proof, however it was done; from now on the session's hours are counted."""
    now = timezone.now()
    proof.note(request.session, now=now)
    request.session[sessions.STARTED] = now.timestamp()
    request.session[sessions.DEVICE] = name_of(request.META.get("HTTP_USER_AGENT", ""))
    request.session[sessions.ADDRESS] = str(request.META.get("REMOTE_ADDR", ""))


@receiver(authentication_step_completed, dispatch_uid="reminders.proved")
def proved(request: HttpRequest, *, reauthenticated: bool = False, **_: Any) -> None:
    """A password or a second factor was asked for again, and given."""
    if reauthenticated:
        proof.note(request.session, now=timezone.now())


@receiver(authenticator_removed, dispatch_uid="reminders.factor_removed")
def factor_removed(request: HttpRequest, user: User, **_: Any) -> None:
    """Who took away the last one, and needs one, sets another up before going on."""
    if second_factor.is_due(user):
        request.session[DUE] = True
