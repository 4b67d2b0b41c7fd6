"""What changes on every open page by itself: the problems on top and the inbox's count."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from reminders.domain.common import database_clock
from reminders.domain.common.etags import digest
from reminders.domain.operations.alerts import banners
from reminders.navigation import Shell
from reminders.views.shared.pages import StaffRequest, staff_page


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The banners where they changed since `seen`, else 204; always with the inbox's count."""
    # The database's clock, as the workers that note troubles: this machine's may be off.
    shown = banners(database_clock.now())
    token = digest(shown)
    if request.GET.get("seen") == token:
        response = HttpResponse(status=204)
    else:
        response = render(request, "partials/banners.html", {"banners": shown, "token": token})
    return trigger_client_event(response, "inbox-count", {"value": Shell(request).inbox_count})
