"""Note what changes about visits, so that planning knows what their patients have to be told.

Whoever changes visits takes `visits_as_known` before the change and gives it to `note` after it, in
the same transaction and before planning; who changes thousands keeps them in a table. Without a
rule that tells of changes nothing is noted, and it costs one question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from django.db import connection

from reminders.domain.changes.statements import (
    GIVEN,
    READ,
    STATES_OF_CHANGES,
    note_of,
)
from reminders.models import Appointment, ReminderRule, VisitChange

Telling: TypeAlias = VisitChange.Telling
Knew = VisitChange.Knew
SETTLES = timedelta(minutes=10)
"""A booking that is corrected within this was not known before, whatever rules there are."""
AT_ONCE = 5_000


class KnownVisit(NamedTuple):
    """A visit as it stands before a change; when it starts as the database writes it."""

    id: int
    status: str
    starts_at: str
    location_id: int
    contact_id: int


def tells_of_changes() -> bool:
    """Whether a rule that tells of changes is on."""
    return ReminderRule.objects.filter(active=True, kind__in=ReminderRule.CHANGES).exists()


def visits_as_known(ids: Iterable[int]) -> list[KnownVisit]:
    """These visits as they stand, for `note`; none where no rule tells of changes."""
    if not tells_of_changes():
        return []
    with connection.cursor() as cursor:
        cursor.execute(READ, [list(ids)])
        return [KnownVisit(*row) for row in cursor.fetchall()]


def note(before: Sequence[KnownVisit], *, now: datetime, telling: Telling = Telling.RULE) -> None:
    """Note that these visits were changed `now`, but for those that stand as they did.

    `telling` says who tells the patients: the rules that are on, staff themselves, or nobody.
    """
    if not before:
        return
    columns = ("ids", "statuses", "starts", "locations", "contacts")
    values = map(list, zip(*before, strict=True))
    given = dict(zip(columns, values, strict=True)) | _given(now=now, telling=telling)
    with connection.cursor() as cursor:
        cursor.execute(note_of(GIVEN), given)


def note_kept(cursor: Any, table: str, *, now: datetime) -> None:  # Any: Django's cursor
    """The same of the visits that a table of this transaction holds, with the columns `KNOWN`."""
    cursor.execute(note_of(f"TABLE {table}"), _given(now=now, telling=Telling.RULE))


def _given(*, now: datetime, telling: Telling) -> dict[str, Any]:  # Any: columns of several types
    moments = {"now": now, "settled": now - SETTLES}
    return STATES_OF_CHANGES | moments | {"telling": str(telling)}


def note_new(ids: Collection[int], *, now: datetime, telling: Telling = Telling.RULE) -> None:
    """Note that these visits were booked `now`."""
    rows = Appointment.objects.filter(pk__in=ids)
    VisitChange.objects.bulk_create(
        (
            VisitChange(
                appointment=row, version=row.version, at=now, knew=Knew.NOTHING, telling=telling
            )
            for row in rows.only("version")
        ),
        batch_size=AT_ONCE,
    )
