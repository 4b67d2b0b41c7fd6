"""Somebody's own sign-in: password, app, passkeys and recovery codes, and setting one up for the
first time.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reminders.domain.signing_in import desks, second_factor
from reminders.domain.signing_in.sessions import end_others, open_sessions
from reminders.domain.trail.write import Kind, note
from reminders.sessions import digest
from reminders.views.shared.pages import say


class Account(IndexView):
    """The page of it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the page says of each."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        found = context["authenticators"]
        codes = found.get(Authenticator.Type.RECOVERY_CODES)
        user = self.request.user
        return context | {
            "app": found.get(Authenticator.Type.TOTP),
            "passkeys": found.get(Authenticator.Type.WEBAUTHN, []),
            "codes": codes,
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "has_pin": isinstance(user, User) and desks.has_pin(user),
            "sessions": open_sessions(user) if isinstance(user, User) else (),
            "this_session": digest(self.request.session.session_key or ""),
            "needed": isinstance(user, User) and second_factor.is_needed(user),
        }


@require_POST
@login_required
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every other session of the user."""
    if isinstance(request.user, User):
        ended = end_others(request.user, keep=digest(request.session.session_key or ""))
        note(Kind.SIGN_OUT, details={"sessions": ended})
        say(request, f"Signed out elsewhere: {ended}.")
    return HttpResponseRedirect(reverse("mfa_index"))


@require_safe
@login_required
def second_factor_due(request: HttpRequest) -> HttpResponse:
    """Why one cannot go on, and the two ways to do so."""
    return render(request, "account/due.html")
