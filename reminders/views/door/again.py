"""Proof again before what an open browser must not be enough for: users, roles, keys, files of
patients.
"""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from reminders.domain.signing_in import proof
from reminders.views.door.service import way_to_service
from reminders.views.door.tokens import AGAIN
from reminders.views.shared.pages import go


def prove(request: HttpRequest, *, back: str = "") -> None:
    """Go on only for who has shown a short while ago that it is them. Raises ProofNeeded.

    Afterwards one is at `back`, or at this address again.
    """
    sent = request.method == "POST"
    proof.require(request.session, now=timezone.now(), sent=sent, back=back)


def lead_to_proof(request: HttpRequest, needed: proof.ProofNeeded) -> HttpResponse:
    """The way there, which comes back."""
    # What was sent is not kept for afterwards: it may hold a password, and would lie in a session.
    here = request.path if request.method == "POST" else request.get_full_path()
    way, asked = _way(request)
    return go(request, f"{way}?{urlencode(asked | {'next': needed.back or here})}")


def _way(request: HttpRequest) -> tuple[str, dict[str, str]]:
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    # Who has neither password nor factor here came from a sign-in service, and goes there again.
    if ways:
        return str(ways[0]["url"]), {}
    # The service knows them still, in this very browser: it is told to ask.
    return way_to_service() or reverse(settings.LOGIN_URL), {AGAIN: "1"}
