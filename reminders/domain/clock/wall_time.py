"""Wall times and instants: what a clock on the clinic's wall shows, and the moment in UTC that it
means.

Decides how a time that the clocks skip or repeat is read, and where a local day begins and ends.
Leaves to `sending_hours` and `timing` when something is sent.
"""

import importlib.metadata
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The tzdata package alone, not the machine's files: the version shown to staff is the one in use.
zoneinfo.reset_tzpath(to=())
ZoneInfo.clear_cache()

SECOND = timedelta(seconds=1)

Flag = Literal["gap", "twice"]
FLAG_WORDS: dict[Flag, str] = {
    "gap": (
        "The clocks go forward that day and skip this time. "
        "It was read as the time after the change."
    ),
    "twice": (
        "The clocks go back that day and show this time twice. It was read as the first of the two."
    ),
}


class WallTime(NamedTuple):
    """An instant in UTC read from a wall clock, and whether the clocks changed at that very
    time.
    """

    at: datetime
    flag: Flag | None


def tzdata_version() -> str:
    """The release of the time zone rules in use, such as "2026.1"."""
    return importlib.metadata.version("tzdata")


def zone(key: str) -> ZoneInfo:
    """The zone with this IANA name; raise ValueError, in words for staff, when there is none."""
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"Unknown time zone {key!r}. Give an IANA name such as Australia/Sydney."
        ) from error


def read_wall_time(local: datetime, zone: ZoneInfo) -> WallTime:
    """The instant in UTC that the naive `local` means in `zone`.

    A time that the clocks skip is shifted forward by the gap (02:30 becomes 03:30) and flagged
    "gap"; one that they show twice is the earlier of the two and flagged "twice". Raises ValueError
    for an aware datetime, and at the ends of the calendar (years 1 and 9999) where UTC has no date
    for it.
    """
    if local.tzinfo is not None:
        raise ValueError("A wall time is a naive datetime: it gets its zone from the location.")
    early, late = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    return WallTime(_utc(early), _flag(early, late))


def _flag(early: datetime, late: datetime) -> Flag | None:
    before, after = early.utcoffset(), late.utcoffset()
    if before == after or before is None or after is None:
        return None
    return "gap" if before < after else "twice"


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("This date is outside of the calendar (years 1 to 9999).") from error


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """The aware `at` as the clocks in `zone` show it; raise ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("An instant is an aware datetime.")
    return at.astimezone(zone)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day in `zone` at the aware instant `at`."""
    return local(at, zone).date()


@lru_cache(maxsize=4096)
def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of the calendar day in `zone` and of the next, in UTC: use as `start <= at <
    end`.

    A day may have 23, 24.5 or 25 hours, begin at 01:00, or be empty where a country skipped it.
    """
    return _first_instant(day, zone), _first_instant(day + timedelta(days=1), zone)


def _first_instant(day: date, zone: ZoneInfo) -> datetime:
    midnight = datetime.combine(day, time(), zone)
    early, late = midnight, midnight.replace(fold=1)
    if _flag(early, late) != "gap":
        return _utc(early)
    return jump_between(_utc(late), _utc(early), zone) or _utc(early)


def jump_between(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant after `start`, up to `end`, at which clocks in `zone` jump; None without a
    jump.

    Both are in UTC and lie close enough for one change of the clocks at most.
    """
    before = start.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == before:
        return None
    while end - start > SECOND:
        middle = start + (end - start) // (2 * SECOND) * SECOND
        if middle.astimezone(zone).utcoffset() == before:
            start = middle
        else:
            end = middle
    return end
