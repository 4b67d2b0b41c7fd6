"""Locked pages at a shared desk: the PIN, the ways round it, and setting both up."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from reminders import sessions
from reminders.domain.signing_in import desks
from reminders.domain.trail.write import Detail, Kind, note
from reminders.views.door import noted
from reminders.views.door.again import prove
from reminders.views.door.dialog import close, stands_in_dialog
from reminders.views.door.service import way_to_service
from reminders.views.shared.pages import say

YEAR = 365 * 86400
WRONG = "That is not your PIN. Tries left: {left}."
NO_MORE = "The PIN opens nothing any more. Use a passkey or the password."
FOR_PROGRAMS = frozenset(
    {
        "healthz",
        "readyz",
        "metrics",
        "promise",
        "messages_webhook",
        "whatsapp_webhook",
        "email_webhook",
        "security_txt",
    }
)
"""What programs look at and push to: there nobody is asked who they are."""
OPEN_WHILE_LOCKED = (
    frozenset(
        {
            "unlock",
            "login",
            "logout",
            "account_logout",
            "account_reauthenticate",
            "openid_connect_login",
            "openid_connect_callback",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
        }
    )
    | FOR_PROGRAMS
)
"""What can be had without unlocking: doing so, and leaving."""


def desk_cookie() -> str:
    """What the cookie of a trusted desk is called."""
    return "__Host-desk" if settings.SESSION_COOKIE_SECURE else "desk"


def answer_if_locked(request: HttpRequest) -> HttpResponse | None:
    """What a locked desk answers; None where it is open, or no desk."""
    session = request.session
    desk_id = session.get(sessions.DESK)
    if not desk_id:
        return None
    if not desks.is_trusted(desk_id):
        logout(request)
        return None
    if not session.get(sessions.LOCKED) and not _waited_too_long(session):
        return None
    # Written down: another request would else save the session, which counts as a click.
    session[sessions.LOCKED] = True
    match = request.resolver_match
    if match is not None and match.url_name in OPEN_WHILE_LOCKED:
        return None
    here = request.get_full_path() if request.method == "GET" else "/"
    if details := HtmxDetails(request):
        # Not over the page on which one is just unlocking by the password or a passkey.
        under = (details.current_url_abs_path or "").split("?")[0]
        if under in {reverse(name) for name in _UNLOCKING}:
            return HttpResponse(status=204)
        return trigger_client_event(HttpResponse(status=401), "signed-out")
    return HttpResponseRedirect(reverse("unlock", query={"next": here}))


_UNLOCKING = (
    "unlock",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
)


def _waited_too_long(session: object) -> bool:
    seen = getattr(session, "seen_at", None)
    return seen is not None and timezone.now() - seen > sessions.limits()[0]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask for the PIN, and open what is locked."""
    user = request.user
    if not isinstance(user, User) or not request.session.get(sessions.LOCKED):
        return HttpResponseRedirect(_next(request))
    if request.method != "POST":
        return _form(request, user)
    if not desks.opens(user, request.POST.get("pin", "")):
        noted.refused("pin", user_id=user.pk)
        left = desks.tries_left(user)
        return _form(request, user, error=WRONG.format(left=left) if left else NO_MORE)
    note(Kind.PROOF, user_id=user.pk, details={"by": "pin"})
    del request.session[sessions.LOCKED]
    return close(request) if stands_in_dialog(request) else HttpResponseRedirect(_next(request))


def _form(request: HttpRequest, user: User, *, error: str = "") -> HttpResponse:
    here = stands_in_dialog(request)
    context = {
        "here": here,
        "next": _next(request),
        "error": error,
        "tries": desks.tries_left(user),
        "passkey": desks.has_passkey(user),
        "password": user.has_usable_password(),
        "service": "" if user.has_usable_password() else way_to_service(),
        "name": user.get_full_name() or user.get_username(),
    }
    template = "partials/unlock_form.html" if here else "account/locked.html"
    return render(request, template, context, status=422 if error else 200)


def _next(request: HttpRequest) -> str:
    where = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(where, allowed_hosts={request.get_host()})
    return where if safe else "/"


@require_POST
@login_required
def choose_pin(request: HttpRequest) -> HttpResponse:
    """Set one's own PIN, or take it away."""
    prove(request, back=reverse("mfa_index"))
    user = request.user
    if isinstance(user, User) and "remove" in request.POST:
        desks.remove_pin(user)
        _note_pin("removed", user)
        say(request, "Your PIN is gone.")
    elif isinstance(user, User):
        try:
            desks.set_pin(user, request.POST.get("pin", "").strip())
            _note_pin("added", user)
            say(request, "Your PIN is set. It holds at shared desks from your next sign-in on.")
        except desks.PinError as error:
            say(request, str(error), tone="danger")
    return HttpResponseRedirect(reverse("mfa_index"))


def _note_pin(change: str, user: User) -> None:
    details: dict[str, Detail] = {"change": change, "as": "pin", "user": user.pk}
    note(Kind.SECOND_STEP, user_id=user.pk, details=details)


def keep_desk(response: HttpResponse, token: str) -> HttpResponse:
    """Have this browser keep that it is trusted."""
    response.set_cookie(
        desk_cookie(),
        token,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
