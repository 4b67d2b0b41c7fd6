"""The locations of a file: found by name, created where that is asked for, locked while it is
imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from reminders.domain.common.locks import AdvisoryLock
from reminders.domain.diary_import.problems import Problems, refuse
from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Answers,
    Choice,
    Question,
    folded_header,
    folded_value,
)
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows import LONGEST, ImportLocation
from reminders.domain.diary_import.read.rows.meanings import LEAVE_OUT
from reminders.models import Location

CREATE = "create"
"""The answer that an unknown name is a location that is to be created."""
_MOST_OFFERED = 20
WHICH_LOCATION = (
    "There is no location column, and there are several locations: which one is this file of?"
)


def site_of(location: Location) -> ImportLocation:
    """What reading rows needs of a location."""
    return ImportLocation(id=location.pk, zone=ZoneInfo(location.zone), country=location.country)


def country_of(name: str) -> str:
    """The country of a location, or of all of them when it is the same; "" when they differ.

    A hint for the encoding of a file: programs write the letters of their country.
    """
    sites = Location.objects.filter(active=True)
    named = sites.filter(name__iexact=name) if name else sites
    # Bounded: a hint is not worth reading every location of a very large practice.
    countries = set(named.values_list("country", flat=True)[:1_000])
    return countries.pop() if len(countries) == 1 else ""


def only_site(name: str) -> ImportLocation | None:
    """The location of a file where there is but one that it can be of."""
    sites = Location.objects.filter(active=True)
    found = (sites.filter(name__iexact=name) if name else sites)[:2]
    return site_of(found[0]) if len(found) == 1 else None


@dataclass
class Sites:
    """The locations of a file by casefolded name, None for those whose rows are left out.

    `default` is for rows that name none; `questions` are the names that nobody knows.
    """

    by_name: dict[str, ImportLocation | None]
    default: ImportLocation | None = None
    questions: list[Question] = field(default_factory=list)

    def of(self, names: Iterable[str]) -> set[int]:
        """The ids of all locations at which rows with these names may be."""
        found = {self.by_name.get(name.casefold()) for name in names} | {self.default}
        return {site.id for site in found if site}


def find_sites(
    named: Mapping[str, int],
    columns: Columns,
    *,
    default: str,
    create: bool,
    only: frozenset[int] | None = None,
    answers: Answers | None = None,
) -> Sites:
    """The sites of a file, and a question for each name that nobody knows.

    `named` holds the names in the file with the first row of each. With `create`, unknown ones are
    created with TIME_ZONE and DEFAULT_COUNTRY. `only` are the locations that the one who imports
    may see, without it all. Raises ImportRefused for what no answer mends.
    """
    active = Location.objects.filter(active=True)
    # A name that they may not see is unknown to them, so that no file finds out what there is.
    seen = active if only is None else active.filter(pk__in=only)
    known = {site.name.casefold(): site for site in seen.order_by("name")}
    sites = Sites({name: site_of(site) for name, site in known.items()})
    unknown = {}
    problems = Problems()
    header = columns.name_of("location")
    for name, row in named.items():
        if name.casefold() in known:
            continue
        told = (answers or Answers()).meaning_of(header, name)
        if told and told.casefold() in known:
            sites.by_name[name.casefold()] = site_of(known[told.casefold()])
        elif told == LEAVE_OUT:
            sites.by_name[name.casefold()] = None
        elif len(name) > LONGEST["location"]:
            problems.add(
                f"A location's name has at most {LONGEST['location']} characters.",
                row=row,
                column=header,
            )
        # Never by somebody limited to some locations: they would be at one that they cannot see.
        elif create or (told == CREATE and only is None):
            sites.by_name[name.casefold()] = site_of(_create(name))
        else:
            unknown[name] = row
    problems.stop_if_any()
    names = [site.name for site in known.values()]
    may = only is None
    asked = (_which_location(name, row, header, names, create=may) for name, row in unknown.items())
    sites.questions = list(asked)
    if not unknown:
        _set_default(sites, names, default, has_column=bool(header), create=create)
    return sites


def _which_location(
    name: str, row: int, header: str, known: list[str], *, create: bool
) -> Question:
    """A name that nobody knows: the most similar one first."""
    close = get_close_matches(name.casefold(), [each.casefold() for each in known], 3, 0.5)
    order = sorted(known, key=lambda each: (each.casefold() not in close, each))[:_MOST_OFFERED]
    choices = [Choice(Answer(About.MEANING, each, header, name), each) for each in order]
    # Created with the look already: what is confirmed in the preview names it by its id.
    words = f"A new location, “{name[:60]}”, which is created at once"
    new = Choice(Answer(About.MEANING, CREATE, header, name), words)
    if create:
        choices.insert(len(choices) if close else 0, new)
    choices.append(
        Choice(Answer(About.MEANING, LEAVE_OUT, header, name), "None of ours: leave these rows out")
    )
    return Question(
        About.MEANING,
        f"meaning:{folded_header(header)}:{folded_value(name)}"[:300],
        f"There is no location “{name[:60]}”. Which one is it?",
        tuple(choices),
        (name[:100],),
        row,
        header[:100],
    )


def _set_default(
    sites: Sites, names: list[str], name: str, *, has_column: bool, create: bool
) -> None:
    wanted = " ".join(name.split())
    if wanted:
        if wanted.casefold() not in sites.by_name:
            if not create or len(wanted) > LONGEST["location"]:
                raise refuse(_unknown(wanted, names), hint="Or say --create-locations.")
            sites.by_name[wanted.casefold()] = site_of(_create(wanted))
        sites.default = sites.by_name[wanted.casefold()]
    elif len(names) == 1:
        sites.default = sites.by_name[names[0].casefold()]
    elif not has_column:
        if not names:
            raise refuse(
                "There is no location yet. Create one first.",
                hint="Or use --location with --create-locations.",
            )
        sites.questions.append(_whose_file(names))


def _whose_file(names: list[str]) -> Question:
    choices = [Choice(Answer(About.LOCATION, name), name) for name in names[:_MOST_OFFERED]]
    return Question(About.LOCATION, "location", WHICH_LOCATION, tuple(choices))


def _unknown(name: str, known: list[str]) -> str:
    named = ", ".join(f"“{site}”" for site in known[:5])
    there = f" There is {named}{' and more' if len(known) > 5 else ''}."
    return (
        f"There is no location “{name[:60]}”.{there if known else ''} Correct the name, or create "
        "the location first."
    )


def _create(name: str) -> Location:
    return Location.objects.create(
        name=name, zone=settings.TIME_ZONE, country=settings.DEFAULT_COUNTRY
    )


class SitesBusyError(Exception):
    """Another import is at work at one of the locations."""


def lock_sites(ids: Iterable[int], *, wait: bool) -> None:
    """Keep other imports of these locations out until the transaction ends.

    Waits for those that are at work there, or without `wait` raises SitesBusyError.
    """
    call = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        # In the order of their ids: two files of the same locations would else wait for each other.
        for pk in sorted(ids):
            cursor.execute(f"SELECT {call}(%s, %s)", [AdvisoryLock.IMPORTED_LOCATION.value, pk])
            if not wait and not (cursor.fetchone() or (False,))[0]:
                raise SitesBusyError
