"""What a change did: two equal periods beside each other, also as a file and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reminders.domain.common.csv_cells import csv_lines
from reminders.domain.pages.figures.chance import Share, Verdict
from reminders.domain.pages.figures.change import Change, Figures, change
from reminders.domain.pages.figures.cost import Cost
from reminders.domain.pages.figures.periods import EARLIEST
from reminders.domain.pages.figures.switched_on import switched_on
from reminders.domain.pages.statistics import KEPT, ensure_fresh
from reminders.domain.trail.write import Kind, note
from reminders.formatting import fine_share, lasting
from reminders.views.shared.asked import read_choice
from reminders.views.shared.days import day_field, read_day
from reminders.views.shared.locations import places, zone
from reminders.views.shared.pages import StaffRequest, staff_page

WEEKS = (4, 8, 13, 26)
TONES = {
    Verdict.FEWER: "confirmed",
    Verdict.MORE: "declined",
    Verdict.NO_DIFFERENCE: "nothing",
    Verdict.TOO_FEW: "check",
    Verdict.NOTHING: "check",
}
ICONS = {Verdict.FEWER: "check-circle", Verdict.MORE: "warning"}


class Line(NamedTuple):
    """One figure of both periods; `more` stands small below it."""

    name: str
    before: str
    after: str
    before_more: str = ""
    after_more: str = ""


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The page: what is compared is `?on=`, a day, and at most so many `?weeks=` on either side."""
    now = timezone.now()
    today = now.astimezone(zone(request)).date()
    weeks = read_choice(request.GET.get("weeks"), WEEKS, otherwise=WEEKS[1])
    # Four weeks back: something is to be seen before anything was chosen.
    on = read_day(request, "on") or today - timedelta(weeks=4)
    # Dates of an address may be of the year 1, from which no week can be taken.
    on = max(on, EARLIEST)
    ensure_fresh(since=max(on - timedelta(weeks=weeks), today - KEPT), now=now)
    found = change(on, weeks=weeks, today=today, places=places(request))
    if found and request.GET.get("as") == "csv":
        return _file(found, on)
    context = {
        "on": on,
        "on_field": day_field(request, "on", on),
        "weeks": [(value, value == weeks) for value in WEEKS],
        "rules": switched_on(request.scope, zone=zone(request)),
        "found": found,
        "lines": list(_lines(found)) if found else [],
        "tone": TONES[found.missed] if found else "",
        "icon": ICONS.get(found.missed, "info") if found else "",
        "unpriced": _unpriced(found) if found else [],
        "places": [place.name for place in places(request)],
    }
    return render(request, "statistics/change.html", context)


def _file(found: Change, on: date) -> HttpResponse:
    note(Kind.DOWNLOAD, details={"file": "change", "on": str(on)})
    rows: list[list[str]] = [["figure", "before", "", "after", ""], ["days", *_days(found)]]
    rows += [
        [one.name, one.before, one.before_more, one.after, one.after_more] for one in _lines(found)
    ]
    rows.append([found.words])
    response = HttpResponse("".join(csv_lines(rows)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="before-and-after-{on}.csv"'
    return response


def _days(found: Change) -> Iterator[str]:
    for one in (found.before.period, found.after.period):
        yield str(one.first)
        yield str(one.last)


def _lines(found: Change) -> Iterator[Line]:
    sides = (found.before, found.after)
    yield Line("Visits", *(f"{one.visits:,}" for one in sides))
    yield _shares("Missed, of those marked", *(one.missed for one in sides))
    yield _shares("Confirmed", *(one.confirmed for one in sides))
    yield Line("Cost of texts", *map(_money, sides), *(_parts(one.cost) for one in sides))
    yield Line(
        "First answer, half of them within",
        *(_took(one.speed.median) for one in sides),
        *(f"{one.speed.answered:,} texts answered" for one in sides),
    )
    yield Line("Nine of ten within", *(_took(one.speed.slow) for one in sides))
    yield _shares("Handed over within a minute of due", *(one.speed.on_time for one in sides))
    yield _shares("Replies that needed nobody", *(one.speed.alone for one in sides))


def _shares(name: str, before: Share, after: Share) -> Line:
    return Line(
        name,
        fine_share(before.value),
        fine_share(after.value),
        _between(before),
        _between(after),
    )


def _between(share: Share) -> str:
    if share.interval is None:
        return ""
    low, high = share.interval
    return f"{share.part:,} of {share.whole:,}; {100 * low:.1f} to {100 * high:.1f} %"


def _money(one: Figures) -> str:
    return one.cost.words or "–"


def _parts(cost: Cost) -> str:
    words = f"{cost.units:,} parts in {cost.texts:,} texts"
    return f"{words}, {cost.billed:,} as billed" if cost.billed else words


def _took(value: timedelta | None) -> str:
    return lasting(value) if value is not None else "–"


def _unpriced(found: Change) -> list[tuple[str, Any]]:
    """Countries whose texts are in no sum, as there is no price."""
    both = (*found.before.cost.unpriced, *found.after.cost.unpriced)
    return sorted({country: "" for country, _ in both}.items())
