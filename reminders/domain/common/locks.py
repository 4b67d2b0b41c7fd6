"""The order in which rows are locked, so that changes take turns instead of stopping each other.

Appointments come first, by their ids; then contacts and opt-outs; then reminders without a message;
then messages, by their ids, each before the reminders that it carries. Whoever works from a message
backwards to its appointments locks those before touching it. A claim of due reminders shares their
appointments and skips those that somebody holds. Where two changes meet all the same, one is tried
again.

What follows no order of several rows is locked where it is worked on: claims, which skip what
others hold; a row of the set-up that is being edited; the comparison of an import.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum, unique
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from reminders.models import Appointment, AuditEntry, Contact, Reminder
from reminders.models.care.reached import reached_on

P = ParamSpec("P")
R = TypeVar("R")
STOPPED_EACH_OTHER = frozenset({"40P01", "40001"})
"""PostgreSQL's codes for a deadlock and for a change that can't be put in an order with another."""
_TAKEN = "23505"
"""Its code for a value that another row has by now."""


@unique
class AdvisoryLock(IntEnum):
    """Locks that belong to no row, by the numbers under which the database knows them.

    Each of them ends with its transaction. The numbers are shared by all releases that may run at
    the same time, so a number is never used again for something else.
    """

    RULES = 7_114_001
    """Shared by plannings; alone, by whoever changes rules or texting hours."""
    WORDINGS = 7_114_002
    """Shared by claims; alone, by whoever changes wordings or what they mention."""
    PERIODIC_TASKS = 7_261_990
    """Of the programs that start at a time, one adds the periodic tasks that are missing."""
    IMPORTED_LOCATION = 7_261_994
    """With a location's id: one import at a time works there."""
    IMPORTED_FILE = 7_261_995
    """With an import's id: one worker at a time works on it."""
    IMPORT_FOLDER = 7_261_996
    """One worker at a time looks into the watched folder."""
    RIGHTS = 7_261_997
    """Of two who take rights from each other, the second looks again."""
    STATISTICS = 7_261_998
    """One at a time writes the figures of a day."""
    BULK_CHANGES = 7_261_999
    """Of two who say the same delay at once, the second finds what the first began."""


def take(lock: AdvisoryLock, *, shared: bool = False) -> None:
    """Wait for this lock and hold it until the transaction ends; `shared`, together with others."""
    call = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}(%s)", [int(lock)])


