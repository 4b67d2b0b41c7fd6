"""Read a date and time in one cell: a wall time, or an instant where the cell gives the offset or
zone.

A cell is taken apart wherever one side is wholly a date and the other wholly a time; where that can
be done in two ways that differ, it is refused.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from reminders.domain.clock.rule_schedule import read_wall_time
from reminders.domain.diary_import.read.cells.when.calendar_dates import (
    Numbers,
    number_refused,
    read_date,
    serial,
)
from reminders.domain.diary_import.read.cells.when.cell_text import (
    LONGEST,
    UnreadableError,
    bounded,
    shown,
)
from reminders.domain.diary_import.read.cells.when.time_zones import read_time_zone
from reminders.domain.diary_import.read.cells.when.times import (
    TimeSpan,
    read_clock,
    read_time_span,
)

_QUICK = re.compile(
    r"(\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})[ T]"
    r"(\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?)"
)
_BASIC = re.compile(r"((?:19|20)\d{6})T?(\d{2})(\d{2})(\d{2})?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_EPOCH = re.compile(r"(\d{10})(?:\.\d+|(\d{3}))?")
_DOTNET = re.compile(r"\\?/Date\((\d{9,10})\d{3}(?:[+-]\d{4})?\)\\?/")
"""Thousandths of a second since 1970, as programs of Microsoft write dates for each other."""
_OFFSET_BEHIND = re.compile(
    r"(?P<rest>.*\d(?:\s?[ap]\.?\s?m\.?)?)\s?"
    r"(?P<zone>Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)(?:\s[A-Z]{3,5})?"
    r"(?:\s?[\[(](?P<name>[^\])]{0,60})[\])])?",
    re.IGNORECASE | re.DOTALL,
)
_ZONE_BEHIND = re.compile(
    r"(?P<rest>.*\d(?:\s?[ap]\.?\s?m\.?)?)\s?"
    r"[\[(]?(?P<zone>[A-Z]{3,5}|[A-Za-z]+/[A-Za-z_/+-]+)[\])]?",
    re.DOTALL,
)
_TIME_BEFORE_OFFSET = re.compile(
    r".*(?:\d[:.]\d{2}(?:[.,]\d+)?|[ap]\.?\s?m\.?|T\d{4,6})\s?$", re.IGNORECASE
)
_FULL_CLOCK = re.compile(r".*(?:T\d{1,2}:\d{2}|\d:\d{2}:\d{2}(?:[.,]\d+)?)\s?$")
_REAL_WEST = re.compile(r"-(?:(?:0?[1-9]|1[0-2])(?::?00)?|0?(?:9|3|2):?30|0?0(?::?00)?)")
_NO_ZONES = frozenset({"UHR", "HRS", "NOON"})
_BETWEEN = re.compile(
    r"(?:\s?[,;|]\s?|\s-\s|\s|(?<=\d\d)T(?=\d))(?:(?:at|um|à|a las|alle|om|kl\.?|klo|o|às|um)\s)?"
)
_WHOLE_YEAR = re.compile(r"^\d{4}\b|\d{4}$")
_NOT_DIGITS_ALONE = re.compile(r"[:.]\d|\d\s?[hu時时点點시]|[^\W\d_]")


_DAY_LIKE = re.compile(r"(?=.*\d)(?:[\d./\\\- ]+|.*[^\W\d_].*)", re.DOTALL)
"""Digits with the signs of dates, or digits and a word: what else there is, is not looked at twice.
"""
_A_DIGIT = re.compile(r"\d")
_MOST_CUTS = 10
"""So many places at most may part the day from the time: "Wednesday, the 4th of March 2026, at 2
pm".
"""


class Start(NamedTuple):
    """A start as written: a wall time, or an instant when the file gives the offset.

    `ends` is a wall time or an instant like the start, where the same cell holds a stretch.
    """

    wall: datetime | None
    instant: datetime | None
    ends: datetime | None = None


def read_start(
    text: str,
    order: str,
    *,
    numbers: Numbers = Numbers.UNKNOWN,
    country: str = "",
    own: ZoneInfo | None = None,
) -> Start:
    """A date and time in one cell. Raises UnreadableError.

    `numbers` says what plain numbers are, `country` settles months that mean two, and `own` is the
    zone of the location, which alone tells whether an abbreviation such as AEST is the one meant.
    """
    if found := _QUICK.fullmatch(text):
        day = read_date(found[1], order, country=country)
        return Start(datetime.combine(day, read_time_span(found[2]).begins), None)
    plain = bounded(text, "date with a time", most=2 * LONGEST)
    if _NUMBER.fullmatch(plain) and not _BASIC.fullmatch(plain):
        return _from_number(plain, numbers, text)
    if found := _DOTNET.fullmatch(plain):
        return Start(None, datetime.fromtimestamp(int(found[1]), UTC))
    rest, zone = _zone_behind(plain)
    day, span = _taken_apart(rest, order, country, text)
    begins, ends = _walls(day, span)
    if not zone:
        return Start(begins, None, ends)
    meant = read_time_zone(zone, own=own, at=begins)
    if meant is None:
        raise UnreadableError(
            f"{shown(text)} names the time zone “{zone[:20]}”, which is not known for sure. "
            "Export times "
            f"without it, or with the offset, like +10:00."
        )
    return Start(None, _instant(begins, meant), ends and _instant(ends, meant))


def _from_number(plain: str, numbers: Numbers, text: str) -> Start:
    if numbers is Numbers.SERIAL and float(plain.replace(",", ".")) < 100_000:
        return Start(serial(plain, text), None)
    if numbers is Numbers.EPOCH and (found := _EPOCH.fullmatch(plain)):
        return Start(None, datetime.fromtimestamp(int(found[1]), UTC))
    raise number_refused(plain, text)


def _zone_behind(plain: str) -> tuple[str, str]:
    """The cell without the offset or zone at its end, and that; "" for none."""
    if (found := _OFFSET_BEHIND.fullmatch(plain)) and _TIME_BEFORE_OFFSET.fullmatch(found["rest"]):
        if found["zone"][:1] == "-" and not _FULL_CLOCK.fullmatch(found["rest"]):
            if not _REAL_WEST.fullmatch(found["zone"]):
                return plain, ""  # "10:00-10:30" is a stretch: no place is so far west
            _refuse_if_stretch(plain, found["rest"], found["zone"])
        return found["rest"].strip(), found["zone"]
    found = _ZONE_BEHIND.fullmatch(plain)
    if found and found["zone"] not in _NO_ZONES and _TIME_BEFORE_OFFSET.fullmatch(found["rest"]):
        return found["rest"].strip(), found["zone"]
    return plain, ""


def _refuse_if_stretch(plain: str, rest: str, zone: str) -> None:
    """Refuse "9:00-9:30": it may be half an hour, or nine o'clock on the Marquesas."""
    last, stretch = rest.split(" ")[-1], None
    with suppress(UnreadableError):
        stretch = read_time_span(f"{last} - {zone[1:]}").ends
    if stretch:
        raise UnreadableError(
            f"{shown(plain)} may end in a time or in an offset. Write “10:00 – 10:30”, or seconds "
            f"before the offset."
        )


