"""The tables of an import's preview and outcome: which rows stand under which heading, and how they
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.dateformat import format as format_date

from reminders.domain.diary_import.pipeline import phone_words
from reminders.domain.diary_import.read.header.fields import FIELDS
from reminders.models import Appointment, Import, ImportRow

Outcome = ImportRow.Outcome
LABELS = {
    "date": "Date",
    "time": "Time",
    "location": "Location",
    "name": "Patient",
    "phone": "Phone",
    "practitioner": "Practitioner",
    "service": "Service",
    "duration": "Minutes",
    "notes": "Notes",
    "external_id": "Diary id",
    "patient_id": "Patient number",
    "status": "Status",
    "language": "Language",
}
PATIENT_FIELDS = ("name", "phone", "language", "patient_id")
SHOWN_FIELDS = (
    "name",
    "first_name",
    "last_name",
    "phone",
    "date",
    "time",
    "starts_at",
    "location",
    "practitioner",
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One heading with its rows; `count` is of all of them, also where only the first are kept."""

    key: str
    words: str
    count: int
    rows: QuerySet[ImportRow]


@dataclass(frozen=True, slots=True)
class PreviewCell:
    """One cell, under its column's name; `reason` says what is wrong with it, or to be known
    (`mild`).
    """

    name: str
    text: str
    reason: str = ""
    mild: bool = False


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One row of the file as it was written; `reason` is what concerns all of it."""

    number: int
    cells: list[PreviewCell]
    reason: str
    appointment_id: int | None


def tabs(row: Import) -> list[Tab]:
    """The headings that have rows, the most important first."""
    rows, counts = ImportRow.objects.filter(of=row).order_by("number"), row.counts
    flagged = rows.exclude(words="").exclude(outcome=Outcome.ERROR)
    found = [
        _errors(row, rows.filter(outcome=Outcome.ERROR)),
        Tab("changed", "changed", counts.get("changed", 0), rows.filter(outcome=Outcome.CHANGED)),
        _patients(counts.get("changed_contacts", 0), rows),
        Tab("new", "new", counts.get("new", 0), rows.filter(outcome=Outcome.NEW)),
        Tab("gone", "gone from the file", counts.get("gone", 0), rows.filter(outcome=Outcome.GONE)),
        Tab(
            "cannot",
            "can’t be reminded",
            counts.get("cannot_be_reminded", 0),
            rows.exclude(cannot_be_reminded=""),
        ),
        Tab("flagged", "to look at", counts.get("flagged", 0) or flagged[:1].count(), flagged),
    ]
    return [tab for tab in found if tab.count]


def _errors(row: Import, rows: QuerySet[ImportRow]) -> Tab:
    """Rows with mistakes: all of a file that was refused, those that are left of another."""
    count = rows.count()
    if row.state != Import.State.REFUSED:
        return Tab("errors", "left, with a mistake", count, rows)
    return Tab("errors", "to correct" if count == 1 else "rows to correct", count, rows)


def _patients(count: int, rows: QuerySet[ImportRow]) -> Tab:
    """The patients whom the file changes; of several rows of one patient, one is marked."""
    words = "patient changed" if count == 1 else "patients changed"
    return Tab("patients", words, count, rows.filter(before__patient_row=True))


def button_words(counts: dict[str, Any], *, cancel: bool) -> str:
    """What the one button does: “Import 248 appointments, withdraw 3 messages, send 12 at once”."""
    appointments = counts.get("new", 0) + counts.get("changed", 0)
    words = (
        [f"Import {appointments:,} {_plural('appointment', appointments)}"] if appointments else []
    )
    gone = counts.get("gone", 0) if cancel else 0
    if gone:
        words.append(f"cancel {gone:,} that {'is' if gone == 1 else 'are'} gone")
    withdrawn = counts.get("to_withdraw_with_gone" if cancel else "to_withdraw", 0)
    if withdrawn:
        words.append(f"withdraw {withdrawn:,} {_plural('message', withdrawn)}")
    if counts.get("at_once"):
        words.append(f"send {counts['at_once']:,} at once")
    text = ", ".join(words)
    return text[:1].upper() + text[1:]


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def problem_lines(row: Import, rows: Iterable[ImportRow]) -> dict[str, Any]:
    """Rows of the file with each reason above its cell, under the columns that matter."""
    lines = list(rows)
    reasons = _reasons(row, lines)
    places = _places(row, {column for of_row in reasons.values() for column in of_row})
    return {
        "header": [
            (row.header[place], FIELDS.get(row.mapping.get(row.header[place], ""), ""))
            for place in places
        ],
        "lines": [_line(row, line, places, reasons.get(line.number, {})) for line in lines],
    }


def _reasons(row: Import, lines: Sequence[ImportRow]) -> dict[int, dict[str, str]]:
    """What is wrong by row and column; "" stands for the row as a whole."""
    reasons: dict[int, dict[str, str]] = {}
    phone = next((name for name, meaning in row.mapping.items() if meaning == "phone"), "")
    for line in lines:
        of_row = reasons.setdefault(line.number, {})
        if line.words:
            of_row[line.column] = line.words
        if line.cannot_be_reminded:
            of_row[phone] = phone_words(line.cannot_be_reminded)
    for problem in row.problems:
        if problem.get("row") in reasons:
            reasons[problem["row"]].setdefault(problem.get("column") or "", problem["message"])
    return reasons


def _places(row: Import, with_reasons: set[str]) -> list[int]:
    meaning = {n: row.mapping.get(name, "") for n, name in enumerate(row.header)}
    shown = [
        n
        for n, name in enumerate(row.header)
        if meaning[n] in SHOWN_FIELDS or name in with_reasons - {""}
    ]
    return shown or list(range(min(len(row.header), 8)))


def _line(
    row: Import, line: ImportRow, places: Sequence[int], reasons: dict[str, str]
) -> PreviewLine:
    mild = line.outcome != Outcome.ERROR
    names = [row.header[place] for place in places]
    cells = [
        PreviewCell(
            name, line.cells[place] if place < len(line.cells) else "", reasons.get(name, ""), mild
        )
        for place, name in zip(places, names, strict=True)
    ]
    whole = " ".join(reason for column, reason in reasons.items() if column not in names)
    return PreviewLine(line.number, cells, whole, line.appointment_id)


def changed_lines(rows: Iterable[ImportRow]) -> list[dict[str, Any]]:
    """Old beside new for each changed row."""
    lines = list(rows)
    appointments = _appointments(lines)
    return [
        {
            "number": line.number,
            "appointment": appointments.get(line.appointment_id or 0),
            "words": line.words,
            "changes": _changes(line.before or {}),
        }
        for line in lines
    ]


def patient_lines(rows: Iterable[ImportRow]) -> list[dict[str, Any]]:
    """For each changed patient who it is, by the former name, and old beside new."""
    lines = []
    for line in rows:
        before = line.before or {}
        patient = before["patient"]
        name = f"{patient.get('first_name', '')} {patient.get('last_name', '')}".strip()
        of_patient = {field: before[field] for field in PATIENT_FIELDS if field in before}
        lines.append(
            {
                "number": line.number,
                "id": patient["id"],
                "name": name,
                "changes": _changes(of_patient),
            }
        )
    return lines


def _changes(before: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    changes = [
        (label, *(_in_words(name, value) for value in before[name]))
        for name, label in LABELS.items()
        if name in before
    ]
    if "other columns" in before:
        old, new = before["other columns"]
        changes += [
            (name, old.get(name, ""), value)
            for name, value in new.items()
            if old.get(name) != value
        ]
    return changes


def _in_words(name: str, value: Any) -> Any:
    if name == "date" and value:
        return format_date(date.fromisoformat(value), "D j M Y")
    if name == "time" and value:
        return str(value)[:5]
    return Appointment.Status(value).label if name == "status" and value else value


def gone_lines(rows: Iterable[ImportRow]) -> list[Appointment]:
    """The appointments that the file no longer has, in the order of their start."""
    lines = list(rows)
    found = _appointments(lines)
    return [found[line.appointment_id] for line in lines if line.appointment_id in found]


def _appointments(lines: Sequence[ImportRow]) -> dict[int, Appointment]:
    ids = [line.appointment_id for line in lines if line.appointment_id]
    rows = Appointment.objects.select_related("contact", "location", "practitioner")
    return rows.in_bulk(ids)
