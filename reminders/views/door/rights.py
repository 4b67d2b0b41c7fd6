"""The one door at which rights are asked for: before every page, by the table in `domain.rights`.

An address without a row is closed. What belongs to another location is the page's own business: it
looks things up among those that `request.scope` lets see, and finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from reminders.domain.common.access import Scope, scope_of
from reminders.domain.rights.actions import action_at
from reminders.domain.rights.table import LOOKING, Action
from reminders.views.shared.pages import StaffRequest, forbidden, to_sign_in

START = "day_sheet"
ELSEWHERE = ("people", "setup")
"""Where somebody begins whose role does not include the day."""


class Rights:
    """Lets a request through, with the scope of its user; or answers it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view_and_arguments: Any) -> HttpResponse | None:
        """Look the address up; None lets through."""
        match = request.resolver_match
        action = action_at(match.view_name) if match else None
        # Closed rather than open: a page that somebody forgot to enter shows nothing to anybody.
        if action is None:
            raise Http404
        if action.has_own_rules:
            return None
        method = request.method or ""
        # First of all, so that another method is refused before anything is read.
        if not action.needs(method):
            return HttpResponseNotAllowed(action.methods)
        # Before the permission: an ended session is asked to sign in, not told that its role is too
        # small.
        if not isinstance(request.user, User):
            return to_sign_in(request, back="GET" in action.methods)
        return None if action.is_own else _ask(request, request.user, action)


def _ask(request: HttpRequest, user: User, action: Action) -> HttpResponse | None:
    scope = scope_of(user)
    if not scope.admits(action, request.method or ""):
        return _lead_on(request, scope, action) or forbidden(request)
    # Kept for the page and for the frame around it: read again it would cost three statements more.
    cast(StaffRequest, request).scope = scope
    return None


def _lead_on(request: HttpRequest, scope: Scope, action: Action) -> HttpResponse | None:
    """Signing in leads to the day sheet; whose role does not include it begins elsewhere."""
    if action.address != START or request.method not in LOOKING or HtmxDetails(request):
        return None
    found = next((address for address in ELSEWHERE if scope.opens(address)), "")
    return HttpResponseRedirect(reverse(found)) if found else None
