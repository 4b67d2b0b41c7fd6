"""Read what planning needs, and lay out the reminders that should be there, for statements to
compare with those that are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from django.db import connection

from reminders.domain.planning import statements
from reminders.domain.planning.desired import DesiredReminder, PlannableAppointment
from reminders.models.in_sql.rows import read_rows

_columns = attrgetter(*(field.name for field in fields(DesiredReminder)))


def read_plannable(ids: Sequence[int], *, lock: bool) -> list[PlannableAppointment]:
    """What planning reads of these appointments, in the order of their ids.

    `lock` holds them until the transaction ends; without it, this is only to look.
    """
    with connection.cursor() as cursor:
        given = {"ids": list(ids)}
        cursor.execute(statements.READ + (statements.LOCKED if lock else ""), given)
        return read_rows(cursor, PlannableAppointment)


def stage(cursor: Any, wanted: Iterable[DesiredReminder]) -> None:  # Any: Django's cursor
    """Copy the reminders that should be there into the table that `CREATE_WANTED` made."""
    rows = list(wanted)
    with cursor.copy(statements.COPY_WANTED) as copy:
        # Binary COPY wants exactly the types of the columns; the driver would choose the smallest
        # that holds a number.
        copy.set_types(statements.WANTED_TYPES)
        for row in rows:
            copy.write_row(_columns(row))
