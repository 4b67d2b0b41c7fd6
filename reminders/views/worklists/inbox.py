"""The inbox: cards on the left, one of them open with everything needed to settle it; live."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reminders.domain.common.etags import digest
from reminders.domain.replies.inbox import done_cards
from reminders.domain.trail.write import look
from reminders.models import InboxItem
from reminders.views.shared.asked import read_choice, read_id
from reminders.views.shared.locations import everybodys
from reminders.views.shared.pages import StaffRequest, staff_page
from reminders.views.worklists.inbox_card import (
    bare,
    list_item,
    their_card,
    touched,
    waiting,
)
from reminders.views.worklists.slot_cards import whole_context

ROWS = 30
SETTLED_SHOWN = timedelta(days=14)
STOP_LOOKING = 286
"""What htmx takes as the end of looking again and again."""
VIEWS = (("", "Waiting", "inbox"), ("mine", "Mine", "person"), ("done", "Closed", "check-circle"))


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The cards, the first one open; for the live look only what may have changed."""
    if request.htmx and "token" in request.GET:
        return _live(request)
    rows = _rows(request)
    first = rows[0].pk if rows and _view(request) != "done" else None
    listed = _list(request, rows, current=first)
    opened = _opened(request, their_card(request, first)) if first else {"card": None}
    return render(request, "inbox.html", listed | opened | {"on_list": True})


@staff_page
def card(request: StaffRequest, pk: int) -> HttpResponse:
    """One card, open, beside the others; `?revision=` looks whether somebody has touched it."""
    shown = their_card(request, pk)
    # 286 ends htmx's polling: the notice stands, and must not be swapped away by the next look.
    if request.htmx and "revision" in request.GET:
        if request.GET["revision"] == str(shown.revision):
            return HttpResponse(status=204)
        return render(request, "inbox/touched.html", touched(request, shown), status=STOP_LOOKING)
    listed = _list(request, _rows(request), current=shown.pk)
    return render(request, "inbox.html", listed | _opened(request, shown) | {"on_list": False})


def _opened(request: StaffRequest, shown: InboxItem) -> dict[str, Any]:
    """What the right side shows, noted as a look at whose card it is."""
    person = shown.contact_id or (shown.appointment.contact_id if shown.appointment else None)
    if person:
        look(person, page="inbox_card", appointment_id=shown.appointment_id)
    return whole_context(request, shown)


def _live(request: StaffRequest) -> HttpResponse:
    """Only what may have changed, always with the count; an unchanged list costs one light
    statement.
    """
    # With a 204, too: cards that others settled change the number though not this list.
    count = json.dumps({"inbox-count": {"value": waiting(request).count()}})
    if request.GET["token"] == _token(request):
        return HttpResponse(status=204, headers={"HX-Trigger": count})
    current = read_id(request.GET.get("current"))
    response = render(request, "inbox/live.html", _list(request, _rows(request), current=current))
    response.headers["HX-Trigger"] = count
    return response


def _view(request: StaffRequest) -> str:
    return read_choice(request.GET.get("view"), [name for name, _, _ in VIEWS], otherwise="")


def _cards(request: StaffRequest) -> QuerySet[InboxItem]:
    """The cards of the view that was chosen."""
    if _view(request) == "done":
        since = timezone.now() - SETTLED_SHOWN
        return done_cards(everybodys(request)).filter(
            request.scope.seen_cards(), done_at__gte=since
        )
    cards = waiting(request)
    return cards.filter(assigned_to=request.user) if _view(request) == "mine" else cards


def _token(request: StaffRequest) -> str:
    # The same rows, and one more, as the list shows: else its “more” would never come or go.
    touched = bare(_cards(request)).values_list("pk", "revision")[: ROWS + 1]
    return digest((_view(request), list(touched)))


def _rows(request: StaffRequest) -> list[InboxItem]:
    """The first cards of the view, and one more, which tells whether there are others."""
    return list(_cards(request)[: ROWS + 1])


def _list(
    request: StaffRequest, rows: Sequence[InboxItem], *, current: int | None = None
) -> dict[str, Any]:
    """What the left side shows."""
    view = _view(request)
    return {
        "items": [list_item(one, request, current) for one in rows[:ROWS]],
        "more": len(rows) > ROWS,
        "view": view,
        "views": [
            {"name": name, "words": words, "icon": icon, "on": name == view}
            for name, words, icon in VIEWS
        ],
        "current": current or "",
        "token": digest((view, [(one.pk, one.revision) for one in rows])),
    }
