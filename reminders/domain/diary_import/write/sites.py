"""The locations of a file: found by name, created where that is asked for, locked while it is
imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from reminders.domain.common.locks import AdvisoryLock
from reminders.domain.diary_import.problems import Problems, refuse
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows import LONGEST, ImportLocation
from reminders.models import Location

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
    countries = set(named.values_list("country", flat=True)[:1_000])
    return countries.pop() if len(countries) == 1 else ""


def find_sites(
    named: Mapping[str, int],
    columns: Columns,
    *,
    default: str,
    create: bool,
    only: frozenset[int] | None = None,
) -> tuple[dict[str, ImportLocation], ImportLocation | None]:
    """Sites by casefolded name, and the one for rows that name none.

    `named` holds the names in the file with the first row of each. Raises ImportRefused for unknown
    ones, unless `create` is set: then they are created with TIME_ZONE and DEFAULT_COUNTRY. `only`
    are the locations that the one who imports may see, without it all.
    """
    active = Location.objects.filter(active=True)
    seen = active if only is None else active.filter(pk__in=only)
    sites = {site.name.casefold(): site_of(site) for site in seen}
    problems = Problems()
    column = columns.name_of("location")
    for name, row in named.items():
        if name.casefold() in sites:
            continue
        if len(name) > LONGEST["location"]:
            problems.add(
                f"A location's name has at most {LONGEST['location']} characters.",
                row=row,
                column=column,
            )
        elif create:
            sites[name.casefold()] = site_of(_create(name))
        else:
            problems.add(_unknown(name), row=row, column=column, hint="Or say --create-locations.")
    problems.stop_if_any()
    return sites, _default(sites, default, has_column="location" in columns.places, create=create)


def _default(
    sites: dict[str, ImportLocation], name: str, *, has_column: bool, create: bool
) -> ImportLocation | None:
    wanted = " ".join(name.split())
    if wanted:
        if wanted.casefold() not in sites:
            if not create or len(wanted) > LONGEST["location"]:
                raise refuse(_unknown(wanted), hint="Or say --create-locations.")
            sites[wanted.casefold()] = site_of(_create(wanted))
        return sites[wanted.casefold()]
    if len(sites) == 1:
        return next(iter(sites.values()))
    if not has_column:
        raise (
            refuse(WHICH_LOCATION, hint="Say which one with --location.")
            if sites
            else refuse(
                "There is no location yet. Create one first.",
                hint="Or use --location with --create-locations.",
            )
        )
    return None


def _unknown(name: str) -> str:
    known = list(Location.objects.filter(active=True).values_list("name", flat=True)[:6])
    named = ", ".join(f"“{site}”" for site in known[:5])
    there = f" There is {named}{' and more' if len(known) > 5 else ''}."
    return (
        f"There is no location “{name[:60]}”.{there if known else ''} Correct the name, or create the "
        f"location first."
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
        for pk in sorted(ids):
            cursor.execute(f"SELECT {call}(%s, %s)", [AdvisoryLock.IMPORTED_LOCATION.value, pk])
            if not wait and not (cursor.fetchone() or (False,))[0]:
                raise SitesBusyError
