"""Who must set a second factor up is led there from every page, until it is done; and who must show
again that it is them, to that.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from reminders.domain.signing_in.devices import FORGOTTEN_AFTER
from reminders.domain.signing_in.proof import ProofNeeded
from reminders.domain.signing_in.second_factor import is_due
from reminders.domain.trail.visitor import visiting
from reminders.domain.trail.write import Kind, note
from reminders.sessions import SessionStore
from reminders.views.door.adapters import DEVICE, DEVICE_COOKIE, DUE
from reminders.views.door.again import lead_to_proof
from reminders.views.door.lock import FOR_PROGRAMS, answer_if_locked
from reminders.views.shared.pages import go

_OPEN = (
    frozenset(
        {
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "account_reauthenticate",
            "second_factor_due",
            "password_change",
            "login",
            "logout",
        }
    )
    | FOR_PROGRAMS
)
"""What takes no second factor: setting one up, and leaving."""


class AtTheDoor:
    """Looks at each page before it is made, and hears of those that need proof."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = str(request.META.get("REMOTE_ADDR", ""))
        # Whoever signs in or out on the way is asked for when something is noted.
        with visiting(address, user_id=lambda: getattr(request.user, "pk", None)):
            response = self.get_response(request)
            _note_refusal(request, response.status_code)
        _note_click(request)
        if DEVICE in request.META:
            response.set_cookie(
                DEVICE_COOKIE,
                request.META[DEVICE],
                max_age=FORGOTTEN_AFTER,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Lead on, or let through."""
        # The cookie first: nobody's session is read for machines and strangers.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if locked := answer_if_locked(request):
            return locked
        if _is_open(request):
            return None
        if not request.session.get(DUE) or not isinstance(request.user, User):
            return None
        if not is_due(request.user):
            del request.session[DUE]
            return None
        # What a page looks up by itself waits: led away by it, nobody could fill in the set-up's
        # form.
        if HtmxDetails(request) and request.method == "GET":
            return HttpResponse(status=204)
        return go(request, reverse("second_factor_due"))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Lead to the proof; every other error goes its way."""
        return lead_to_proof(request, error) if isinstance(error, ProofNeeded) else None


def _note_click(request: HttpRequest) -> None:
    # What a page looks up by itself would keep a session open as long as the browser stands there.
    session = request.session
    if not _looks_by_itself(request) and session.accessed and isinstance(session, SessionStore):
        session.touch()


def _note_refusal(request: HttpRequest, status: int) -> None:
    """Somebody who is signed in asked for what their role does not allow, or for a thing that is
    not there or not theirs, which we answer alike.
    """
    match = request.resolver_match
    denied = status == HTTPStatus.FORBIDDEN or (
        status == HTTPStatus.NOT_FOUND and match is not None and "pk" in match.kwargs
    )
    # What a page that stands open looks up by itself comes again and again.
    if not denied or _looks_by_itself(request) or not isinstance(request.user, User):
        return
    about = {"id": match.kwargs["pk"]} if match and isinstance(match.kwargs.get("pk"), int) else {}
    page = (match.url_name or "") if match else ""
    note(Kind.DENIED, details={"page": page, "status": int(status), **about})


def _looks_by_itself(request: HttpRequest) -> bool:
    return request.headers.get("X-Looked-By-Itself") is not None


def _is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name in _OPEN
