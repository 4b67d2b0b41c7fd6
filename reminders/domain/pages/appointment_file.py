"""Appointments of some days and locations as a file for people: the columns that were chosen.

`export` is the same for programs, whose columns never change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from reminders.domain.common.csv_cells import csv_lines
from reminders.domain.links.addresses import hidden
from reminders.domain.pages.export import last_replies, last_texts
from reminders.domain.pages.words import text_state
from reminders.models import Appointment

MOST_DAYS = 366
_AT_ONCE = 2_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, what it reads, and how that is written."""

    head: str
    reads: tuple[str, ...]
    write: Callable[..., str] = lambda value: "" if value is None else str(value)
    usual: bool = True


def _local(form: str) -> Callable[[datetime, str], str]:
    return lambda at, zone: at.astimezone(ZoneInfo(zone)).strftime(form)


def _text_state(state: str | None) -> str:
    return text_state(state) if state else ""


COLUMNS: dict[str, Column] = {
    "date": Column("Date", ("starts_at", "location__zone"), _local("%Y-%m-%d")),
    "time": Column("Time", ("starts_at", "location__zone"), _local("%H:%M")),
    "duration": Column("Minutes", ("duration",), usual=False),
    "location": Column("Location", ("location__name",)),
    "practitioner": Column("Practitioner", ("practitioner__name",)),
    "service": Column("Service", ("service__name",), usual=False),
    "name": Column("Patient", ("contact__name",)),
    "phone": Column("Phone", ("contact__phone",)),
    "language": Column("Language", ("contact__language",), usual=False),
    "status": Column("Status", ("status",), lambda code: str(Appointment.Status(code).label)),
    "text": Column("Last text", ("message_state",), _text_state),
    "reply": Column("Last reply", ("last_reply",), lambda text: hidden(text or ""), usual=False),
    "external_id": Column("Id in the diary", ("external_id",), usual=False),
}
"""By name, in the order of the file. The usual ones are chosen until somebody chooses."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to stand in the file: local days, both inclusive, locations, names of columns."""

    first: date
    last: date
    location_ids: Collection[int]
    columns: Sequence[str]

    def appointments(self) -> QuerySet[Appointment]:
        """The rows, in the order of their start."""
        rows = Appointment.objects.filter(
            location__in=self.location_ids, local_date__range=(self.first, self.last)
        )
        return rows.order_by("starts_at", "pk")


def lines(wanted: Wanted, *, now: datetime) -> Iterator[str]:
    """The file, line by line; cells that a spreadsheet would run are made harmless."""
    return csv_lines(_rows(wanted, now=now))


def _rows(wanted: Wanted, *, now: datetime) -> Iterator[list[str]]:
    columns = [COLUMNS[name] for name in wanted.columns]
    yield [column.head for column in columns]
    reads = {name for column in columns for name in column.reads}
    rows: QuerySet[Any, Any] = wanted.appointments()
    # Looked up only where they are wanted: each costs as much as all the rest.
    if "message_state" in reads:
        rows = rows.annotate(message_state=last_texts(now))
    if "last_reply" in reads:
        rows = rows.annotate(last_reply=last_replies())
    # In portions through a cursor: a year of appointments must not lie in memory at once.
    for row in rows.values(*reads).iterator(chunk_size=_AT_ONCE):
        yield [column.write(*(row[name] for name in column.reads)) for column in columns]
