"""The order in which rows are locked, so that changes take turns instead of stopping each other.

Appointments come first, by their ids; then contacts and opt-outs; then reminders without a message;
then messages, by their ids, each before the reminders that it carries. Whoever works from a message
backwards to its appointments locks those before touching it. A claim of due reminders shares their
appointments and skips those that somebody holds. Where two changes meet all the same, one is tried
again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")
STOPPED_EACH_OTHER = frozenset({"40P01", "40001"})
"""PostgreSQL's codes for a deadlock and for a change that can't be put in an order with another."""


def lock_appointments(ids: Iterable[int]) -> None:
    """Lock these appointments until the transaction ends."""
    _lock(_APPOINTMENTS, sorted(set(ids)))


def lock_appointments_of(message_ids: Collection[uuid.UUID]) -> None:
    """Lock the appointments of the reminders that these messages carry."""
    _lock(_OF_MESSAGES, list(message_ids))


def lock_coming_on(phones: Collection[str], *, now: datetime) -> None:
    """Lock the appointments still to come of everyone on these numbers."""
    _lock(_ON_NUMBERS, [phone for phone in phones if phone], now=now)


def lock_coming_of(contact_ids: Collection[int], *, now: datetime) -> list[int]:
    """Lock the appointments still to come of these contacts, and return their ids in order."""
    return _lock(_OF_CONTACTS, list(contact_ids), now=now)


def lock_planned_of(appointment_ids: Collection[int]) -> None:
    """Lock what is planned for these appointments, once no claim is at it any more."""
    _lock(_PLANNED, list(appointment_ids))


def lock_messages(ids: Collection[uuid.UUID]) -> None:
    """Lock these messages until the transaction ends."""
    _lock(_MESSAGES, list(ids))


def _lock(statement: str, keys: list[Any], **given: Any) -> list[Any]:  # Any: ids, numbers, times
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"keys": keys, **given})
        return [row[0] for row in cursor.fetchall()]


def again_after_deadlock(change: Callable[P, R]) -> Callable[P, R]:
    """Run a change once more when the database stopped it for another: no click of a person may get
    lost.

    For functions that are one transaction. Within a transaction of the caller's nothing is left to
    run again.
    """

    @wraps(change)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return change(*args, **kwargs)
        except OperationalError as error:
            code = getattr(error.__cause__, "sqlstate", None)
            if connection.in_atomic_block or code not in STOPPED_EACH_OTHER:
                raise
        return change(*args, **kwargs)

    return run


_APPOINTMENTS = (
    "SELECT id FROM reminders_appointment WHERE id = ANY(%(keys)s) ORDER BY id FOR NO KEY UPDATE"
)

_OF_MESSAGES = """
SELECT id FROM reminders_appointment
WHERE id IN (SELECT appointment_id FROM reminders_reminder WHERE message_id = ANY(%(keys)s::uuid[]))
ORDER BY id FOR NO KEY UPDATE
"""

_OF_CONTACTS = """
SELECT id FROM reminders_appointment
WHERE contact_id = ANY(%(keys)s::bigint[]) AND starts_at > %(now)s ORDER BY id FOR NO KEY UPDATE
"""

_ON_NUMBERS = """
SELECT id FROM reminders_appointment
WHERE contact_id IN (SELECT id FROM reminders_contact WHERE phone = ANY(%(keys)s::text[]))
  AND starts_at > %(now)s
ORDER BY id FOR NO KEY UPDATE
"""

_PLANNED = """
SELECT id FROM reminders_reminder
WHERE appointment_id = ANY(%(keys)s::bigint[]) AND state = 'planned' ORDER BY id FOR NO KEY UPDATE
"""

_MESSAGES = "SELECT id FROM reminders_message WHERE id = ANY(%(keys)s::uuid[]) ORDER BY id FOR NO KEY UPDATE"
