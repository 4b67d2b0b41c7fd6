"""Data quality: numbers that keep texts from arriving, and people who may be there twice, each a
click away from being corrected.
"""

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
from reminders.views.shared.forms import country_of
from reminders.views.shared.lists import cut
from reminders.views.shared.locations import everybodys
from reminders.views.shared.pages import StaffRequest, staff_page
from reminders.views.worklists import likely_pairs


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
    Flaw.MINOR: FlawLook(
        "Child alone",
        "person",
        "Under age by your rule, on a number that is theirs alone: nobody is known who is texted "
        "in their place. Open the patient to say who is.",
    ),
    Flaw.OF_AGE: FlawLook(
        "Of age, no number",
        "call-off",
        "Old enough to be texted themselves, but there is no number of their own.",
    ),
}
TWICE = FlawLook(
    "There twice?",
    "person-check",
    "Two entries that may be one person. Look at both; nothing is changed before you say so.",
)
SHARED_BY = (2, 4, 8)
Counts = dict[str, int]


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """One flaw's list, with the counts of all of them."""
    ids = everybodys(request)
    now = timezone.now()
    look = FlawSearch(
        None if ids is None else tuple(ids),
        coming=request.GET.get("who") != "all",
        now=now,
        # Who is booked nowhere may be a patient of a site that this user does not see.
        unbooked=not request.scope.restricted,
    )
    pairs = likely_pairs.visible(request, ids=ids, coming=look.coming, now=now)
    counts: Counts = {str(flaw): count for flaw, count in count_flaws(look).items()}
    counts[likely_pairs.TWICE] = likely_pairs.count(pairs, most=COUNTED_TO)
    first = next((kind for kind in counts if counts[kind]), str(Flaw.MISSING))
    kind = read_choice(request.GET.get("flaw"), counts, otherwise=first)
    context = _page(kind, look, counts) | {"went_on": bool(read_id(request.GET.get("after")))}
    if kind == likely_pairs.TWICE:
        found = likely_pairs.shown(request, pairs, now=now)
        context |= {"pairs": found, "further": found.further, "country": country_of(request.scope)}
    else:
        context |= _numbers(request, look, Flaw(kind))
    return render(request, "data_quality.html", context)


def _page(kind: str, look: FlawSearch, counts: Counts) -> dict[str, Any]:
    looks: dict[str, FlawLook] = {str(flaw): LOOKS[flaw] for flaw in Flaw}
    looks[likely_pairs.TWICE] = TWICE
    return {
        "flaw": kind,
        "look": looks[kind],
        "filters": [
            {
                "flaw": one,
                "words": looks[one].title,
                "icon": looks[one].icon,
                "count": f"over {COUNTED_TO:,}" if number >= COUNTED_TO else number,
                "on": one == kind,
            }
            for one, number in counts.items()
        ],
        "coming": look.coming,
        # What staff said of pairs stands there also when nothing is left to do.
        "clean": not any(counts.values()) and kind != likely_pairs.TWICE,
    }


def _numbers(request: StaffRequest, look: FlawSearch, flaw: Flaw) -> dict[str, Any]:
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
        "rows": rows,
        "shared": shared,
        "shared_by": [(value, value == at_least) for value in SHARED_BY],
        "further": further,
    }
