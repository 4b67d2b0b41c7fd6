"""Columns with a name that nobody knows: asked about where they could change what a row means.

A yes or no, a word of cancelling or of consent is never kept in silence, and neither are
the codes of a column that may be the status. Free text, numbers and the rest are only kept.
"""

from __future__ import annotations

from reminders.domain.diary_import.read.header.content import Profile
from reminders.domain.diary_import.read.header.fields import PHONES
from reminders.domain.diary_import.read.header.names.vocabulary import LIKELY
from reminders.domain.diary_import.read.header.sheet import Sheet

FLAGS = [
    ("may_text", "Yes means that the patient may be texted"),
    ("no_texts", "Yes means that the patient must not be texted"),
    ("cancelled", "Yes means that the visit is cancelled"),
    ("active", "Yes means that the visit takes place"),
    ("left_out", "Yes means that it is no visit: leave these rows out"),
]
_CHANNEL = ("channel", "How the patient wants to be reminded")
_STATUS = [
    ("status", "Yes: the status"),
    ("cancelled", "It tells that a visit is cancelled"),
]
_MOST_CODES = 8
_MOST_STATUSES = 12
_LONGEST_CODE = 3
_MOSTLY_WISHES = 0.5
"""The share of a column's different values that are wishes about texts, where all of it is read so.
"""
_MOST_ASKED = 2
"""Columns of words about which it is asked whether they are what the visit is for, or with whom."""


def choose_unknown(sheet: Sheet) -> None:
    """Ask about each of them that could matter."""
    for place in sorted(sheet.free):
        told = not sheet.profiles[place].filled or _says_whom_to_text(sheet, place)
        if not told and _is_unknown(sheet, place):
            _see_marks(sheet, place)
    _see_codes(sheet)
    _see_colours(sheet)
    _see_words(sheet)


def _is_unknown(sheet: Sheet, place: int) -> bool:
    """Whether the name tells nothing to act on; a phone's name tells nothing of a yes or no."""
    kinds = sheet.named[place].kinds
    return not any(much >= LIKELY for much in kinds.values()) or bool(kinds.keys() & PHONES.keys())


def _says_whom_to_text(sheet: Sheet, place: int) -> bool:
    """Ask about a column of words of consent, whatever it is called."""
    profile, label = sheet.profiles[place], sheet.label(place)
    if sheet.strength(place, "marketing", "notes", "reason") >= LIKELY:
        return False
    # A lone word among others is asked about by itself, once all rows are read.
    wishes = profile.share("consent") >= _MOSTLY_WISHES
    channels = profile.mostly("channel") and profile.any("consent") and profile.distinct > 1
    if (wishes or channels) and _mostly_filled(profile):
        words = f"“{label}” seems to tell who may be texted. What is it?"
        kinds = [*FLAGS[:2], _CHANNEL] if not channels else [_CHANNEL, *FLAGS[:2]]
        sheet.ask_one(place, words, kinds)
    return place not in sheet.free


def _holds_statuses(profile: Profile, *, told: bool) -> bool:
    """Whether several words are mostly ones of a status; one is enough where nothing tells it."""
    if profile.distinct < 2:
        return False
    if profile.any("status") and profile.mostly("maybe status"):
        return True
    return profile.any("maybe status") and not (told or profile.any("digits"))


def _is_told(sheet: Sheet) -> bool:
    """Whether some column already tells which visits take place."""
    return bool({"status", "cancelled", "cancelled_at"} & sheet.places.keys())


def _mostly_filled(profile: Profile) -> bool:
    return profile.filled * 2 >= len(profile.cells)


def _see_marks(sheet: Sheet, place: int) -> None:
    profile, label = sheet.profiles[place], sheet.label(place)
    if profile.is_flags:
        words = f"“{label}” says yes or no. What does it mean?"
        sheet.ask_one(
            place, words, FLAGS, keep_first=not sheet.strength(place, "may_text", "no_texts")
        )
    elif (
        profile.distinct <= _MOST_STATUSES
        and _mostly_filled(profile)
        and (profile.any("cancelled") or _holds_statuses(profile, told=_is_told(sheet)))
    ):
        words = f"“{label}” seems to tell what became of a visit. Is it the status?"
        sheet.ask_one(place, words, _STATUS)


def _see_codes(sheet: Sheet) -> None:
    """Where no column tells a status, a column of a few short codes may do so."""
    if _is_told(sheet):
        return
    for place in sorted(sheet.free):
        named = bool(sheet.strength(place, "status"))
        if _is_unknown(sheet, place) and _holds_codes(sheet.profiles[place], named=named):
            words = f"Does “{sheet.label(place)}” tell what became of a visit?"
            kinds = _STATUS[:1]
            if "service" not in sheet.places:
                kinds = [*kinds, ("service", "What the visit is for")]
            sheet.ask_one(place, words, kinds, keep_first=True)


def _see_colours(sheet: Sheet) -> None:
    """A list kept by hand may tell by a colour who has cancelled."""
    if _is_told(sheet):
        return
    for place in sheet.called("colour"):
        profile = sheet.profiles[place]
        if 2 <= profile.distinct <= _MOST_CODES and profile.distinct < profile.filled:
            words = f"Does “{sheet.label(place)}” tell what became of a visit?"
            sheet.ask_one(place, words, _STATUS[:1], keep_first=True)


def _holds_codes(profile: Profile, *, named: bool) -> bool:
    """A few short codes that repeat; under a name like "St." each may stand once."""
    few = 2 <= profile.distinct <= _MOST_CODES and (named or profile.distinct < profile.filled)
    return few and all(len(value) <= _LONGEST_CODE for value in profile.values)


def _see_words(sheet: Sheet) -> None:
    """Where nobody is named as treating, or nothing as treatment, a column of words that repeat may
    be either.
    """
    missing = [kind for kind in ("service", "practitioner") if kind not in sheet.places]
    found = [n for n in sorted(sheet.free) if _is_unknown(sheet, n) and _repeats(sheet.profiles[n])]
    for place in found[:_MOST_ASKED] if missing else ():
        titled = sheet.profiles[place].mostly("titled")
        kinds = sorted(missing, key=lambda kind: (kind == "practitioner") != titled)
        said = {"service": "What the visit is for", "practitioner": "Who is seen"}
        if not _is_told(sheet):
            kinds, said = [*kinds, "status"], said | {"status": "What became of the visit"}
        words = f"What does “{sheet.label(place)}” tell?"
        sheet.ask_one(place, words, [(kind, said[kind]) for kind in kinds])


def _repeats(profile: Profile) -> bool:
    return (
        profile.what in ("", "name")
        and profile.share("letters") >= 0.8
        and (profile.distinct * 2 <= profile.filled or profile.mostly("titled"))
    )
