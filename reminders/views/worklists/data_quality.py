"""Data quality: numbers that keep texts from arriving, each a click away from being corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reminders.domain.pages.data_quality import (
    COUNTED_TO,
    ROWS,
    Flaw,
    Flawed,
    FlawSearch,
    Shared,
    count_flaws,
    flawed,
    shared_numbers,
)
from reminders.views.shared.asked import read_choice, read_id
from reminders.views.shared.lists import cut
from reminders.views.shared.locations import everybodys
from reminders.views.shared.pages import StaffRequest, staff_page


@dataclass(frozen=True, slots=True)
class FlawLook:
    """A flaw as it is shown: a word or two, an icon, and what to do."""

    title: str
    icon: str
    advice: str


LOOKS = {
    Flaw.MISSING: FlawLook(
        "No number",
        "call-off",
        "These patients have no phone number. Ask for a mobile number.",
    ),
    Flaw.INVALID: FlawLook(
        "Unreadable", "x-circle", "What was given is no number that can be texted."
    ),
    Flaw.LANDLINE: FlawLook(
        "Landline",
        "home",
        "These patients are called and the text is read aloud; they can't answer by text. "
        "Ask for a mobile number.",
    ),
    Flaw.WRONG: FlawLook(
        "Wrong number", "person-x", "Somebody called and reached the wrong person."
    ),
    Flaw.SHARED: FlawLook(
        "Shared",
        "people",
        "Families share a phone; many people on one number are rather a mistake, such as the "
        "clinic's own number.",
    ),
}
SHARED_BY = (2, 4, 8)


@staff_page()
def show(request: StaffRequest) -> HttpResponse:
    """One flaw's list, with the counts of all of them."""
    ids = everybodys(request)
    look = FlawSearch(
        None if ids is None else tuple(ids),
        coming=request.GET.get("who") != "all",
        now=timezone.now(),
        # Who is booked nowhere may be a patient of a site that this user does not see.
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
    rows: Sequence[Flawed] = ()
    shared: Sequence[Shared] = ()
    if flaw is Flaw.SHARED:
        numbers = shared_numbers(look, at_least=at_least, after=after, limit=ROWS + 1)
        shared, last_number = cut(numbers, ROWS)
        # A contact's id stands for the number: numbers have no place in addresses and logs.
        further = last_number.people[0][0] if last_number else 0
    else:
        rows, last_row = cut(flawed(flaw, look, after=after, limit=ROWS + 1), ROWS)
        further = last_row.id if last_row else 0
    return {
        "flaw": flaw,
        "look": LOOKS[flaw],
        "filters": [
            {
                "flaw": one,
                "words": LOOKS[one].title,
                "icon": LOOKS[one].icon,
                "count": f"over {COUNTED_TO:,}" if counts[one] >= COUNTED_TO else counts[one],
                "on": one is flaw,
            }
            for one in Flaw
        ],
        "rows": rows,
        "shared": shared,
        "shared_by": [(value, value == at_least) for value in SHARED_BY],
        "coming": look.coming,
        "further": further,
        "went_on": bool(after),
        "clean": not any(counts.values()),
    }
