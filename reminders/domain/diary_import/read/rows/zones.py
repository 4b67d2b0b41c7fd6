"""Time zones as files name them: of the world's table, of Windows, cities, offsets.

Letters such as EST or CET are not read: several zones use each, and some have another name in
summer. They are asked about, with the zones that they may be.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from reminders.domain.diary_import.questions import folded_value

LONGEST = 80
_OFFSET = re.compile(r"(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?([0-5]\d))?")
_OFFSET_BEFORE = re.compile(r"\((?:utc|gmt)(?:[+-]\d{1,2}:?\d{2})?\)\s*")
_NOISE = re.compile(r"\s*[-(]?\s*\b(?:us (?:&|and) canada|us)\b\)?")
_NAMES = {
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "atlantic time (canada)": "America/Halifax",
    "newfoundland": "America/St_Johns",
    "arizona": "America/Phoenix",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "london time": "Europe/London",
    "uk": "Europe/London",
    "uk, ireland, lisbon time": "Europe/London",
    "edinburgh": "Europe/London",
    "canberra": "Australia/Sydney",
    "wellington": "Pacific/Auckland",
}
"""Names of calendars and of clinics' software that stand in no table of zones."""
_LETTERS: dict[str, tuple[str, ...]] = {
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
}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    known: dict[str, set[str]] = {}
    for zone in available_timezones():
        region, _, city = zone.rpartition("/")
        # Etc/GMT+5 is five hours behind: the sign stands the other way round there.
        if region and not region.startswith(("Etc", "SystemV", "posix", "right")):
            known.setdefault(city.replace("_", " ").lower(), set()).add(zone)
            known[zone.replace("_", " ").lower()] = {zone}
    found = {name: zones.pop() for name, zones in known.items() if len(zones) == 1}
    windows = {name.lower(): zone for name, zone in get_global("windows_zone_mapping").items()}
    return found | windows | _NAMES


@lru_cache(maxsize=1024)
def read_zone(text: str) -> tzinfo | None:
    """The zone that a cell names for certain; None for letters that several zones use, and the
    rest.
    """
    if len(text) > LONGEST:
        return None
    plain = folded_value(text).replace("_", " ")
    if plain in ("z", "utc", "etc/utc", "utc+0", "utc+00:00", "coordinated universal time"):
        return ZoneInfo("UTC")
    if found := _OFFSET.fullmatch(plain):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    names = _by_name()
    bare = _OFFSET_BEFORE.sub("", plain)
    short = _NOISE.sub("", bare).strip()
    zone = names.get(plain) or names.get(bare) or names.get(short)
    return ZoneInfo(zone) if zone else None


def likely_zones(text: str) -> tuple[str, ...]:
    """The zones that letters such as EST may stand for, the likeliest first."""
    return _LETTERS.get(folded_value(text).strip("() ."), ())


def is_zone_word(text: str) -> bool:
    """Whether a word after a time is the name or the letters of a zone."""
    return bool(likely_zones(text)) or read_zone(text) is not None
