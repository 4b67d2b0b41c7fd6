"""Contacts whose number keeps texts from arriving: none, unreadable, a landline, wrong, or shared
by many.

Lists are read a page at a time through indexes, counts end at a limit, so that the size of the
table does not matter. Where a list goes on is named by a contact's id, never by a name or number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection

from reminders.domain.common.rows import fetch
from reminders.domain.phones.parsing import PROBLEM_WORDS, PhoneProblem

ROWS = 50
COUNTED_TO = 100
"""Counting stops here; more are "over 100": nobody works those off in a day, and the page waits for
them.
"""


class Flaw(StrEnum):
    """What is wrong with a number."""

    MISSING = "missing"
    INVALID = "invalid"
    LANDLINE = "landline"
    WRONG = "wrong"
    SHARED = "shared"


_CONDITIONS = {
    Flaw.MISSING: (
        "contact.phone = '' AND contact.phone_as_given = '' AND contact.forgotten_at IS NULL"
    ),
    Flaw.INVALID: "contact.phone = '' AND contact.phone_as_given <> ''",
    Flaw.LANDLINE: (
        "contact.phone_kind = 'landline' AND contact.phone <> '' AND contact.channel = 'sms'"
    ),
    Flaw.WRONG: "contact.wrong_number <> '' AND contact.wrong_number = contact.phone",
}


@dataclass(frozen=True, slots=True)
class FlawSearch:
    """Whose contacts are looked at; `location_ids` None: everybody's, `coming`: only with a visit
    ahead.

    `unbooked` takes in those who are booked nowhere, and so may be anybody's.
    """

    location_ids: tuple[int, ...] | None
    coming: bool
    now: datetime
    unbooked: bool = True

    @property
    def given(self) -> dict[str, Any]:
        """The parameters of the statements below."""
        return {"locations": list(self.location_ids or ()), "now": self.now, "most": COUNTED_TO}

    @property
    def condition(self) -> str:
        """The condition on a `contact`; `OFFSET 0` keeps PostgreSQL from reading every visit for
        it.
        """
        here = self.here("visit")
        visits = "SELECT 1 FROM reminders_appointment visit WHERE visit.contact_id = contact.id"
        if self.coming:
            ahead = "visit.starts_at > %(now)s AND visit.status IN ('booked', 'confirmed')"
            return f"EXISTS ({visits} AND {ahead} {here} OFFSET 0)"
        if self.location_ids is None:
            return "true"
        nobodys = f"NOT EXISTS ({visits} OFFSET 0)" if self.unbooked else "false"
        return f"(EXISTS ({visits} {here} OFFSET 0) OR {nobodys})"

    def here(self, alias: str) -> str:
        """A further condition that keeps appointments to the locations."""
        return "" if self.location_ids is None else f"AND {alias}.location_id = ANY(%(locations)s)"


class Flawed(NamedTuple):
    """A contact whose number is no good, and their next visit (UTC)."""

    id: int
    name: str
    phone: str
    as_given: str
    problem: str
    appointment_id: int | None
    starts_at: datetime | None
    zone: str
    country: str

    @property
    def problem_words(self) -> str:
        """What is wrong and what to do, for staff."""
        return (
            PROBLEM_WORDS[PhoneProblem(self.problem)] if self.problem in set(PhoneProblem) else ""
        )


class Shared(NamedTuple):
    """A number that several contacts have; `people` are the first of them, by id and name."""

    phone: str
    shared_by: int
    people: tuple[tuple[int, str], ...]


def count_flaws(look: FlawSearch) -> dict[Flaw, int]:
    """How many of each, at most `COUNTED_TO`; shared ones are counted by number. One statement."""
    parts = [
        f"(SELECT count(*) FROM (SELECT 1 FROM reminders_contact contact WHERE {condition} "
        f"AND {look.condition} LIMIT %(most)s) x)"
        for condition in _CONDITIONS.values()
    ]
    shared = _shared(look)
    parts.append(f"(SELECT count(*) FROM ({shared}) x)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), look.given | {"limit": COUNTED_TO, "least": 2})
        counts = cursor.fetchone() or ()
    return dict(zip((*_CONDITIONS, Flaw.SHARED), counts, strict=True))


def flawed(flaw: Flaw, look: FlawSearch, *, after: int = 0, limit: int = ROWS) -> list[Flawed]:
    """Contacts with this flaw (any but SHARED) by name, from behind the contact with the id
    `after`.
    """
    beyond = """AND (contact.last_name, contact.first_name, contact.id) > (
        SELECT shown.last_name, shown.first_name, shown.id
        FROM reminders_contact shown
        WHERE shown.id = %(after)s
    )"""
    statement = _LIST.replace("__FLAW__", _CONDITIONS[flaw]).replace("__LOOK__", look.condition)
    statement = statement.replace("__HERE__", look.here("appointment"))
    statement = statement.replace("__AFTER__", beyond if after else "")
    return fetch(Flawed, statement, look.given | {"after": after, "limit": limit})


def shared_numbers(
    look: FlawSearch, *, at_least: int = 2, after: int = 0, limit: int = ROWS, people: int = 8
) -> list[Shared]:
    """Numbers that `at_least` so many contacts have, each with the first `people` of them; two
    statements.
    """
    beyond = (
        "AND contact.phone > (SELECT phone FROM reminders_contact WHERE id = %(after)s)"
        if after
        else ""
    )
    statement = _shared(look, after=beyond)
    given = look.given | {
        "after": after,
        "limit": limit,
        # One person on a number is no sharing, whatever an address asks for.
        "least": max(2, at_least),
        "people": people,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        numbers = cursor.fetchall()
        # Named are also those without a visit ahead: who shares the number is what one wants to
        # see.
        names = _names(
            cursor, [phone for phone, _ in numbers], replace(look, coming=False).condition, given
        )
    return [Shared(phone, count, tuple(names.get(phone, ()))) for phone, count in numbers]


def _shared(look: FlawSearch, *, after: str = "") -> str:
    """Counts only who is looked at: that others are on a number is not for everybody."""
    anybody = "SELECT numbers.people AS shared_by"
    theirs = _SHARED_BY.format(look=replace(look, coming=False).condition)
    # The group is counted by index already; only a narrowed look has to count again.
    count = anybody if look.location_ids is None else theirs
    return _SHARED.format(count=count, look=look.condition, after=after)


def _names(
    cursor: Any, phones: Collection[str], condition: str, given: dict[str, Any]
) -> dict[str, Sequence[tuple[int, str]]]:
    cursor.execute(_NAMES.replace("__LOOK__", condition), given | {"phones": list(phones)})
    found: dict[str, list[tuple[int, str]]] = {}
    for phone, pk, name in cursor.fetchall():
        found.setdefault(phone, []).append((pk, name))
    return dict(found)


_LIST = """
WITH flawed AS MATERIALIZED (
    SELECT contact.id, contact.name, contact.phone, contact.phone_as_given,
           contact.phone_problem, contact.last_name, contact.first_name
    FROM reminders_contact contact
    WHERE __FLAW__ AND __LOOK__ __AFTER__
    ORDER BY contact.last_name, contact.first_name, contact.id
    LIMIT %(limit)s
)
SELECT flawed.id, flawed.name, flawed.phone, flawed.phone_as_given AS as_given,
       flawed.phone_problem AS problem, coming.id AS appointment_id, coming.starts_at,
       coalesce(coming.zone, '') AS zone, coalesce(coming.country, '') AS country
