"""After a restore: what the provider has had since, and the button that lets texts go."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from reminders.domain.backup import catch_up
from reminders.domain.backup.numbers import in_words
from reminders.domain.common.database_clock import now as database_now
from reminders.models import RestoreHold
from reminders.views.door.again import prove
from reminders.views.shared.pages import (
    StaffRequest,
    go,
    say,
    staff_action,
    staff_page,
)


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The steps, each with how far it is."""
    return render(request, "after_restore.html", _state(request))


@staff_page
def state(request: StaffRequest) -> HttpResponse:
    """How far it is; the page asks for it while a worker is at it."""
    return render(request, "after_restore/state.html", _state(request))


@staff_action
def ask(request: StaffRequest) -> HttpResponse:
    """Have a worker ask the provider."""
    if catch_up.ask(now=database_now()):
        say(request, "The provider is being asked. This takes a minute or so.")
    return go(request, reverse("after_restore"))


@staff_action
def let_go(request: StaffRequest) -> HttpResponse:
    """Let texts go again."""
    prove(request, back=reverse("after_restore"))
    try:
        catch_up.go_on(now=database_now(), user_id=request.user.pk)
    except catch_up.NotYetError as error:
        say(request, str(error), tone="warning")
    else:
        say(request, "Texts go again.")
    return go(request, reverse("after_restore"))


def _state(request: StaffRequest) -> dict[str, object]:
    hold = RestoreHold.objects.select_related("went_on_by").filter(pk=1).first()
    held = hold is not None and hold.went_on_at is None
    settled = hold and hold.caught_up_at and hold.caught_up_at >= catch_up.may_go_on_from(hold)
    return {
        "hold": hold,
        "held": held,
        "numbers": in_words(hold.found) if hold else [],
        "may_go_on": held and settled,
        "at_work": hold is not None and held and hold.asked_at and not settled,
        "zone": request.scope.locations[0].zone if request.scope.locations else "UTC",
    }
