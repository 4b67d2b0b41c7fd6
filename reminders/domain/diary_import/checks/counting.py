"""Count what the checks look at, over the temporary tables that staging and matching filled.

Two statements for all of a file. What a location's diary used to hold, at night or on Sundays, is
only looked up where a file is near a bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q

from reminders.domain.diary_import.checks.doubts import (
    AHEAD_AFTER,
    CLOSED_SHARE,
    FAR_AHEAD_AFTER,
    LONG_VISIT,
    NIGHT_SHARE,
    OVER_AHEAD,
    PAST_AFTER,
    SHORT_VISIT,
    reaches,
)
from reminders.domain.diary_import.checks.numbers import (
    Check,
    LastFile,
    PeopleNumbers,
    RowNumbers,
)
from reminders.domain.diary_import.options import Options
from reminders.models import Import
from reminders.models.in_sql.rows import read_dicts, read_rows

HABIT = 5
"""So many visits of a kind a location has had before they are its habit."""
LAST_FILES = 14
"""Of so many last files the smallest tells how small a file of its kind may be."""
_FRESH = "(r.appointment_id IS NULL OR r.moved)"
_NIGHT = "({0}.local_time > '00:00' AND ({0}.local_time < '05:00' OR {0}.local_time >= '23:00'))"
# Few set their working days, and many are there on Saturdays: with the days as they came, Saturday
# is no closed day.
_CLOSED = """(cardinality(l.open_days) > 0
    AND extract(isodow FROM {0}.local_date) <> ALL(l.open_days)
    AND NOT (extract(isodow FROM {0}.local_date) = 6 AND l.open_days = '{{1,2,3,4,5}}'))"""

CONDITIONS = {
    Check.PAST: f"{_FRESH} AND s.starts_at < %(past)s",
    Check.AHEAD: f"{_FRESH} AND s.starts_at > %(ahead)s",
    Check.MIDNIGHT: f"{_FRESH} AND s.local_time = '00:00'",
    Check.NIGHT: f"{_FRESH} AND {_NIGHT.format('s')}",
    Check.CLOSED: f"{_FRESH} AND {_CLOSED.format('s')}",
    Check.ONE_START: _FRESH,
    Check.LENGTHS: "(s.duration > %(long)s OR s.duration < %(short)s)",
    Check.OVER: "s.status IN ('arrived', 'no_show') AND s.starts_at > %(over)s",
    Check.CANCELLED: (
        "s.status = 'cancelled' AND (r.appointment_id IS NULL OR r.status_to = 'cancelled')"
    ),
    Check.MUCH_CANCELLED: "r.status_to = 'cancelled'",
    Check.PRACTITIONERS: "s.practitioner IS NOT NULL AND r.practitioner_id IS NULL",
}
"""Which rows are meant, in SQL: `s` the staged row, `r` what it means, `l` its location."""


def bounds_at(now: datetime) -> dict[str, Any]:
    """What the conditions compare with."""
    return {
        "past": now - PAST_AFTER,
        "ahead": now + AHEAD_AFTER,
        "far": now + FAR_AHEAD_AFTER,
        "over": now + OVER_AHEAD,
        "long": LONG_VISIT,
        "short": SHORT_VISIT,
    }


def count_rows(*, now: datetime) -> RowNumbers:
    """Count the rows of the file, all locations together."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, bounds_at(now))
        sites = {row.pop("location_id"): row for row in read_dicts(cursor)}
        if not sites:
            return RowNumbers()
        starts = [(row.pop("first_start"), row.pop("last_start")) for row in sites.values()]
        days = {
            "first_day": min(row.pop("first_day") for row in sites.values()),
            "last_day": max(row.pop("last_day") for row in sites.values()),
        }
        total = {
            name: sum(row[name] for row in sites.values()) for name in next(iter(sites.values()))
        }
        same = min(first for first, _ in starts) == max(last for _, last in starts)
        found = RowNumbers(**total, **days, one_start=same)
        return _without_habits(cursor, found, sites)


def _without_habits(
    cursor: Any,  # Any: Django's cursor
    found: RowNumbers,
    sites: dict[int, dict[str, int]],
) -> RowNumbers:
    """The numbers without what a location is used to: a surgery that is open at night, or on
    Sundays.
    """
    for name, condition, share in (
        ("night", _NIGHT, NIGHT_SHARE),
        ("closed", _CLOSED, CLOSED_SHARE),
    ):
        if reaches(getattr(found, name), found.rows, share):
            ids = [pk for pk, row in sites.items() if row[name]]
            statement = _HABIT.replace("<condition>", condition.format("a"))
            cursor.execute(statement, {"ids": ids, "habit": HABIT})
            used = sum(sites[pk][name] for (pk,) in cursor.fetchall())
            found = replace(found, **{name: getattr(found, name) - used})
    return found


def count_people(has: Iterable[str]) -> PeopleNumbers:
    """Count the people; only what a file with these fields can tell of them is looked for."""
    fields = set(has)
    given = {"numbers": "patient_id" in fields, "practitioners": "practitioner" in fields}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, given)
        return read_rows(cursor, PeopleNumbers)[0]


