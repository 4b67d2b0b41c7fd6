"""Plan many appointments by planning one of each kind: those that differ only in whom they are for.

A rule's times depend on the start, the place and the moment an appointment became known, so an
import of a hundred thousand has a few thousand different answers. Which they are is still up to
`planning`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from reminders.domain.planning import statements
from reminders.domain.planning.desired import DesiredReminder, PlannableAppointment
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.planning.staging import asked_of
from reminders.models.in_sql.rows import read_dicts


def as_array(ids: Sequence[int]) -> str:
    """These ids as PostgreSQL writes them: made once for several statements, quicker than by the
    driver.
    """
    return "{" + ",".join(map(str, ids)) + "}"


def read_representatives(cursor: Any, ids: str, *, book: RuleSet) -> list[PlannableAppointment]:
    """Lock these appointments in the order of their ids; return one of each kind."""
    # A service without rules of its own makes no difference to what is planned.
    special = {rule.service_id for rule in book.before if rule.service_id is not None}
    people = {rule.practitioner_id for rule in book.before if rule.practitioner_id is not None}
    given = asked_of(book) | {"special": list(special), "special_people": list(people)}
    cursor.execute(statements.CREATE_ALIKE)
    # Locks all of them, not only one of each kind: the others are written to as well.
    cursor.execute(statements.READ_ALIKE, given | {"ids": ids})
    cursor.execute(statements.REPRESENTATIVES)
    return [_plannable(row) for row in read_dicts(cursor)]


def _plannable(row: dict[str, Any]) -> PlannableAppointment:  # Any: columns of several types
    times = {name: _instant(row[name]) for name in ("starts_at", "changed_at")}
    return PlannableAppointment(**(row | times))


# Read as text: a diary has few different times, and a driver reads each one again.
@lru_cache(maxsize=65_536)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def expand_to_all(cursor: Any, wanted: Iterable[DesiredReminder]) -> None:
    """Give every appointment what its representative was given."""
    with cursor.copy(statements.COPY_ALIKE) as copy:
        copy.set_types(statements.ALIKE_TYPES)
        for row in wanted:
            copy.write_row((row.appointment_id, row.rule_id, row.due_at, row.cutoff_at, row.reason))
    cursor.execute(statements.EXPAND_ALIKE)
