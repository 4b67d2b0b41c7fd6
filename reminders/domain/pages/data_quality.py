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
    Flaw.MISSING: "c.phone = '' AND c.phone_as_given = ''",
    Flaw.INVALID: "c.phone = '' AND c.phone_as_given <> ''",
    Flaw.LANDLINE: "c.phone_kind = 'landline' AND c.phone <> '' AND c.channel = 'sms'",
    Flaw.WRONG: "c.wrong_number <> '' AND c.wrong_number = c.phone",
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
        """The condition on a contact `c`; `OFFSET 0` keeps PostgreSQL from reading every visit for
        it.
        """
        here = self.here("v")
        visits = "SELECT 1 FROM reminders_appointment v WHERE v.contact_id = c.id"
        if self.coming:
            ahead = "v.starts_at > %(now)s AND v.status IN ('booked', 'confirmed')"
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
    """A number that several contacts have; `people` are the first of them as pairs of id and name."""

    phone: str
    shared_by: int
    people: tuple[tuple[int, str], ...]


def count_flaws(look: FlawSearch) -> dict[Flaw, int]:
    """How many of each, at most `COUNTED_TO`; shared ones are counted by number. One statement."""
    parts = [
        f"(SELECT count(*) FROM (SELECT 1 FROM reminders_contact c WHERE {condition} "  # noqa: S608 -- our own words only
        f"AND {look.condition} LIMIT %(most)s) x)"
        for condition in _CONDITIONS.values()
    ]
    shared = _shared(look)
    parts.append(f"(SELECT count(*) FROM ({shared}) x)")  # noqa: S608 -- as above
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), look.given | {"limit": COUNTED_TO, "least": 2})
        counts = cursor.fetchone() or ()
    return dict(zip((*_CONDITIONS, Flaw.SHARED), counts, strict=True))


def flawed(flaw: Flaw, look: FlawSearch, *, after: int = 0, limit: int = ROWS) -> list[Flawed]:
    """Contacts with this flaw (any but SHARED) by name, from behind the contact with the id
    `after`.
    """
    beyond = """AND (c.last_name, c.first_name, c.id) >
        (SELECT x.last_name, x.first_name, x.id FROM reminders_contact x WHERE x.id = %(after)s)"""
    statement = _LIST.replace("__FLAW__", _CONDITIONS[flaw]).replace("__LOOK__", look.condition)
    statement = statement.replace("__HERE__", look.here("a"))
    with connection.cursor() as cursor:
        cursor.execute(
            statement.replace("__AFTER__", beyond if after else ""),
            look.given | {"after": after, "limit": limit},
        )
        return [Flawed(*row) for row in cursor.fetchall()]


def shared_numbers(
    look: FlawSearch, *, at_least: int = 2, after: int = 0, limit: int = ROWS, people: int = 8
) -> list[Shared]:
    """Numbers that `at_least` so many contacts have, each with the first `people` of them; two
    statements.
    """
    beyond = (
        "AND c.phone > (SELECT x.phone FROM reminders_contact x WHERE x.id = %(after)s)"
        if after
        else ""
    )
    statement = _shared(look, after=beyond)
    given = look.given | {
        "after": after,
        "limit": limit,
        "least": max(2, at_least),
        "people": people,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        numbers = cursor.fetchall()
        names = _names(
            cursor, [phone for phone, _ in numbers], replace(look, coming=False).condition, given
        )
    return [Shared(phone, count, tuple(names.get(phone, ()))) for phone, count in numbers]


def _shared(look: FlawSearch, *, after: str = "") -> str:
    """Counts only the people who are looked at: that others are on a number is not for everybody."""
    anybody = "SELECT g.people AS shared_by"
    theirs = _SHARED_BY.format(look=replace(look, coming=False).condition)
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
WITH c AS MATERIALIZED (
    SELECT c.id, c.name, c.phone, c.phone_as_given, c.phone_problem, c.last_name, c.first_name
    FROM reminders_contact c WHERE __FLAW__ AND __LOOK__ __AFTER__
    ORDER BY c.last_name, c.first_name, c.id LIMIT %(limit)s)
SELECT c.id, c.name, c.phone, c.phone_as_given, c.phone_problem, n.id, n.starts_at, coalesce(n.zone, ''),
       coalesce(n.country, '')
FROM c LEFT JOIN LATERAL (
    SELECT a.id, a.starts_at, l.zone, l.country
    FROM reminders_appointment a JOIN reminders_location l ON l.id = a.location_id
    WHERE a.contact_id = c.id AND a.starts_at > %(now)s AND a.status IN ('booked', 'confirmed')
      __HERE__
    ORDER BY a.starts_at LIMIT 1) n ON true
ORDER BY c.last_name, c.first_name, c.id
"""

# First the numbers, in the order of their index, then whether any of their people is looked at.
_SHARED = """
SELECT g.phone, n.shared_by
FROM (SELECT c.phone, count(*) AS people FROM reminders_contact c WHERE c.phone <> '' {after}
      GROUP BY c.phone HAVING count(*) >= %(least)s ORDER BY c.phone) g
CROSS JOIN LATERAL ({count}) n
WHERE n.shared_by >= %(least)s
  AND EXISTS (SELECT 1 FROM reminders_contact c WHERE c.phone = g.phone AND c.phone <> '' AND {look})
ORDER BY g.phone LIMIT %(limit)s
"""
_SHARED_BY = (
    "SELECT count(*) AS shared_by FROM reminders_contact c WHERE c.phone = g.phone AND {look}"
)

_NAMES = """
SELECT p.phone, x.id, x.name FROM unnest(%(phones)s::text[]) p (phone)
CROSS JOIN LATERAL (SELECT c.id, c.name FROM reminders_contact c
                    WHERE c.phone = p.phone AND c.phone <> '' AND __LOOK__
                    ORDER BY c.id LIMIT %(people)s) x
"""
