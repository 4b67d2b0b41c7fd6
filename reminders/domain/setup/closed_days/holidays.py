"""The public holidays of countries and their regions, for choosing those on which one closes.

Which days these are follows each country's law, as the library `holidays` keeps it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays as library
from babel import Locale

from reminders.models import ClosedDay, Location

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Source:
    """A country and, where it matters, a region of it."""

    country: str
    region: str = ""

    def __str__(self) -> str:
        return f"{self.country}-{self.region}" if self.region else self.country

    @classmethod
    def read(cls, written: str) -> Source:
        """What `str` wrote."""
        country, _, region = written.partition("-")
        return cls(country, region)


@dataclass(frozen=True, slots=True)
class Holiday:
    """One public holiday; `row` where the location has it already."""

    day: date
    name: str
    row: ClosedDay | None = None

    @property
    def is_new(self) -> bool:
        """Whether nobody has decided about it yet."""
        return self.row is None

    @property
    def closed(self) -> bool:
        """Whether the location is closed on it, or would be as it is proposed."""
        return self.row is None or self.row.removed_at is None


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Every country whose holidays are known: its two letters and its English name."""
    names = Locale("en").territories
    known = library.list_supported_countries(include_aliases=False)
    pairs = ((code, str(names.get(code, code))) for code in known)
    return tuple(sorted(pairs, key=lambda pair: pair[1]))


@cache
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """The regions of a country that have holidays of their own: codes and names."""
    if country not in dict(countries()):
        return ()
    calendar = library.country_holidays(country)
    names: dict[str, str] = {}
    for name, code in calendar.subdivisions_aliases.items():
        # Some have short forms beside the name: “Bgld” for Burgenland.
        if len(name) > len(names.get(code, "")) and (code not in names or len(names[code]) < 5):
            names[code] = name
    pairs = ((code, names.get(code, code)) for code in calendar.subdivisions)
    return tuple(sorted(pairs, key=lambda pair: pair[1]))


def is_known(source: Source) -> bool:
    """Whether there is such a country, and such a region in it."""
    known = dict(regions(source.country))
    return source.country in dict(countries()) and (not source.region or source.region in known)


def public_holidays(source: Source, year: int) -> list[tuple[date, str]]:
    """The days and their English names, where the library has them; by the day."""
    if not is_known(source):
        return []
    spoken = library.country_holidays(source.country)
    own = spoken.default_language or ""
    language = own if own.startswith("en") else "en_US"
    calendar = library.country_holidays(
        source.country,
        subdiv=source.region or None,
        years=[year],
        language=language if language in spoken.supported_languages else None,
    )
    return sorted((day, name[:LONGEST_NAME]) for day, name in calendar.items())


def holidays_of(place: Location, source: Source, year: int) -> list[Holiday]:
    """The public holidays of a year, with what the location decided about each."""
    rows = ClosedDay.objects.filter(location=place, first_day__year=year).exclude(holiday="")
    there = {row.first_day: row for row in rows}
    return [Holiday(day, name, there.get(day)) for day, name in public_holidays(source, year)]


def others_of(place: Location, year: int, days: Collection[date]) -> list[ClosedDay]:
    """Closed days that came from another country's or region's list for the year."""
    rows = ClosedDay.objects.filter(location=place, first_day__year=year, removed_at=None)
    return list(rows.exclude(holiday="").exclude(first_day__in=days))


def usual_source(place: Location) -> Source:
    """What the location took its holidays from last, else its own country."""
    rows = ClosedDay.objects.filter(location=place).exclude(holiday="")
    last = rows.order_by("-created_at", "-pk").values_list("holiday", flat=True).first()
    return Source.read(last) if last else Source(place.country)


def lacks_holidays(place: Location, year: int) -> bool:
    """Whether the location takes public holidays, and has none of this year yet."""
    rows = ClosedDay.objects.filter(location=place).exclude(holiday="")
    years = {day.year for day in rows.values_list("first_day", flat=True)}
    return bool(years) and year not in years
