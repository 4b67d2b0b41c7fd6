"""The hours in which a location may text: whether a moment is quiet, and the nearest allowed one.

Decides by the wall clock of the location, on days when the clocks change too. What a rule does with
a quiet moment is the business of `timing`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminders.domain.clock.closed_days import NEVER_CLOSED, ClosedDays
from reminders.domain.clock.wall_time import day_bounds, jump_between

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LAST_MINUTE = time(23, 59)
EVERY_DAY = frozenset(range(1, 8))
SEARCHED_DAYS = 400
"""So far a working day is looked for; a location that has none in it is taken to have no days off.
"""


@dataclass(frozen=True, slots=True)
class SendingHours:
    """When a location texts: from `opens` to `closes` by its wall clock, every day of the week.

    The closing minute still counts: with 20:00 a text may go at 20:00:59. Hours may run over
    midnight (18:00 to 02:00); opens == closes means all day. Seconds are dropped. `open_days` are
    the ISO weekdays (Monday is 1) on which staff are there, `closed` the dates on which they are
    not all the same; both matter to rules for open days only. An empty set means every day.
    """

    zone: ZoneInfo
    opens: time
    closes: time
    open_days: frozenset[int] = EVERY_DAY
    closed: ClosedDays = NEVER_CLOSED
    _first: int = field(init=False, repr=False, compare=False)
    _last: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.open_days <= EVERY_DAY:
            raise ValueError("Open days are ISO weekdays: 1 (Monday) to 7 (Sunday).")
        put = object.__setattr__  # the only way to fill in a frozen dataclass
        put(self, "opens", self.opens.replace(second=0, microsecond=0))
        put(self, "closes", self.closes.replace(second=0, microsecond=0))
        put(self, "open_days", frozenset(self.open_days) or EVERY_DAY)
        put(self, "_first", self.opens.hour * 60 + self.opens.minute)
        put(self, "_last", self.closes.hour * 60 + self.closes.minute)

    def allow(self, minute: int) -> bool:
        """Whether texts may go in this minute of the day (0 to 1439) on the location's wall
        clock.
        """
        # Over midnight, or all day where both are the same: then what is not between them is
        # allowed.
        if self._first < self._last:
            return self._first <= minute <= self._last
        return minute >= self._first or minute <= self._last or self._first == self._last


def is_quiet(at: datetime, hours: SendingHours) -> bool:
    """Whether no text may go at the aware instant `at`. Knows the hours, not the open days."""
    shown = at.astimezone(hours.zone)
    return not hours.allow(shown.hour * 60 + shown.minute)


def is_open_day(day: date, hours: SendingHours) -> bool:
    """Whether staff are there on this calendar day of the location."""
    return day.isoweekday() in hours.open_days and not hours.closed.holds(day)


def last_open_day(day: date, hours: SendingHours) -> date:
    """This day, or the last one before it on which staff are there."""
    days = (day - n * DAY for n in range(SEARCHED_DAYS))
    return next((one for one in days if is_open_day(one, hours)), day)


def next_open(at: datetime, hours: SendingHours, *, open_days_only: bool = False) -> datetime:
    """The first instant from `at` on, in UTC, at which texts may go; `at` itself when it is
    allowed.

    With `open_days_only` it also lies on a day when staff are there, by the calendar.
    """
    day = at.astimezone(hours.zone).date()
    if not is_quiet(at, hours) and (is_open_day(day, hours) or not open_days_only):
        return at.astimezone(UTC)
    # From today on: `at` may be quiet in the morning, and the opening still be of this day.
    days = (day + n * DAY for n in range(SEARCHED_DAYS))
    edges = (
        edge
        for day in days
        if is_open_day(day, hours) or not open_days_only
        for edge in _edges(hours, day).starts
        if edge >= at
    )
    return next(edges, None) or next_open(at, hours)


def previous_open(at: datetime, hours: SendingHours, *, open_days_only: bool = False) -> datetime:
    """The last instant up to `at`, in UTC, at which texts may go; `at` itself when it is allowed.

    Coming from quiet hours this is the closing time to the minute. With `open_days_only` it also
    lies on a day when staff are there, by the calendar: with hours over midnight Friday's last
    minute is 23:59.
    """
    day = at.astimezone(hours.zone).date()
    if not is_quiet(at, hours) and (is_open_day(day, hours) or not open_days_only):
        return at.astimezone(UTC)
    days = (day - n * DAY for n in range(SEARCHED_DAYS))
    edges = (
        edge
        for day in days
        if is_open_day(day, hours) or not open_days_only
        for edge in reversed(_edges(hours, day).ends)
        if edge <= at
    )
    return next(edges, None) or previous_open(at, hours)


@dataclass(frozen=True, slots=True)
class _Edges:
    """Where allowed stretches of one local day may begin and end, in UTC and in order."""

    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]


@lru_cache(maxsize=16_384)
def _edges(hours: SendingHours, day: date) -> _Edges:
    begin, end = day_bounds(day, hours.zone)
    # Where the clocks jump, a stretch may begin or end at a wall time that is not given.
    jump = jump_between(begin, end, hours.zone)
    starts, ends = (
        [begin, *_readings(day, hours.opens, hours.zone)],
        [*_readings(day, LAST_MINUTE, hours.zone)],
    )
    ends += _readings(day, hours.closes, hours.zone)
    if jump is not None:
        starts.append(jump)
        ends.append(jump - MINUTE)

    def allowed(edges: list[datetime]) -> tuple[datetime, ...]:
        # A set: both readings of a wall time are the same moment on most days.
        return tuple(sorted({at for at in edges if begin <= at < end and not is_quiet(at, hours)}))

    return _Edges(allowed(starts), allowed(ends))


def _readings(day: date, wall: time, zone: ZoneInfo) -> Iterator[datetime]:
    """Both instants that a wall time may mean: the same one twice unless the clocks change."""
    for fold in (0, 1):
        yield datetime.combine(day, wall.replace(fold=fold), zone).astimezone(UTC)
