"""The preview's reading of a file: rows as they were understood beside what they say, and new
names.

A row is read right or wrong at a glance by its weekday, its number and its greeting. A new name may
be one that is known already, written another way; whoever says so is asked for no other name again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.dateformat import format as format_date

from reminders.domain.diary_import.asking.answering import say_known
from reminders.domain.diary_import.pipeline import phone_words
from reminders.domain.diary_import.preview import READ
from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.questions import About, Answer
from reminders.domain.diary_import.uploads import MEANWHILE, OPEN, has_file
from reminders.domain.phones.parsing import display
from reminders.models import Appointment, Import, ImportRow, Practitioner, Service
from reminders.views.diary_import.questions import their_imports
from reminders.views.shared.asked import read_text
from reminders.views.shared.pages import StaffRequest, say, staff_action

MOST_OFFERED = 500
_WRITTEN = {
    "When": ("starts_at", "date", "time", "hour", "minute", "am_pm", "time_zone"),
    "Patient": ("name", "first_name", "last_name", "preferred_name"),
    "Phone": ("phone", "second_phone", "guardian_phone"),
    "Status": ("status", "cancelled", "cancelled_at"),
    "Where and with whom": ("location", "practitioner", "service", "duration", "ends_at"),
}
"""What is read, and the fields of the file that say it."""


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One thing as the file has it, and as it was understood; `note` is what becomes of it."""

    label: str
    written: str
    read: str
    note: str = ""
    strange: bool = False


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One row of the file as it was understood."""

    number: int
    cells: list[ReadCell]
    words: str


@dataclass(frozen=True, slots=True)
class NewName:
    """A practitioner or service whom nobody knows yet; `close` is who they may be."""

    n: int
    name: str
    rows: int
    close: str


@dataclass(frozen=True, slots=True)
class NewNames:
    """The new names of one kind, and those that are known, of which each may be one."""

    field: str
    words: str
    names: list[NewName]
    known: list[str]

    @property
    def alike(self) -> list[NewName]:
        """Those that are much like a known one: asked about first."""
        return [one for one in self.names if one.close]

    @property
    def others(self) -> list[NewName]:
        """The rest, who are likely new."""
        return [one for one in self.names if not one.close]


def understood(request: StaffRequest, row: Import) -> dict[str, Any]:
    """What the preview shows of it; nothing once the file is imported."""
    if row.state != Import.State.READY:
        return {}
    names = new_names(request, row)
    may_map = has_file(row) and any(kind.known for kind in names)
    return {"lines": read_lines(row), "names": names, "may_map": may_map}


def read_lines(row: Import) -> list[ReadLine]:
    """The first rows and one of each kind of doubt, as they were understood."""
    rows = ImportRow.objects.filter(of=row, before__has_key=READ).order_by("number")
    return [_line(row, line) for line in rows]


def _line(row: Import, line: ImportRow) -> ReadLine:
    read = (line.before or {})[READ]
    cannot = phone_words(line.cannot_be_reminded) if line.cannot_be_reminded else ""
    called = read["called"] or ""
    place = [f"{read['duration']} min" if read["duration"] else "", read["practitioner"]]
    values = {
        "When": (_when(read), "", False),
        "Patient": (
            read["name"],
            f"greeted as “{called}”" if called else "greeted by no name",
            False,
        ),
        "Phone": _phone(read, cannot),
        "Status": (_status(read["status"]), "", False),
        "Where and with whom": (
            ", ".join(filter(None, [read["location"], *place, read["service"]])),
            "",
            False,
        ),
    }
    cells = [
        ReadCell(label, _written(row, line, _WRITTEN[label]), *values[label]) for label in _WRITTEN
    ]
    return ReadLine(line.number, cells, line.words)


def _when(read: dict[str, Any]) -> str:
    """The start as it is read aloud: with weekday, month by name, and whose clock it is."""
    zone = ZoneInfo(read["zone"])
    start = datetime.fromisoformat(read["starts_at"]).astimezone(zone)
    clock = zone.key.rpartition("/")[2].replace("_", " ")
    return f"{format_date(start, 'D j F Y, H:i')} in {clock}"


def _phone(read: dict[str, Any], cannot: str) -> tuple[str, str, bool]:
    number = display(read["phone"], read["country"]) if read["phone"] else "none"
    return number, cannot, bool(cannot)


def _status(value: str) -> str:
    return str(Appointment.Status(value).label) if value in set(Appointment.Status) else value


def _written(row: Import, line: ImportRow, fields: Iterable[str]) -> str:
    """The cells that say it, as the file has them."""
    cells = dict(zip(row.header, line.cells, strict=False))
    named = [cells.get(name, "") for name in row.header if row.mapping.get(name) in fields]
    return " · ".join(cell.strip()[:80] for cell in named if cell.strip())


def new_names(request: StaffRequest, row: Import) -> list[NewNames]:
    """The practitioners and services that the file would add, as far as it is not imported yet."""
    found = []
    for field, words, people in _known(request):
        counted = row.counts.get(f"new_{field}s") or []
        if not counted or row.state != Import.State.READY:
            continue
        known = list(people.values_list("name", flat=True)[:MOST_OFFERED])
        found.append(NewNames(field, words, _names(counted, known), known))
    return found


def _known(
    request: StaffRequest,
) -> list[tuple[str, str, QuerySet[Practitioner] | QuerySet[Service]]]:
    """Who and what is known, and may be seen by the one who asks."""
    people, services = Practitioner.objects.all(), Service.objects.all()
    if request.scope.restricted:
        seen = request.scope.appointments()
        people = people.filter(pk__in=seen.values("practitioner"))
        services = services.filter(pk__in=seen.values("service"))
    return [("practitioner", "practitioners", people), ("service", "services", services)]


def _names(counted: Sequence[Sequence[Any]], known: Sequence[str]) -> list[NewName]:
    folded = {name.casefold(): name for name in known}
    names = []
    for n, (name, rows) in enumerate(counted):
        close = get_close_matches(name.casefold(), list(folded), 1, 0.8)
        names.append(NewName(n, name, rows, folded[close[0]] if close else ""))
    return names


@staff_action
def known_names(request: StaffRequest, pk: int) -> HttpResponse:
    """Take it that new names are known ones, as chosen, and have the file read again."""
    row = get_object_or_404(their_imports(request), pk=pk)
    if row.state not in OPEN or not has_file(row):
        say(request, MEANWHILE, tone="warning")
        return redirect("import", row.pk)
    answers = [
        answer for names in new_names(request, row) for answer in _chosen(request, row, names)
    ]
    if not answers:
        say(request, "Choose who it is first.", tone="warning")
        return redirect("import", row.pk)
    try:
        say_known(row, answers)
    except ImportRefused as refused:
        say(request, refused.problems[0].in_words(), tone="warning")
    return redirect("import", row.pk)


def _chosen(request: StaffRequest, row: Import, names: NewNames) -> list[Answer]:
    header = next((name for name, to in row.mapping.items() if to == names.field), "")
    chosen = {
        one.name: read_text(request.POST.get(f"{names.field}-{one.n}")) for one in names.names
    }
    return [
        Answer(About.MEANING, meaning, header, name)
        for name, meaning in chosen.items()
        if header and meaning in names.known
    ]
