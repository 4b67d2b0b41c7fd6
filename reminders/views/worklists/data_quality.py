"""Data quality: numbers that keep texts from arriving, each a click away from being corrected."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reminders.domain.pages.data_quality import (
    COUNTED_TO,
    ROWS,
    Flaw,
    FlawSearch,
    count_flaws,
    flawed,
    shared_numbers,
)
from reminders.views.shared.asked import read_choice, read_id
from reminders.views.shared.locations import everybodys
from reminders.views.shared.pages import StaffRequest, staff_page

WORDS = {
    Flaw.MISSING: ("No number", "call-off", "These patients have no phone number. Ask for a mobile number."),
    Flaw.INVALID: ("Unreadable", "x-circle", "What was given is no number that can be texted."),
    Flaw.LANDLINE: ("Landline", "home", "These patients are called and the text is read aloud; they "
                    "can't answer by text. Ask for a mobile number."),
    Flaw.WRONG: ("Wrong number", "person-x", "Somebody called and reached the wrong person."),
    Flaw.SHARED: ("Shared", "people", "Families share a phone; many people on one number are rather a "
                  "mistake, such as the clinic's own number."),
}  # fmt: skip
SHARED_BY = (2, 4, 8)


@staff_page()
def show(request: StaffRequest) -> HttpResponse:
    """One flaw's list, with the counts of all of them."""
    ids = everybodys(request)
    look = FlawSearch(
        None if ids is None else tuple(ids),
        coming=request.GET.get("who") != "all",
        now=timezone.now(),
        unbooked=not request.scope.restricted,
    )
    counts = count_flaws(look)
    first = next((flaw for flaw in Flaw if counts[flaw]), Flaw.MISSING)
    flaw = read_choice(request.GET.get("flaw"), Flaw, otherwise=first)
    return render(request, "data_quality.html", _context(request, look, flaw, counts))


def _context(
    request: StaffRequest, look: FlawSearch, flaw: Flaw, counts: dict[Flaw, int]
) -> dict[str, Any]:
    after = read_id(request.GET.get("after"))
    at_least = read_choice(request.GET.get("by"), SHARED_BY, otherwise=SHARED_BY[0])
    shared = (
        shared_numbers(look, at_least=at_least, after=after, limit=ROWS + 1)
        if flaw is Flaw.SHARED
        else []
    )
    rows = flawed(flaw, look, after=after, limit=ROWS + 1) if flaw is not Flaw.SHARED else []
    last = (shared[ROWS - 1].people[0][0] if len(shared) > ROWS else 0) or (
        rows[ROWS - 1].id if len(rows) > ROWS else 0
    )
    return {
        "flaw": flaw,
        "words": WORDS[flaw],
        "filters": [
            {
                "flaw": one,
                "words": WORDS[one][0],
                "icon": WORDS[one][1],
                "count": f"over {COUNTED_TO:,}" if counts[one] >= COUNTED_TO else counts[one],
                "on": one is flaw,
            }
            for one in Flaw
        ],
        "rows": rows[:ROWS],
        "shared": shared[:ROWS],
        "shared_by": [(value, value == at_least) for value in SHARED_BY],
        "coming": look.coming,
        "further": last,
        "went_on": bool(after),
        "clean": not any(counts.values()),
    }
