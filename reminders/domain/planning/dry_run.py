"""What planning would change, without changing it.

The reminders that should be there are staged as ever, and the very conditions that planning writes
by are read instead. Nothing is locked: what others change meanwhile may make it slightly outdated.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db import connection, transaction

from reminders.domain.planning import statements
from reminders.domain.planning.desired import DesiredReminder, desired_reminders
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.planning.staging import read_plannable, stage, stage_events
from reminders.models.in_sql.states import Given, withdrawable_at

Key: TypeAlias = tuple[int, int]
"""An appointment's id and a rule's; of each appointment, its present version is meant."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What planning would do: by reminder, and which messages it would have withdrawn."""

    wanted: dict[Key, DesiredReminder]
    taken_back: frozenset[Key]
    corrected: frozenset[Key]
    added: frozenset[Key]
    stale: frozenset[uuid.UUID]


def would_write(ids: Sequence[int], *, book: RuleSet, now: datetime) -> Difference:
    """What `plan_appointments` would do to these appointments by these rules, saved or not."""
    subjects = read_plannable(ids, book=book, lock=False)
    wanted = list(desired_reminders(subjects, book=book, now=now))
    given: Given = withdrawable_at(now) | {"ids": list(ids), "now": now}
    # The temporary table is this session's own and empties itself with the transaction.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(statements.CREATE_WANTED)
        stage(cursor, wanted)
        wanted += stage_events(cursor, ids, book=book)
        return Difference(
            wanted={(row.appointment_id, row.rule_id): row for row in wanted},
            taken_back=_keys(cursor, statements.WOULD_TAKE_BACK, given),
            corrected=_keys(cursor, statements.WOULD_CORRECT, given),
            added=_keys(cursor, statements.WOULD_ADD, given),
            stale=_stale(cursor, given),
        )


def _keys(cursor: Any, statement: str, given: Given) -> frozenset[Key]:  # Any: Django's cursor
    cursor.execute(statement, given)
    return frozenset((appointment_id, rule_id) for appointment_id, rule_id in cursor.fetchall())


def _stale(cursor: Any, given: Given) -> frozenset[uuid.UUID]:  # Any: as above
    cursor.execute(statements.FIND_STALE, given)
    return frozenset(message_id for (message_id,) in cursor.fetchall())