def _taken_apart(plain: str, order: str, country: str, text: str) -> tuple[date, TimeSpan]:
    if found := _BASIC.fullmatch(plain):
        at = read_clock(":".join(part for part in found.groups()[1:] if part), text).at
        return read_date(found[1], order), TimeSpan(at, None)
    ways: set[tuple[date, TimeSpan]] = set()
    reason: UnreadableError | None = None
    cuts = list(_BETWEEN.finditer(plain))
    for cut in cuts if len(cuts) <= _MOST_CUTS else ():
        left, right = plain[: cut.start()].strip(" ,"), plain[cut.end() :].strip(" ,")
        for day_text, time_text in ((left, right), (right, left)):
            found_way, why = _way(day_text, time_text, order, country)
            if found_way:
                ways.add(found_way)
            reason = why or reason
    if len(ways) == 1:
        return ways.pop()
    raise (
        reason
        if reason and not ways
        else UnreadableError(
            f"{shown(text)} is not a date with a time. Write it like 2026-12-31 09:30."
        )
    )


def _way(
    day_text: str, time_text: str, order: str, country: str
) -> tuple[tuple[date, TimeSpan] | None, UnreadableError | None]:
    """One way to read a cut cell; if one half alone can be read, why the other one can not."""
    if len(day_text) < 5 or not _DAY_LIKE.fullmatch(day_text):
        return None, None
    if not (_A_DIGIT.search(time_text) or time_text.isalpha()):
        return None, None
    try:
        day = read_date(day_text, order, country=country)
    except UnreadableError as error:
        return None, error if "weekday" in str(error) or "contradicts" in str(error) else None
    if not _NOT_DIGITS_ALONE.search(time_text) and not _WHOLE_YEAR.search(day_text):
        return None, None  # "4 March 26 1030": where the year ends is not told
    try:
        return (day, read_time_span(time_text)), None
    except UnreadableError as error:
        return None, error


def _walls(day: date, span: TimeSpan) -> tuple[datetime, datetime | None]:
    begins = datetime.combine(day, span.begins)
    if span.ends is None:
        return begins, None
    over = span.ends <= span.begins  # only in the evening, or `times` would have refused it
    return begins, datetime.combine(day, span.ends) + timedelta(days=over)


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    if isinstance(zone, ZoneInfo):
        return read_wall_time(wall, zone).at
    try:
        return wall.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise UnreadableError(f"{shown(wall.isoformat())} is outside of the calendar.") from None
