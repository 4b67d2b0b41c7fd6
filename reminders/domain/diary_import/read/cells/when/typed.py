"""A day, or a day with a time, as people type it into a form: "1 Dec", "1/12 2:30 pm", "tomorrow".

Read by the same rules as a diary's cells; what a person leaves out is today's, since they are there
to look at what was understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date

from reminders.domain.diary_import.read.cells.when.assumed import FROM_A_DAY, Assumed, forms, near
from reminders.domain.diary_import.read.cells.when.calendar_dates import DMY, read_date
from reminders.domain.diary_import.read.cells.when.cell_text import LONGEST, UnreadableError
from reminders.domain.diary_import.read.cells.when.month_names import usual_order
from reminders.domain.diary_import.read.cells.when.starts import read_start

_SAMPLE = date(2026, 12, 31)


class Typed(NamedTuple):
    """What was typed; `at` is the time, where there was one."""

    day: date
    at: time | None = None


def read_typed(text: str, *, country: str, today: date) -> Typed | None:
    """The day that is meant, by the habits of a country; None for what is none or may be two.

    Without a year it is the one that lies nearest, from two months back to ten ahead.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    order = usual_order(country) or DMY
    found = _read(text, order, country)
    if found:
        return found
    ways = {way for way in _assumed(text, order, country, today) if way}
    return ways.pop() if len(ways) == 1 else None


def _assumed(text: str, order: str, country: str, today: date) -> Iterator[Typed | None]:
    for kind, form in forms(text, today, order=order, country=country):
        if kind not in FROM_A_DAY:
            continue
        way = _read(form, order, country)
        if way and (kind is Assumed.RELATIVE or near(way.day, today)):
            yield way


def _read(text: str, order: str, country: str) -> Typed | None:
    with suppress(UnreadableError):
        return Typed(read_date(text, order, country=country))
    with suppress(UnreadableError):
        start = read_start(text, order, country=country).wall
        return Typed(start.date(), _to_the_minute(start)) if start else None
    return None


def _to_the_minute(at: datetime) -> time:
    return time(at.hour, at.minute)


def write_day(day: date, country: str) -> str:
    """A day in digits as the country's people write it, with the whole year: 31/12/2026."""
    pattern, locale = _pattern(country)
    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=256)
def day_pattern(country: str) -> str:
    """How `write_day` writes, in letters for a script: dd/mm/yyyy."""
    return _pattern(country)[0].replace("M", "m").replace("'", "")


@lru_cache(maxsize=256)
def _pattern(country: str) -> tuple[str, Locale]:
    english = Locale("en")
    try:
        found = str(Locale.parse(f"und_{country}").date_formats["short"].pattern)
    except (ValueError, KeyError, LookupError):
        return "dd/MM/yyyy", english
    # The letters of months, and signs of direction, are not for a field of digits.
    if any(not (sign in "dMy" or sign in "./- ") for sign in found) or "MMM" in found:
        return "dd/MM/yyyy", english
    for letter, whole in (("d", "dd"), ("M", "MM"), ("y", "yyyy")):
        found = found.replace(letter, "", found.count(letter) - 1).replace(letter, whole)
    return found, english