def last_file(header: list[str], options: Options, *, now: datetime) -> LastFile | None:
    """The last file of the same columns, location and diary that was imported and stays."""
    site = Q(location=None)
    if options.default_location:
        site = Q(location__name__iexact=options.default_location)
    of_kind = Import.objects.filter(
        site, state=Import.State.APPLIED, header=header, diary=options.diary
    ).exclude(applied_at=None)
    rows = list(of_kind.order_by(F("applied_at").desc()).only("counts", "applied_at")[:LAST_FILES])
    if not rows:
        return None
    counts = rows[0].counts
    first, last = (_day(counts.get(name)) for name in ("first_day", "last_day"))
    sizes = [int(row.counts.get("rows", 0)) for row in rows]
    applied = rows[0].applied_at or now
    return LastFile(sizes[0], min(sizes), first, last, (now - applied).days)


def _day(text: str | None) -> Any:
    return datetime.fromisoformat(text).date() if text else None


def _counted(check: Check, name: str) -> str:
    return f"count(*) FILTER (WHERE {CONDITIONS[check]}) AS {name}"


_ROWS = f"""
SELECT s.location_id, count(*) AS rows, count(*) FILTER (WHERE {_FRESH}) AS fresh,
       {_counted(Check.PAST, "past")}, {_counted(Check.AHEAD, "ahead")},
       count(*) FILTER (WHERE {_FRESH} AND s.starts_at > %(far)s) AS far_ahead,
       {_counted(Check.MIDNIGHT, "midnight")}, {_counted(Check.NIGHT, "night")},
       {_counted(Check.CLOSED, "closed")}, {_counted(Check.CANCELLED, "cancelled")},
       {_counted(Check.OVER, "over")}, count(s.duration) AS lengths,
       count(*) FILTER (WHERE s.duration > %(long)s) AS long,
       count(*) FILTER (WHERE s.duration < %(short)s) AS short,
       count(s.practitioner) AS with_practitioner,
       min(s.local_date) AS first_day, max(s.local_date) AS last_day,
       min(s.starts_at) AS first_start, max(s.starts_at) AS last_start
FROM import_staged s
JOIN import_result r ON r.number = s.number
JOIN reminders_location l ON l.id = s.location_id
GROUP BY s.location_id
"""

_HABIT = """
SELECT l.id FROM reminders_location l
WHERE l.id = ANY(%(ids)s) AND (SELECT count(*) FROM (
    SELECT FROM reminders_appointment a WHERE a.location_id = l.id AND <condition> LIMIT %(habit)s
) had) >= %(habit)s
"""

# People who are new, or whose phone is: what was agreed to once is not asked again each night.
NEW_PEOPLE = """
SELECT p.* FROM import_people p
LEFT JOIN import_known k ON k.person = p.person
LEFT JOIN import_contact_change x ON x.contact_id = k.contact_id
WHERE k.person IS NULL OR x.phone IS NOT NULL
"""

_PEOPLE = f"""
WITH new_people AS MATERIALIZED ({NEW_PEOPLE}),
phones AS (
    SELECT count(*) AS people FROM new_people WHERE phone IS NOT NULL GROUP BY phone
),
numbers AS (
    SELECT count(*) AS people FROM import_people WHERE %(numbers)s AND patient_id IS NOT NULL
    GROUP BY patient_id
    HAVING count(*) = 1 OR bool_or(person IN (SELECT person FROM new_people))
),
names AS (
    SELECT count(*) AS phones FROM new_people WHERE patient_id IS NULL AND phone IS NOT NULL
    GROUP BY lower(name)
)
SELECT (SELECT count(*) FROM new_people) AS people,
       (SELECT coalesce(max(people), 0) FROM phones) AS on_one_phone,
       (SELECT count(*) FROM numbers) AS numbers,
       (SELECT count(*) FROM numbers WHERE people > 1) AS shared_numbers,
       (SELECT count(*) FROM new_people WHERE patient_id IS NOT NULL) AS with_number,
       (SELECT count(DISTINCT s.person)
         FROM import_staged s JOIN new_people p ON p.person = s.person
        WHERE %(numbers)s AND s.patient_id IS NOT NULL AND s.phone <> p.phone) AS changing_phones,
       (SELECT count(*) FROM names) AS names,
       (SELECT count(*) FROM names WHERE phones > 1) AS names_again,
       (SELECT coalesce(max(phones), 0) FROM names) AS most_phones,
       (SELECT count(*) FROM (
            SELECT practitioner FROM import_staged
            WHERE %(practitioners)s AND practitioner IS NOT NULL GROUP BY 1
        ) named WHERE NOT EXISTS (
            SELECT FROM reminders_practitioner x WHERE x.name = named.practitioner
        )) AS new_practitioners,
       (SELECT count(*) FROM ({{renumbered}}) doubled) AS renumbered
"""

# What is gone from the file, where the same person has a new visit at the very same time.
RENUMBERED = """
SELECT min(s.number) AS number
FROM import_gone g
JOIN reminders_appointment a ON a.id = g.appointment_id AND a.external_id <> ''
JOIN import_known k ON k.contact_id = a.contact_id
JOIN import_staged s ON s.person = k.person AND s.starts_at = a.starts_at
    AND s.location_id = a.location_id AND s.external_id IS NOT NULL
JOIN import_result r ON r.number = s.number AND r.appointment_id IS NULL
GROUP BY a.id
"""
_PEOPLE = _PEOPLE.format(renumbered=RENUMBERED)
