"""When a visit begins, put together from all cells of a row that say so.

Every reading is remembered by the cells it was read from, so what a file lacks costs nothing. Which
instant a wall time is depends on a zone: the one that was answered for the file, else that of the
row, else that of the location.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time, tzinfo
from operator import itemgetter
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from reminders.domain.clock.rule_schedule import FLAG_WORDS, read_wall_time
from reminders.domain.diary_import.questions import Answers, folded_header
from reminders.domain.diary_import.read.cells.dates import DateReader, Start, UnreadableError
from reminders.domain.diary_import.read.cells.when.assumed import (
    Assumed,
    after_noon,
    agreed_kinds,
)
from reminders.domain.diary_import.read.cells.when.durations import minutes_between
from reminders.domain.diary_import.read.cells.when.time_zones import (
    is_zone_word,
    likely_zones,
    read_time_zone,
    zone_in_header,
)
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows.kinds import ImportLocation
from reminders.domain.diary_import.read.rows.meanings import (
    LOCATIONS_OWN,
    ValueColumn,
)

Fail = Callable[[str, str], None]
"""Notes a mistake in the row: the field and what is wrong."""
_Read = TypeVar("_Read")
_PARTS = ("starts_at", "date", "time", "hour", "minute", "am_pm", "time_zone")
_LAST_WORD = re.compile(r"(.*\d.*?)\s*[(\[]?([^\W\d_]{2,5}|[A-Z][a-z]+/[A-Z][\w/+-]+)[)\]]?")
HAS_HALF = re.compile(r"[ap]\.?\s?m\.?$", re.IGNORECASE)
_LONGEST = 120
REMEMBERED = 50_000
"""So many readings at most are kept."""


class ReadStart(NamedTuple):
    """A start as it is staged; `at` is its instant, `wall` the time as the row writes it.

    `stretch` are the minutes of a cell that holds beginning and end.
    """

    local_date: str
    local_time: str
    starts_at: str
    flag: str
    words: str
    at: datetime | None
    wall: datetime | None
    stretch: str = ""


NO_START = ReadStart("", "", "", "", "", None, None)


class StartReader:
    """Reads the starts of one file.

    `zone_words` are names of zones behind times that nobody knows, `other_zones` those of a column
    that differ from the location's while nobody has said whose the times are; both with the first
    row and the location's zone. `in_header` is the word for a zone in the name of a column,
    `header_with_zone`.
    """

    def __init__(
        self,
        columns: Columns,
        dates: DateReader,
        *,
        answers: Answers,
        values: dict[str, list[ValueColumn]],
        fail: Fail,
    ) -> None:
        self.dates = dates
        self.number = 0
        self.zone_words: dict[str, tuple[int, str]] = {}
        self.other_zones: dict[str, tuple[int, str]] = {}
        self._places = {name: columns.places.get(name, -1) for name in _PARTS}
        self._has = {name for name, place in self._places.items() if place >= 0}
        self._values = values
        self._fail = fail
        header = folded_header(columns.name_of("time_zone"))
        self._twelve = Assumed.TWELVE_HOURS in agreed_kinds(answers.agreed)
        self._each_own = answers.columns.get(header) == "time_zone"
        self._whole = read_time_zone(answers.time_zone)
        named = (columns.name_of("time"), columns.name_of("starts_at"), columns.name_of("date"))
        self.header_with_zone = next(filter(zone_in_header, named), "")
        self.in_header = zone_in_header(self.header_with_zone)
        self._starts: dict[tuple[object, ...], ReadStart] = {}
        self._key = itemgetter(*(sorted(self._places[name] for name in self._has) or [-1]))

    def start(self, cells: list[str], site: ImportLocation) -> ReadStart:
        """The start of a row; NO_START after a mistake."""
        key = (site.id, self._key(cells))
        known = self._starts.get(key)
        if known is None:
            known = self._read(cells, site)
            if len(self._starts) > REMEMBERED:
                self._starts.clear()
            if known.local_date:
                self._starts[key] = known
        return known

    def has_no_half(self, text: str) -> bool:
        """Whether a time leaves AM or PM to its column."""
        return ("am_pm" in self._has or self._twelve) and not HAS_HALF.search(text)

    def _cell(self, cells: list[str], field: str) -> str:
        return cells[self._places[field]]

    def _read(self, cells: list[str], site: ImportLocation) -> ReadStart:
        found = self._written(cells, site)
        if found is None:
            return NO_START
        start, behind = found
        named = behind or self._whole or self._zone_of_row(cells)
        zone = named or site.zone
        staged = _as_staged(start, zone, site.zone)
        if self.in_header and named is None and start.wall is not None:
            self._see_header(start, staged, site)
        begins = start.wall or start.instant
        if start.ends and begins and (minutes := minutes_between(begins, start.ends)):
            staged = staged._replace(stretch=str(minutes))
        if named and not (behind or self._whole or self._each_own) and start.wall is not None:
            at_site = _as_staged(start, site.zone, site.zone)
            if at_site.at != staged.at:
                # Some programs write the patient's zone beside a time that is the clinic's.
                written = self._cell(cells, "time_zone")
                self.other_zones.setdefault(written, (self.number, site.zone.key))
        return staged

    def _see_header(self, start: Start, staged: ReadStart, site: ImportLocation) -> None:
        """Note a zone in the column's name by which the visit would begin at another time."""
        word = self.in_header
        if site.zone.key in likely_zones(word) and word.casefold() != "gmt":
            return  # "AEST" in summer, too, is what Sydney's clocks are called
        zone = read_time_zone(word, own=site.zone, at=start.wall)
        if zone is None or _as_staged(start, zone, site.zone).at != staged.at:
            self.zone_words.setdefault(word, (self.number, site.zone.key))

    def _zone_of_row(self, cells: list[str]) -> tzinfo | None:
        if "time_zone" not in self._has:
            return None
        meaning = self._values["time_zone"][0].meaning(self._cell(cells, "time_zone"))
        return read_time_zone(meaning) if meaning and meaning != LOCATIONS_OWN else None

    def _written(
        self, cells: list[str], site: ImportLocation
    ) -> tuple[Start, tzinfo | None] | None:
        """What the cells say, and the zone whose name stands behind the time."""
        both = self._cell(cells, "starts_at")
        if both:
            text = self._with_half(both, cells)
            if not text:
                return None
            start, word = self._apart("starts_at", text, self.dates.start)
            if start is None:
                return None
            return start, self._zone_behind(word, start.wall, site)
        if "date" not in self._has:
            self._fail("starts_at", "There is no date and time. Fill it in.")
            return None
        day = self._reading("date", self._cell(cells, "date"), self.dates.date)
        written = self._written_time(cells)
        if not written:
            self._fail("hour" if "hour" in self._has else "time", "There is no time. Fill it in.")
            return None
        text = self._with_half(written, cells)
        if not text:
            return None
        at, word = self._apart("time", text, self.dates.span)
        if day is None or at is None:
            return None
        ends = datetime.combine(day, at.ends) if at.ends else None
        begins = datetime.combine(day, at.begins)
        return Start(begins, None, ends), self._zone_behind(word, begins, site)

    def _zone_behind(self, word: str, at: datetime | None, site: ImportLocation) -> tzinfo | None:
        """The zone of the letters behind a time; those that nobody knows then are noted."""
        if not word:
            return None
        zone = self._whole or read_time_zone(word, own=site.zone, at=at)
        if zone is None:
            self.zone_words.setdefault(word, (self.number, site.zone.key))
        return zone

    def _written_time(self, cells: list[str]) -> str:
        text = self._cell(cells, "time")
        if text or "hour" not in self._has:
            return text
        # 9.0 is what a spreadsheet makes of 9.
        hour, minute = (self._cell(cells, part).removesuffix(".0") for part in ("hour", "minute"))
        return f"{hour}:{(minute or '0').zfill(2)}" if hour else ""

    def _with_half(self, text: str, cells: list[str]) -> str:
        """The time with the AM or PM of its own column, unless it says so itself; "" after a
        mistake.
        """
        if "am_pm" not in self._has:
            return after_noon(text) if self._twelve else text
        half = self._values["am_pm"][0].meaning(self._cell(cells, "am_pm"))
        if own := HAS_HALF.search(text):
            if not half or own[0][0].lower() == half[0]:
                return text
            self._fail("am_pm", f"“{text[:40]}” and this column contradict each other.")
            return ""
        if half:
            return f"{text} {half}"
        # Without AM or PM only a time that cannot be of the other half of the day is read.
        at = self._plain_time(text)
        if at is None or 1 <= at.hour <= 12:
            self._fail("am_pm", "AM or PM is missing. Fill it in.")
            return ""
        return text

    def _plain_time(self, text: str) -> time | None:
        with suppress(UnreadableError):
            return self.dates.time(text)
        with suppress(UnreadableError):
            wall = self.dates.start(text).wall
            return wall.time() if wall else time(23)
        return None

    def _reading(self, field: str, text: str, read: Callable[[str], _Read]) -> _Read | None:
        if not text:
            self._fail(field, f"There is no {field}. Fill it in.")
            return None
        try:
            return read(text)
        except UnreadableError as error:
            self._fail(field, str(error))
            return None

    def _apart(
        self, field: str, text: str, read: Callable[[str], _Read]
    ) -> tuple[_Read | None, str]:
        """A time, and the word for a zone behind it; "" where there is none."""
        try:
            return read(text), ""
        except UnreadableError as error:
            unreadable = str(error)
        found = _LAST_WORD.fullmatch(text) if len(text) <= _LONGEST else None
        if found and is_zone_word(found[2]):
            with suppress(UnreadableError):
                return read(found[1].strip()), found[2]
        self._fail(field, unreadable)
        return None, ""


