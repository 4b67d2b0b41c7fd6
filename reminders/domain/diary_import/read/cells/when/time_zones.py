"""Time zones as files name them: IANA, Windows, Rails and calendar names, offsets; never a guess.

An abbreviation means a zone only where the location's own zone is called so at that very moment:
"IST" is Ireland, Israel or India, and "EST" in July is what somebody wrote who meant EDT.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from reminders.domain.diary_import.read.cells.words import folded_word

LONGEST_ZONE = 80
"""Characters of a time zone's name at most."""
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+\-\u2212])\s?(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_UTC = re.compile(r"Z|UTC|GMT|Etc/UTC|Etc/GMT|Zulu", re.IGNORECASE)
_DISPLAY = re.compile(r"\((?:UTC|GMT)(?:[+-]\d{2}:\d{2})?\)\s?(.+)")
"""As Windows and Rails show zones: the offset is that of winter, the name is the zone."""
_ABBREVIATION = re.compile(r"[A-Z]{3,5}")
_IN_HEADER = re.compile(r"[(\[]([^)\]]{1,40})[)\]]\s*$|(?:^|[\s_.-])(utc|gmt)\s*$", re.IGNORECASE)
_FIRST_OFFSET, _LAST_OFFSET = timedelta(hours=-12), timedelta(hours=14)
_SAMPLE_DAYS = [datetime(2026, month, 15) for month in range(1, 13)]
_NOT_PLACES = ("Etc/", "US/", "Canada/", "SystemV/", "Brazil/", "Mexico/", "Chile/")
# What calendars call the zones of America, where the names of cities are seldom used.
_NAMES = {
    "America/New_York": "Eastern Time, Eastern Time US Canada, Eastern Time US and Canada, "
    "US Eastern",
    "America/Chicago": "Central Time, Central Time US Canada, Central Time US and Canada, "
    "US Central",
    "America/Denver": "Mountain Time, Mountain Time US Canada, Mountain Time US and Canada, "
    "US Mountain",
    "America/Los_Angeles": "Pacific Time, Pacific Time US Canada, Pacific Time US and Canada, "
    "US Pacific",
    "America/Phoenix": "Arizona, Arizona Time",
    "America/Anchorage": "Alaska, Alaska Time",
    "Pacific/Honolulu": "Hawaii, Hawaii Time, Hawaii Aleutian Time",
    "America/Halifax": "Atlantic Time, Atlantic Time Canada",
    "America/St_Johns": "Newfoundland, Newfoundland Time",
    "Europe/London": "UK Time, United Kingdom Time, British Time, UK Ireland Lisbon Time",
    "Europe/Paris": "Paris Time",
    "Europe/Berlin": "Berlin Time",
}

_LETTERS: dict[str, tuple[str, ...]] = {
    "utc": ("UTC",),
    "gmt": ("Europe/London", "UTC", "Africa/Accra"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "wet": ("Europe/Lisbon",),
    "west": ("Europe/Lisbon",),
    "cet": ("Europe/Berlin", "Europe/Paris", "Africa/Algiers"),
    "cest": ("Europe/Berlin", "Europe/Paris"),
    "mez": ("Europe/Berlin", "Europe/Vienna"),
    "mesz": ("Europe/Berlin", "Europe/Vienna"),
    "eet": ("Europe/Helsinki", "Europe/Athens", "Africa/Cairo"),
    "eest": ("Europe/Helsinki", "Europe/Athens"),
    "est": ("America/New_York", "Australia/Sydney", "America/Panama"),
    "edt": ("America/New_York", "Australia/Sydney"),
    "et": ("America/New_York",),
    "cst": ("America/Chicago", "Asia/Shanghai", "Australia/Adelaide"),
    "cdt": ("America/Chicago", "Australia/Adelaide"),
    "ct": ("America/Chicago",),
    "mst": ("America/Denver", "America/Phoenix"),
    "mdt": ("America/Denver",),
    "mt": ("America/Denver",),
    "pst": ("America/Los_Angeles", "Asia/Manila"),
    "pdt": ("America/Los_Angeles",),
    "pt": ("America/Los_Angeles",),
    "ast": ("America/Halifax", "Asia/Riyadh"),
    "aest": ("Australia/Sydney", "Australia/Brisbane"),
    "aedt": ("Australia/Sydney",),
    "acst": ("Australia/Adelaide", "Australia/Darwin"),
    "awst": ("Australia/Perth",),
    "nzst": ("Pacific/Auckland",),
    "nzdt": ("Pacific/Auckland",),
    "sast": ("Africa/Johannesburg",),
    "sgt": ("Asia/Singapore",),
    "hkt": ("Asia/Hong_Kong",),
    "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",),
    "wib": ("Asia/Jakarta",),
    "wita": ("Asia/Makassar",),
    "msk": ("Europe/Moscow",),
}
"""What letters behind a time may stand for, the likeliest first: several zones use each."""


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    zones = {zone for zone in available_timezones() if "/" in zone}
    # Cities by which two places are called give way, such as those that were moved in the data.
    places = [zone for zone in sorted(zones) if not zone.startswith(_NOT_PLACES)]
    cities = Counter(folded_word(zone.rsplit("/", 1)[1]) for zone in places)
    found = {
        city: zone
        for zone in places
        if cities[city := folded_word(zone.rsplit("/", 1)[1])] == 1 and "/" in zone
    }
    found |= {folded_word(name): zone for name, zone in get_global("windows_zone_mapping").items()}
    found |= {
        folded_word(name): zone for zone, names in _NAMES.items() for name in names.split(",")
    }
    return found | {zone.casefold(): zone for zone in zones}


def read_time_zone(
    text: str, *, own: ZoneInfo | None = None, at: datetime | None = None
) -> tzinfo | None:
    """The zone that a text names; None for one that is not known for sure.

    `own` is the location's zone and `at` the wall time meant: with both an abbreviation of that
    zone at that time is known too, and one of a zone of the same continent that no other shares.
    """
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST_ZONE:
        return None
    if own and at and _ABBREVIATION.fullmatch(plain):
        if at.replace(tzinfo=own).tzname() == plain:
            return own
        if near := _near(plain, own, at):
            return near
    return _named(plain)


def _near(letters: str, own: ZoneInfo, at: datetime) -> ZoneInfo | None:
    """A zone of the location's continent, if all that the letters may mean there are called so then
    and show the same time: PST in New York, but not in July.
    """
    continent = f"{own.key.partition('/')[0]}/"
    there = [ZoneInfo(zone) for zone in likely_zones(letters) if zone.startswith(continent)]
    walls = [at.replace(tzinfo=zone) for zone in there]
    called = {(wall.tzname(), wall.utcoffset()) for wall in walls}
    return there[0] if len(called) == 1 and letters in called.pop() else None


def likely_zones(text: str) -> tuple[str, ...]:
    """The zones that letters such as EST may stand for, the likeliest first."""
    return _LETTERS.get(folded_word(text), ())


def zone_in_header(name: str) -> str:
    """The word for a zone in the name of a column: "Start (UTC)", "start_time_utc"; "" for none."""
    found = _IN_HEADER.search(name)
    word = (found[1] or found[2]).strip() if found else ""
    return word if word and is_zone_word(word) else ""


def is_zone_word(text: str) -> bool:
    """Whether a word after a time is the name or the letters of a zone."""
    return bool(likely_zones(text)) or read_time_zone(text) is not None


@lru_cache(maxsize=1024)
def _named(plain: str) -> tzinfo | None:
    if _UTC.fullmatch(plain):
        return UTC
    if found := _OFFSET.fullmatch(plain):
        return _offset(found[1], int(found[2]), int(found[3] or 0))
    if display := _DISPLAY.fullmatch(plain):
        return _displayed(display[1])
    zone = _by_name().get(plain.casefold().replace(" ", "_")) or _by_name().get(folded_word(plain))
    return ZoneInfo(zone) if zone else None


def _displayed(names: str) -> tzinfo | None:
    """The zone of the cities that Windows lists behind an offset, if all that are known agree."""
    known = [
        ZoneInfo(zone)
        for name in (names, *re.split(r"[,(]", names))
        if (zone := _by_name().get(folded_word(name)))
    ]
    clocks = {tuple(day.replace(tzinfo=zone).utcoffset() for day in _SAMPLE_DAYS) for zone in known}
    return known[0] if len(clocks) == 1 else None


def _offset(sign: str, hours: int, minutes: int) -> tzinfo | None:
    offset = timedelta(hours=hours, minutes=minutes) * (1 if sign == "+" else -1)
    within = minutes < 60 and _FIRST_OFFSET <= offset <= _LAST_OFFSET
    return timezone(offset) if within else None
