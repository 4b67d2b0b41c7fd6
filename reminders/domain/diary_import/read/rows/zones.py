"""What letters such as EST or CET behind a time may stand for: several zones use each, so it is
asked.

Names of zones that are sure are read by `cells`.
"""

from __future__ import annotations

from reminders.domain.diary_import.questions import folded_value
from reminders.domain.diary_import.read.cells.when.time_zones import read_time_zone

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


def likely_zones(text: str) -> tuple[str, ...]:
    """The zones that letters such as EST may stand for, the likeliest first."""
    return _LETTERS.get(folded_value(text).strip("() ."), ())


def is_zone_word(text: str) -> bool:
    """Whether a word after a time is the name or the letters of a zone."""
    return bool(likely_zones(text)) or read_time_zone(text) is not None
