"""The way to the sandbox's phone, where texts arrive while no real ones go out."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from reminders.domain.demo.whom_to_answer import number_to_answer
from reminders.views.shared.locations import place_ids
from reminders.views.shared.pages import StaffRequest, staff_page


@staff_page
def phone(request: StaffRequest) -> HttpResponse:
    """Open the phone with the conversation that waits for an answer, if there is one."""
    if not settings.MESSAGES_API_IS_SANDBOX:
        raise Http404
    number = number_to_answer(location_ids=place_ids(request), now=timezone.now())
    # After the #: a browser keeps that part to itself, so that no server's log has the number.
    return HttpResponseRedirect(f"{settings.MESSAGES_API_URL}/{f'#{number}' if number else ''}")