FROM flawed
LEFT JOIN LATERAL (
    SELECT appointment.id, appointment.starts_at, location.zone, location.country
    FROM reminders_appointment appointment
    JOIN reminders_location location ON location.id = appointment.location_id
    WHERE appointment.contact_id = flawed.id AND appointment.starts_at > %(now)s
      AND appointment.status IN ('booked', 'confirmed') __HERE__
    ORDER BY appointment.starts_at
    LIMIT 1
) coming ON true
ORDER BY flawed.last_name, flawed.first_name, flawed.id
"""

# First the numbers, in the order of their index, then whether any of their people is looked at.
_SHARED = """
SELECT numbers.phone, counted.shared_by
FROM (
    SELECT contact.phone, count(*) AS people
    FROM reminders_contact contact
    WHERE contact.phone <> '' {after}
    GROUP BY contact.phone
    HAVING count(*) >= %(least)s
    ORDER BY contact.phone
) numbers
CROSS JOIN LATERAL ({count}) counted
WHERE counted.shared_by >= %(least)s
  AND EXISTS (
      SELECT 1
      FROM reminders_contact contact
      WHERE contact.phone = numbers.phone AND contact.phone <> '' AND {look}
  )
ORDER BY numbers.phone
LIMIT %(limit)s
"""
_SHARED_BY = """
    SELECT count(*) AS shared_by
    FROM reminders_contact contact
    WHERE contact.phone = numbers.phone AND {look}
"""

_NAMES = """
SELECT numbers.phone, people.id, people.name
FROM unnest(%(phones)s::text[]) AS numbers (phone)
CROSS JOIN LATERAL (
    SELECT contact.id, contact.name
    FROM reminders_contact contact
    WHERE contact.phone = numbers.phone AND contact.phone <> '' AND __LOOK__
    ORDER BY contact.id
    LIMIT %(people)s
) people
"""
