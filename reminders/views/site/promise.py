"""How many texts went out in time, by day: for anybody, where a setting says so.

Counts alone, of the whole site: no location, no patient.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from reminders.domain.common import database_clock
from reminders.domain.operations import promise

KNOWN_FOR = 300
"""Seconds for which a browser or a proxy may keep the page: it changes every five minutes."""


@require_safe
@cache_control(public=True, max_age=KNOWN_FOR)
def show(request: HttpRequest) -> HttpResponse:
    """The last thirty days; nothing is there unless PROMISE_PAGE is on."""
    if not settings.PROMISE_PAGE:
        raise Http404
    days = promise.days(now=database_clock.now())
    context = {"days": days, "whole": promise.whole(days), "zone": settings.TIME_ZONE}
    return render(request, "promise.html", context)
