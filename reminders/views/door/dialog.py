"""Signing in on the spot: in a dialog over the page where the session ended, so that nothing typed
is lost.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails


def stands_in_dialog(request: HttpRequest) -> bool:
    """Whether the form that was sent, or asked for, stands in the dialog."""
    return bool(request.GET.get("here")) and bool(HtmxDetails(request))


def close(request: HttpRequest) -> HttpResponse:
    """Tell the open page that somebody is signed in, with the token for its next form."""
    name = request.user.get_username() if isinstance(request.user, User) else ""
    # Signing in changes the token: the forms of the open page would be refused with the old one.
    event = {"token": get_token(request), "user": name}
    return trigger_client_event(HttpResponse(status=204), "signed-in", event)
