"""Read one row: cells into the values that are staged, a reason to pass it over, or its mistakes.

The hot path of an import: everything that repeats (dates, times, numbers, names of people who
treat) is looked up, columns that the file lacks are asked for nothing, and each row leaves as one
line for COPY. What the values change is decided in `matching`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from reminders.domain.diary_import.problems import Problems, refuse
from reminders.domain.diary_import.questions import Answers
from reminders.domain.diary_import.read.cells.dates import DateReader
from reminders.domain.diary_import.read.cells.names import tidy
from reminders.domain.diary_import.read.cells.when.assumed import Assumed, agreed_kinds
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.header.fields import FIELDS
from reminders.domain.diary_import.read.neighbours import is_above
from reminders.domain.diary_import.read.rows.asides import AsideReader
from reminders.domain.diary_import.read.rows.kinds import (
    CELL_SEPARATOR,
    LONGEST,
    MOST_NAMES,
    ImportLocation,
)
from reminders.domain.diary_import.read.rows.left_out import (
    LeftOut,
    Reason,
    blocked_name,
    names_columns_otherwise,
    why_no_appointment,
)
from reminders.domain.diary_import.read.rows.lengths import LengthReader
from reminders.domain.diary_import.read.rows.meanings import (
    CANCELLED,
    LEAVE_OUT,
    LOCATIONS_OWN,
    YES,
    by_meaning,
)
from reminders.domain.diary_import.read.rows.people import (
    MARK_MEANS,
    MUST_NOT,
    OFF,
    ConsentReader,
    NameReader,
    PhoneReader,
    patient_number,
    person_key,
    short,
)
from reminders.domain.diary_import.read.rows.starts import ReadStart, StartReader
from reminders.domain.diary_import.read.rows.statuses import StatusReader
from reminders.domain.diary_import.read.rows.widths import RowWidths
from reminders.domain.diary_import.write.copying import copy_line

MOST_KEPT = 1_000
"""The cells of so many rows with mistakes are kept, to be shown with them."""
LONGEST_KEPT = 100
"""Characters of a column's name under which its cells are kept with a visit."""
_TWO_ORDERS = (
    "The header stands here once more with its columns in another order: these are two exports, "
    "one below the other. Import each by itself."
)
_WHATEVER_ELSE = (Reason.STATUS, Reason.ALL_DAY)
"""Reasons to leave a row out, whatever else is wrong with it."""
_PHONES = ("phone", "second_phone")
_PERSON = ("name", "first_name", "last_name", "phone", "second_phone")


