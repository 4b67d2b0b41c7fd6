"""Calendars for programs outside, by secret addresses. Read only."""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from reminders.domain.calendars.events import MEDIA_TYPE
from reminders.domain.calendars.feeds import fill, find_feed, note_fetched
from reminders.domain.operations.guesses import may_guess, note_guess
from reminders.domain.trail.write import Kind, note
from reminders.views.patient.bare import sealed

GUESSES = 30


@csrf_exempt
@sealed
@sensitive_variables("token")
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """A calendar; 304 where the program has it as it is."""
    now = timezone.now()
    found = find_feed(token)
    if found is None:
        return _unknown(request)
    if note_fetched(found, now=now) and found.names:
        note(Kind.DOWNLOAD, details={"file": "calendar", "id": found.pk, "names": True})
    held = fill(found, now=now)
    etag = f'"{sha256(held).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag) or _answer(held)
    response.headers["ETag"] = etag
    # Kept by the program that fetches, which asks again each time; by nobody on the way.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _answer(held: bytes) -> HttpResponse:
    response = HttpResponse(held, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return response


def _unknown(request: HttpRequest) -> HttpResponse:
    """The same for an address that never was and one that has ended."""
    address, now = str(request.META.get("REMOTE_ADDR", "")), timezone.now()
    if not may_guess("calendars", address, most=GUESSES, now=now):
        return HttpResponse(status=429, headers={"Retry-After": "900"})
    note_guess("calendars", address, now=now)
    return HttpResponseNotFound("There is no calendar here.\n", content_type="text/plain")
