"""Who did what: the one place that writes history lines.

History is written in the transaction of the change it tells of, and never changed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reminders.models import Event


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: a signed-in user, a patient's reply, an import or the application itself."""

    source: Event.Source
    user_id: int | None = None

    @classmethod
    def staff(cls, user_id: int | None) -> Actor:
        """A signed-in user."""
        return cls(Event.Source.STAFF, user_id)


PATIENT = Actor(Event.Source.PATIENT)
IMPORT = Actor(Event.Source.IMPORT)
SYSTEM = Actor(Event.Source.SYSTEM)


def remember(
    kind: str,
    *,
    by: Actor,
    now: datetime,
    appointment_id: int | None = None,
    contact_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> Event:
    """Write one line of history and return it. `details` holds JSON values only."""
    return Event.objects.create(
        appointment_id=appointment_id,
        contact_id=contact_id,
        at=now,
        source=by.source,
        user_id=by.user_id,
        kind=kind,
        details=dict(details or {}),
    )


def remember_each(
    kind: str, lines: Iterable[tuple[int, Mapping[str, Any]]], *, by: Actor, now: datetime
) -> list[Event]:
    """Write the same kind of line for many appointments: pairs of appointment id and details."""
    return Event.objects.bulk_create(
        Event(
            appointment_id=appointment_id,
            at=now,
            source=by.source,
            user_id=by.user_id,
            kind=kind,
            details=dict(details),
        )
        for appointment_id, details in lines
    )
