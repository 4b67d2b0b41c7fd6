"""What stands in the list of a day, and in which order: locations, what is earlier, now, visits.

Everything is a row of one list, so that a live look moves and replaces what changed and leaves the
rest alone. Past visits of today are folded into one row while something is still to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby

from django.core.paginator import Page

from reminders.domain.common.etags import digest
from reminders.domain.missed.history import Missed
from reminders.domain.pages.day_sheet import SETTLED, DayRow, DayStanding, DayState
from reminders.formatting import NEAR
from reminders.models import Location
from reminders.views.diary.day_rows import OVER, SheetLine

NOT_MARKED = frozenset(DayState) - SETTLED - {DayState.DECLINED}
"""States that leave open whether the patient came."""


@dataclass(frozen=True)
class Part:
    """One location's part of the day: `day` is its date, `today` the date on its clock now."""

    location: Location
    day: date
    today: date
    rows: Sequence[DayStanding]
    folded: Sequence[DayStanding]
    now: datetime

    @property
    def id(self) -> str:
        """As text, for ids of rows."""
        return str(self.location.pk)

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def when(self) -> str:
        """“Today”, “Tomorrow”, “Yesterday”, or nothing."""
        return NEAR.get((self.day - self.today).days, "")

    @property
    def clock(self) -> str:
        """The wall clock's name as people say it: “Sydney time”."""
        name = self.location.zone.rpartition("/")[2].replace("_", " ")
        return name if name == "UTC" else f"{name} time"

    @cached_property
    def next(self) -> int | None:
        """The first visit that is still to come; None without one, or on another day."""
        now = self.now.timestamp()
        return next((row.id for row in self.rows if row.starts > now), None)


@dataclass(frozen=True)
class Between:
    """A row of the list that is no visit; `kind` is place, earlier or now."""

    kind: str
    part: Part
    folded: int = 0
    not_marked: int = 0

    row: None = None
    """Tells it from a `SheetLine`."""

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.part.id}"

    @property
    def words(self) -> str:
        """How many are folded, and of how many nobody knows whether they came."""
        if not self.not_marked:
            return f"{self.folded} earlier"
        return f"{self.folded} earlier, {self.not_marked} not marked as arrived"

    @property
    def time(self) -> str:
        """What the location's clock shows."""
        return f"{self.part.now.astimezone(self.part.location.tz):%H:%M}"

    @property
    def instant(self) -> str:
        """For programs: now by ISO 8601."""
        return self.part.now.isoformat()

    @cached_property
    def digest(self) -> str:
        """Changes with anything shown but the time of now, which the browser turns by itself."""
        part = self.part
        named = (part.location.name, part.when, f"{part.day}", part.clock)
        return digest((self.kind, named, self.words, len(part.rows)))


def parts_of(
    rows: Sequence[DayStanding],
    places: Sequence[Location],
    days: dict[int, date],
    *,
    now: datetime,
    fold: bool,
) -> list[Part]:
    """The locations that have visits, each with what is shown and what is folded."""
    by_place = {pk: list(theirs) for pk, theirs in groupby(rows, key=lambda row: row.location_id)}
    parts = []
    for place in places:
        theirs = by_place.get(place.pk)
        if theirs is None:
            continue
        today = now.astimezone(place.tz).date()
        over = 0
        if fold and days[place.pk] == today:
            past = (now - OVER).timestamp()
            over = sum(row.starts < past for row in theirs)
            # In the evening the day is looked over: a sheet of nothing would help nobody.
            over = 0 if over == len(theirs) else over
        parts.append(Part(place, days[place.pk], today, theirs[over:], theirs[:over], now))
    return parts


def entries(
    page: Page[DayStanding],
    shown: Sequence[DayRow],
    parts: Sequence[Part],
    *,
    headed: bool,
    missed: Mapping[int, Missed],
) -> Iterator[Between | SheetLine]:
    """The rows of one page in their order; `headed`: each location's begin with its name.

    `missed` is how often each patient did not come.
    """
    full = {row.id: row for row in shown}
    by_place = {part.location.pk: part for part in parts}
    for pk, theirs in groupby(page, key=lambda row: row.location_id):
        part = by_place[pk]
        if headed:
            yield Between("place", part)
        standing = None
        for standing in theirs:
            if standing.id == part.rows[0].id and part.folded:
                yield _earlier(part)
            if part.is_today and standing.id == part.next:
                yield Between("now", part)
            # Deleted between the two statements: the next look has it right.
            if standing.id in full:
                row = full[standing.id]
                yield SheetLine(row, part.now, missed.get(row.contact_id))
        ends = standing is not None and standing.id == part.rows[-1].id
        if part.is_today and part.next is None and ends:
            yield Between("now", part)


def _earlier(part: Part) -> Between:
    not_marked = sum(row.state in NOT_MARKED for row in part.folded)
    return Between("earlier", part, folded=len(part.folded), not_marked=not_marked)


@dataclass(frozen=True)
class Jump:
    """A place further on in a long day: its words, the page where it is, and the row there."""

    words: str
    page: int
    row: str


def jumps(page: Page[DayStanding], parts: Sequence[Part]) -> list[Jump]:
    """Where a day of several pages may be entered: by the hour, or by location where there are
    several.
    """
    if page.paginator.num_pages == 1:
        return []
    found = _places(parts) if len(parts) > 1 else _hours(parts[0])
    per_page = page.paginator.per_page
    return [Jump(words, index // per_page + 1, row) for words, index, row in found]


def _places(parts: Sequence[Part]) -> Iterator[tuple[str, int, str]]:
    index = 0
    for part in parts:
        yield part.location.name, index, f"place-{part.id}"
        index += len(part.rows)


def _hours(part: Part) -> Iterator[tuple[str, int, str]]:
    before = -1
    for index, row in enumerate(part.rows):
        hour = datetime.fromtimestamp(row.starts, part.location.tz).hour
        if hour != before:
            yield f"{hour:02}:00", index, f"row-{row.id}"
        before = hour