class RowReader:
    """Turns rows into lines for COPY; mistakes are noted, not raised.

    `sites` are by casefolded name, None for one whose rows are left out; `default` is for rows that
    name none. `known_names` holds the spelling of practitioners and services that exist, by field
    and casefolded name. With `leave_past` visits of days before today are left out. `widths` tells
    which rows have lost a cell or won one.
    """

    def __init__(
        self,
        columns: Columns,
        dates: DateReader,
        *,
        sites: Mapping[str, ImportLocation | None],
        default: ImportLocation | None,
        known_names: Mapping[str, dict[str, str]],
        problems: Problems,
        now: datetime,
        answers: Answers | None = None,
        leave_past: bool = False,
        widths: RowWidths | None = None,
    ) -> None:
        self.columns = columns
        self.answers = answers or Answers()
        self.sites = dict(sites)
        self.default = default
        self.names = {name: dict(known_names.get(name, {})) for name in ("practitioner", "service")}
        self.problems = problems
        self.now = now
        self.left_out = LeftOut()
        self.mistakes: dict[int, list[str]] = {}
        self.faulty_ids: list[str] = []
        self.number = 0
        self._leave_past, self._widths = leave_past, widths or RowWidths(columns)
        self._above = "date" in columns.places and Assumed.SAME_DAY in agreed_kinds(
            self.answers.agreed
        )
        self._day = ""
        self._todays: dict[int, str] = {}
        self._failed: list[tuple[str, str, str]] = []
        self._width = len(columns.header)
        self._places = {name: columns.places.get(name, -1) for name in FIELDS}
        self._others = columns.others
        self._values = values = by_meaning(columns, self.answers)
        self._name = NameReader(columns, fail=self._fail).name
        self._phone = PhoneReader(columns, self.answers).phone
        self.starts = StartReader(
            columns, dates, answers=self.answers, values=values, fail=self._fail
        )
        self._lengths = LengthReader(
            columns, self.starts, agreed=self.answers.agreed, fail=self._fail
        )
        self.statuses = StatusReader(values, now=now, fail=self._fail)
        self._consent = ConsentReader(values)
        self._asides = AsideReader(columns, self.answers)
        self._all_day = values.get("all_day", [])
        self._has_end = "ends_at" in columns.places
        self._looks_closer = self._has_end or leave_past

    def line(self, number: int, cells: list[str]) -> str:
        """The row as one line of COPY text, with its line end; "" when it is passed over or
        wrong.
        """
        self.number = self.starts.number = number
        original = cells
        if len(cells) < self._width:
            cells = cells + [""] * (self._width - len(cells))
        cells = [cell.strip() for cell in cells]
        cells.append("")  # what a missing column reads, at place -1
        if self._above:
            self._take_day_from_above(cells)
        if self._all_day and self._is_all_day(cells):
            self.left_out.add(Reason.ALL_DAY, number, original)
            return ""
        site = self._site(cells)
        if site is None:
            return self._without_site(cells, original)
        values, reason = self._read(number, cells, site)
        if len(original) != self._width and (moved := self._widths.mistake(original)):
            self._fail("", moved)
        if self._failed and reason not in _WHATEVER_ELSE:
            return self._refused(cells, original)
        if reason is not None:
            self._failed.clear()
            self.left_out.add(reason, number, original)
            return ""
        return copy_line((str(number), CELL_SEPARATOR.join(original), *values))

    def _take_day_from_above(self, cells: list[str]) -> None:
        place = self._places["date"]
        if is_above(cells[place]):
            cells[place] = self._day
        self._day = cells[place]

    def _read(
        self, number: int, cells: list[str], site: ImportLocation
    ) -> tuple[tuple[str, ...], Reason | None]:
        places = self._places
        external_id = cells[places["external_id"]]
        if external_id:
            external_id = short(external_id, "external_id", self._fail)
        patient_id = cells[places["patient_id"]]
        if patient_id:
            patient_id = patient_number(patient_id, self._fail)
        first, last, preferred, texts = name = self._name(cells)
        phone = self._phone(cells, site.country)
        start = self.starts.start(cells, site)
        status = self.statuses.status(cells, start, number)
        if self._asides.says:
            status, texts = self._with_asides(cells, status, texts)
        if texts == OFF:
            status, texts = CANCELLED, ""
        number_, given, kind, problem, note = phone
        reason = None
        if not given or self._looks_closer or status == LEAVE_OUT:
            reason = self._why_left_out(cells, start, site, status=status, has_phone=bool(given))
        words = f"{note} {start.words}".strip() if note or start.words else ""
        values = (
            external_id,
            patient_id,
            person_key(number, patient_id, phone, name),
            first,
            last,
            number_,
            given,
            kind,
            problem,
            str(site.id),
            start.local_date,
            start.local_time,
            start.starts_at,
            start.flag,
            self._lengths.minutes(cells, start),
            self._known_name(cells, "practitioner"),
            self._known_name(cells, "service"),
            self._language(cells),
            status,
            cells[places["notes"]],
            self._extra(cells) if self._others else "",
            words,
            preferred,
            self._consent.texts(cells, texts) if self._consent.says else texts,
        )
        return values, reason

    def _with_asides(self, cells: list[str], status: str, texts: str) -> tuple[str, str]:
        """The status and the wish of a row with what columns say that nothing else is read from."""
        for said in self._asides.said(cells):
            if said in (CANCELLED, LEAVE_OUT):
                status = said if status != LEAVE_OUT else status
            else:
                texts = min(filter(None, (MARK_MEANS.get(said, MUST_NOT), texts)))
        return status, texts

    def _why_left_out(
        self,
        cells: list[str],
        start: ReadStart,
        site: ImportLocation,
        *,
        status: str,
        has_phone: bool,
    ) -> Reason | None:
        if status == LEAVE_OUT:
            return Reason.STATUS
        if not has_phone and (reason := blocked_name(self._written_name(cells))):
            return reason
        if self._has_end and self._lengths.is_whole_day(cells, start):
            return Reason.ALL_DAY
        is_past = self._leave_past and start.local_date < self._today(site)
        return Reason.PAST if is_past and start.local_date else None

    def _today(self, site: ImportLocation) -> str:
        """The date at the location, as starts are compared with it."""
        if site.id not in self._todays:
            self._todays[site.id] = self.now.astimezone(site.zone).date().isoformat()
        return self._todays[site.id]

    def _written_name(self, cells: list[str]) -> str:
        places = self._places
        parts = (cells[places[name]] for name in ("first_name", "last_name"))
        return " ".join(filter(None, parts)) or cells[places["name"]]

    def _is_all_day(self, cells: list[str]) -> bool:
        return any(column.meaning(cells[column.place]) == YES for column in self._all_day)

    def _fail(self, field: str, message: str, hint: str = "") -> None:
        self._failed.append((field, message, hint))

    def _refused(self, cells: list[str], original: list[str]) -> str:
        """Pass the row over where its own words say that it is no appointment, else note
        mistakes.
        """
        failed, self._failed = self._failed, []
        patient = any(cells[self._places[name]] for name in _PERSON)
        if names_columns_otherwise(self.columns.header, cells):
            raise refuse(_TWO_ORDERS, row=self.number)
        reason = why_no_appointment(self.columns.header, cells[:-1], patient=patient)
        if reason is None and not any(cells[self._places[name]] for name in _PHONES):
            reason = blocked_name(self._written_name(cells))
        if reason is not None:
            self.left_out.add(reason, self.number, original)
            return ""
        self.faulty_ids.append(cells[self._places["external_id"]])
        if len(self.mistakes) < MOST_KEPT:
            self.mistakes[self.number] = original
        for field, message, hint in failed:
            column = self.columns.name_of(field) or FIELDS.get(field, field).lower()
            self.problems.add(message, row=self.number, column=column[:100], hint=hint)
        return ""

    def _site(self, cells: list[str]) -> ImportLocation | None:
        text = cells[self._places["location"]]
        return self.sites.get(" ".join(text.split()).casefold()) if text else self.default

    def _without_site(self, cells: list[str], original: list[str]) -> str:
        text = " ".join(cells[self._places["location"]].split())
        if text.casefold() in self.sites:
            self.left_out.add(Reason.LOCATION, self.number, original)
            return ""
        if text:
            self._fail(
                "location",
                f"There is no location “{text[:60]}”. Correct the name, or create the location "
                "first.",
            )
        else:
            self._fail(
                "location",
                "The row names no location. Fill it in.",
                "Or say which one with --location.",
            )
        return self._refused(cells, original)

    def _known_name(self, cells: list[str], field: str) -> str:
        text = cells[self._places[field]]
        if not text:
            return ""
        names = self.names[field]
        known = names.get(text)
        if known is None:
            told = self.answers.meaning_of(self.columns.name_of(field), text)
            spelling = tidy(short(told or text, field, self._fail))
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
        text = cells[self._places["language"]]
        if not text:
            return ""
        language = self._values["language"][0].meaning(text)
        if language is None:
            self._fail(
                "language",
                f"“{text[:30]}” is no language. Write it like en, or English; or leave it blank.",
            )
        return "" if language in (None, LOCATIONS_OWN) else language

    def _extra(self, cells: list[str]) -> str:
        extra = {name[:LONGEST_KEPT]: cells[place] for place, name in self._others if cells[place]}
        return json.dumps(extra, ensure_ascii=False) if extra else ""
