"""Read one row: cells into the values that are staged, or problems that name the column.

The hot path of an import: everything that repeats (dates, times, numbers, names of people who
treat) is looked up, and each row leaves as one line for COPY. What the values change is decided in
`matching`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from reminders.domain.clock.rule_schedule import FLAG_WORDS, read_wall_time
from reminders.domain.diary.patient_numbers import read_patient_number
from reminders.domain.diary_import.problems import Problems
from reminders.domain.diary_import.read.cells.cell_words import read_minutes, read_status
from reminders.domain.diary_import.read.cells.dates import DateReader, Start, UnreadableError
from reminders.domain.diary_import.read.cells.languages import read_language
from reminders.domain.diary_import.read.cells.names import folded, split_name, tidy, without_title
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.header.fields import FIELDS
from reminders.domain.diary_import.write.copying import copy_line
from reminders.domain.phones.notations import LONGEST_CELL
from reminders.domain.phones.parsing import (
    NOTE_WORDS,
    PhoneNote,
    PhoneNumber,
    PhoneProblem,
    read_phone,
)

CELL_SEPARATOR = "\x1f"
LONGEST = {
    "external_id": 100,
    "patient_id": 100,
    "first_name": 150,
    "last_name": 150,
    "name": 300,
    "location": 100,
    "practitioner": 100,
    "service": 100,
}
MOST_NAMES = 5_000
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class ImportLocation:
    """What reading a row needs to know of its location."""

    id: int
    zone: ZoneInfo
    country: str


class RowReader:
    """Turns rows into lines for COPY; problems are noted, not raised.

    `sites` are by casefolded name, `default` is for rows that name none. `known_names` holds the
    spelling of practitioners and services that exist, by field and casefolded name.
    """

    def __init__(
        self,
        columns: Columns,
        dates: DateReader,
        *,
        sites: Mapping[str, ImportLocation],
        default: ImportLocation | None,
        known_names: Mapping[str, dict[str, str]],
        problems: Problems,
    ) -> None:
        self.columns = columns
        self.dates = dates
        self.sites = dict(sites)
        self.default = default
        self.names = {name: dict(known_names.get(name, {})) for name in ("practitioner", "service")}
        self.problems = problems
        self.width = len(columns.header)
        self.places = {name: columns.places.get(name, -1) for name in FIELDS}
        self.others = columns.others
        self.phones: dict[tuple[str, str], tuple[str, str, str, str]] = {}
        self.starts: dict[tuple[str, str, str, int], tuple[str, str, str, str, str]] = {}
        self.durations: dict[str, str] = {}
        self.number = 0
        self.failed = False

    def line(self, number: int, cells: list[str]) -> str:
        """The row as one line of COPY text, with its line end; "" when something in it is wrong."""
        self.number, self.failed = number, False
        original = cells
        if len(cells) < self.width:
            cells = cells + [""] * (self.width - len(cells))
        cells = [cell.strip() for cell in cells]
        cells.append("")  # what a missing column reads, at place -1
        site = self._site(cells)
        external_id = self._short(cells, "external_id")
        patient_id = self._short(cells, "patient_id")
        if patient_id:
            patient_id = read_patient_number(patient_id)
        first, last = self._name(cells)
        if site is None:
            self._fail("location", *self._no_site(cells))
            return ""
        phone, given, kind, problem, note = self._phone(cells[self.places["phone"]], site)
        local_date, local_time, starts_at, flag, flag_words = self._known_start(cells, site)
        values = (
            str(number),
            CELL_SEPARATOR.join(original),
            external_id,
            patient_id,
            self._person(number, patient_id, phone, given, first, last),
            first,
            last,
            phone,
            given,
            kind,
            problem,
            str(site.id),
            local_date,
            local_time,
            starts_at,
            flag,
            self._duration(cells),
            self._known_name(cells, "practitioner"),
            self._known_name(cells, "service"),
            self._language(cells),
            self._status(cells),
            cells[self.places["notes"]],
            self._extra(cells) if self.others else "",
            f"{note} {flag_words}".strip() if note or flag_words else "",
        )
        return "" if self.failed else copy_line(values)

    def _fail(self, field: str, message: str, hint: str = "") -> None:
        self.failed = True
        column = self.columns.name_of(field) or FIELDS.get(field, field).lower()
        self.problems.add(message, row=self.number, column=column[:100], hint=hint)

    def _short(self, cells: list[str], field: str) -> str:
        text = cells[self.places[field]]
        if not text:
            return ""
        if len(text) > LONGEST[field] or not text.isprintable():
            text = tidy(text)
            if len(text) > LONGEST[field]:
                self._fail(
                    field,
                    f"This {FIELDS[field].lower()} has {len(text):,} characters; at most "
                    f"{LONGEST[field]} fit.",
                )
                return text[: LONGEST[field]]
        return text

    def _site(self, cells: list[str]) -> ImportLocation | None:
        text = cells[self.places["location"]]
        return self.sites.get(" ".join(text.split()).casefold()) if text else self.default

    def _no_site(self, cells: list[str]) -> tuple[str, str]:
        text = cells[self.places["location"]]
        if text:
            return (
                f"There is no location “{text[:60]}”. Correct the name, or create the location first.",
                "",
            )
        return "The row names no location. Fill it in.", "Or say which one with --location."

    def _name(self, cells: list[str]) -> tuple[str, str]:
        places = self.places
        first, last = cells[places["first_name"]], cells[places["last_name"]]
        if first or last:
            first, last = (
                without_title(self._short(cells, "first_name")),
                self._short(cells, "last_name"),
            )
            return (tidy(first), tidy(last)) if "  " in first or "  " in last else (first, last)
        whole = tidy(self._short(cells, "name"))
        if not whole:
            self._fail(
                "name" if places["name"] >= 0 else "first_name", "There is no name. Fill it in."
            )
            return "", ""
        first, last = split_name(whole)
        too_long = len(first) > 150 or len(last) > 150
        if too_long and len(tidy(cells[places["name"]])) <= LONGEST["name"]:
            self._fail("name", "A first or last name has more than 150 characters. Shorten it.")
        return first, last

    def _phone(self, raw: str, site: ImportLocation) -> tuple[str, str, str, str, str]:
        key = (raw, site.country)
        known = self.phones.get(key)
        if known is None:
            known = _read_phone(raw, site.country)
            if len(self.phones) > 30_000:
                self.phones.clear()
            if len(raw) <= LONGEST_CELL:
                self.phones[key] = known
        phone, kind, problem, note = known
        return phone, "" if problem == PhoneProblem.MISSING else raw[:100], kind, problem, note

    @staticmethod
    def _person(number: int, patient_id: str, phone: str, given: str, first: str, last: str) -> str:
        """What makes two rows of a file the same person; rows that give nothing to go by stay
        apart.

        Two names under one number are two people: then it is the number of a family's account.
        """
        if patient_id:
            return f"#{patient_id}/{folded(first + last)}"
        return f"{phone or given}/{folded(first + last)}" if given else f"!{number}"

    def _known_start(
        self, cells: list[str], site: ImportLocation
    ) -> tuple[str, str, str, str, str]:
        places = self.places
        both = cells[places["starts_at"]]
        day, at = ("", "") if both else (cells[places["date"]], cells[places["time"]])
        key = (both, day, at, site.id)
        known = self.starts.get(key)
        if known is None:
            known = self._start(cells, site)
            if len(self.starts) > 50_000:
                self.starts.clear()
            if known[0]:
                self.starts[key] = known
        return known

    def _start(self, cells: list[str], site: ImportLocation) -> tuple[str, str, str, str, str]:
        start = self._written_start(cells)
        if start is None:
            return "", "", "", "", ""
        if start.wall is not None:
            return _wall_time(start.wall, site.zone)
        assert start.instant is not None  # noqa: S101 -- one of the two is always set
        wall = start.instant.astimezone(site.zone).replace(tzinfo=None)
        return wall.date().isoformat(), wall.time().isoformat(), start.instant.isoformat(), "", ""

    def _written_start(self, cells: list[str]) -> Start | None:
        places, dates = self.places, self.dates
        both = cells[places["starts_at"]]
        day, at = cells[places["date"]], cells[places["time"]]
        try:
            if both:
                return dates.start(both)
        except UnreadableError as error:
            self._fail("starts_at", str(error))
            return None
        if places["date"] < 0:
            self._fail("starts_at", "There is no date and time. Fill it in.")
            return None
        return self._day_and_time(day, at)

    def _day_and_time(self, day: str, at: str) -> Start | None:
        read_day = self._reading("date", day, self.dates.date)
        read_time = self._reading("time", at, self.dates.time)
        if read_day is None or read_time is None:
            return None
        return Start(datetime.combine(read_day, read_time), None)

    def _reading(self, field: str, text: str, read: Callable[[str], _Read]) -> _Read | None:
        if not text:
            self._fail(field, f"There is no {field}. Fill it in.")
            return None
        try:
            return read(text)
        except UnreadableError as error:
            self._fail(field, str(error))
            return None

    def _duration(self, cells: list[str]) -> str:
        text = cells[self.places["duration"]]
        if not text:
            return ""
        known = self.durations.get(text)
        if known is not None:
            return known
        minutes = read_minutes(text)
        if minutes is None or minutes > 1440:
            self._fail(
                "duration", f"“{text[:20]}” is no length in minutes. Write a number from 1 to 1440."
            )
            return ""
        found = str(minutes) if minutes else ""
        if len(self.durations) < MOST_NAMES:
            self.durations[text] = found
        return found

    def _known_name(self, cells: list[str], field: str) -> str:
        text = cells[self.places[field]]
        if not text:
            return ""
        names = self.names[field]
        known = names.get(text)
        if known is None:
            spelling = tidy(self._short(cells, field))
            known = names.get(spelling.casefold()) or spelling
            names[spelling.casefold()] = known
            if len(text) <= LONGEST[field]:
                names[text] = known
            if len(names) > MOST_NAMES:
                self._fail(
                    field,
                    f"The column has thousands of different values: is it really the "
                    f"{FIELDS[field].lower()}?",
                )
        return known

    def _language(self, cells: list[str]) -> str:
        text = cells[self.places["language"]]
        if not text:
            return ""
        language = read_language(text)
        if language is None:
            self._fail(
                "language",
                f"“{text[:30]}” is no language. Write it like en, or English; or leave it blank.",
            )
            return ""
        return language

    def _status(self, cells: list[str]) -> str:
        text = cells[self.places["status"]]
        if not text:
            return ""
        status = read_status(text)
        if status is None:
            self._fail(
                "status",
                f"“{text[:30]}” is not a status that is understood. Write booked or cancelled.",
            )
            return ""
        return status

    def _extra(self, cells: list[str]) -> str:
        extra = {name[:100]: cells[place] for place, name in self.others if cells[place]}
        return json.dumps(extra, ensure_ascii=False) if extra else ""


def _read_phone(raw: str, country: str) -> tuple[str, str, str, str]:
    number = read_phone(raw, country)
    if isinstance(number, PhoneNumber):
        words = NOTE_WORDS[PhoneNote.SEVERAL] if number.note else ""
        return number.e164, str(number.kind), "", words
    return "", "", str(number), ""


def _wall_time(wall: datetime, zone: ZoneInfo) -> tuple[str, str, str, str, str]:
    read = read_wall_time(wall, zone)
    words = FLAG_WORDS[read.flag] if read.flag else ""
    return (
        wall.date().isoformat(),
        wall.time().isoformat(),
        read.at.isoformat(),
        read.flag or "",
        words,
    )