@contextmanager
def giving_up_soon() -> Iterator[None]:
    """In a savepoint, wait for locks a few seconds only. Raises OperationalError after that.

    For staff who wait for a page: behind the planning of a large import they would wait for
    minutes, and with them everybody who wants the lock shared.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '4s'")
        yield
        # What follows in this transaction may wait as ever; the limit was for this lock alone.
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def lock_appointment(pk: int) -> Appointment:
    """Lock one appointment until the transaction ends. Raises DoesNotExist."""
    return Appointment.objects.select_for_update(no_key=True).get(pk=pk)


def lock_contact(pk: int) -> Contact:
    """Lock one contact to change it; the appointments that its change may reach come before."""
    return Contact.objects.select_for_update(no_key=True).get(pk=pk)


def lock_contacts(rows: QuerySet[Contact]) -> list[int]:
    """Lock these contacts to change them, in the order of their keys; their ids."""
    locked = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def lock_whole_contact(pk: int) -> Contact:
    """Lock one contact as `lock_both_contacts` does. Raises DoesNotExist."""
    return Contact.objects.select_for_update().get(pk=pk)


def lock_both_contacts(one: int, other: int) -> dict[int, Contact]:
    """Lock two contacts, those of them that are there, against all that would begin to name them.

    Their appointments come before.
    """
    # Unlike a mere change: one of them is about to go, and a row that names it must wait and fail.
    rows = Contact.objects.select_for_update().filter(pk__in=[one, other]).order_by("pk")
    return {row.pk: row for row in rows}


def lock_audit_entry(pk: int) -> AuditEntry:
    """Lock a line of history, so that it is undone once; before its appointment."""
    return AuditEntry.objects.select_for_update(no_key=True).get(pk=pk)


def lock_appointments(ids: Iterable[int]) -> None:
    """Lock these appointments until the transaction ends."""
    _lock(Appointment.objects.filter(pk__in=set(ids)))


def lock_appointments_of(message_ids: Collection[uuid.UUID]) -> None:
    """Lock the appointments of the reminders that these messages carry."""
    carried = Reminder.objects.filter(message_id__in=message_ids)
    _lock(Appointment.objects.filter(pk__in=carried.values("appointment_id")))


def lock_coming_on(phones: Collection[str], *, now: datetime) -> None:
    """Lock the appointments still to come of everyone on these numbers."""
    _lock(Appointment.objects.filter(contact_id__in=reached_on(phones), starts_at__gt=now))


def lock_coming_of(contact_ids: Collection[int], *, now: datetime) -> list[int]:
    """Lock the appointments still to come of these contacts, and return their ids in order."""
    return _lock(Appointment.objects.filter(contact_id__in=contact_ids, starts_at__gt=now))


def lock_planned_of(appointment_ids: Collection[int]) -> None:
    """Lock what is planned for these appointments, once no claim is at it any more."""
    planned = Reminder.objects.filter(state=Reminder.State.PLANNED)
    _lock(planned.filter(appointment_id__in=appointment_ids))


def lock_messages(ids: Collection[uuid.UUID]) -> None:
    """Lock these messages until the transaction ends, in the order of their ids."""
    # As one array, and none handed back: an import may ask back tens of thousands.
    array = "{" + ",".join(map(str, ids)) + "}"
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_MESSAGES, [array])


_LOCK_MESSAGES = """
SELECT count(*) FROM (
    SELECT id FROM reminders_message WHERE id = ANY(%s::uuid[])
    ORDER BY id FOR NO KEY UPDATE) held
"""


def _lock(rows: QuerySet[Any]) -> list[Any]:  # Any: of any table, with ids of any type
    """Lock these rows in the order of their ids, and return the ids."""
    # Two that lock the same rows in different orders would stop each other. NO KEY: rows that only
    # point here, such as a line of history, may still be added meanwhile.
    ordered = rows.order_by("pk").select_for_update(no_key=True)
    return list(ordered.values_list("pk", flat=True))


def retry_on_conflict(change: Callable[P, R]) -> Callable[P, R]:
    """Run a change once more when the database stopped it for another: no click of a person may get
    lost.

    For functions that are one transaction. Within a transaction of the caller's nothing is left to
    run again.
    """
    return _retried(change, attempts=2, codes=STOPPED_EACH_OTHER, in_savepoint=False)


def retry_import(change: Callable[P, R]) -> Callable[P, R]:
    """Run an import again, twice at most, when another transaction came in between.

    Imports of different locations may meet in one patient or one practitioner: then one of them is
    told that a number is taken, or that both wait for each other. The next time it finds what the
    other made. For what is a transaction or, within one, a savepoint of its own.
    """
    return _retried(change, attempts=3, codes={*STOPPED_EACH_OTHER, _TAKEN}, in_savepoint=True)


def _retried(
    change: Callable[P, R], *, attempts: int, codes: Set[str], in_savepoint: bool
) -> Callable[P, R]:
    @wraps(change)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(attempts - 1):
            try:
                return change(*args, **kwargs)
            except DatabaseError as error:
                # Within a caller's transaction everything before this change is lost as well, but
                # for a savepoint: only the caller can begin again.
                alone = in_savepoint or not connection.in_atomic_block
                if not alone or getattr(error.__cause__, "sqlstate", None) not in codes:
                    raise
        return change(*args, **kwargs)

    return run