def without_zone(text: str) -> str:
    """A time without the name of a zone behind it."""
    found = _LAST_WORD.fullmatch(text) if len(text) <= _LONGEST else None
    return found[1].strip() if found and is_zone_word(found[2]) else text


def _as_staged(start: Start, zone: tzinfo, local: ZoneInfo) -> ReadStart:
    """A start in the words of the staging table; date and time are those of the location's
    clock.
    """
    if start.instant is not None:
        wall = start.instant.astimezone(local).replace(tzinfo=None)
        return _put(wall, start.instant, "", written=wall)
    assert start.wall is not None  # noqa: S101  # one of the two is always set
    if not isinstance(zone, ZoneInfo):
        at, flag = start.wall.replace(tzinfo=zone).astimezone(UTC), ""
    else:
        read = read_wall_time(start.wall, zone)
        at, flag = read.at, read.flag or ""
    if zone is local:
        return _put(start.wall, at, flag, written=start.wall)
    return _put(at.astimezone(local).replace(tzinfo=None), at, flag, written=start.wall)


def _put(wall: datetime, at: datetime, flag: str, *, written: datetime) -> ReadStart:
    words = next((text for name, text in FLAG_WORDS.items() if name == flag), "")
    return ReadStart(
        wall.date().isoformat(), wall.time().isoformat(), at.isoformat(), flag, words, at, written
    )
