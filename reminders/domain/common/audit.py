"""Who did what: here history lines are written, but for those of diary files.

A file writes thousands, in the statements that change what they tell of: `diary_import.write`.

History is written in the transaction of the change it tells of, and never changed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser

from reminders.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: a signed-in user, a patient's reply, an import or the application
    itself.
    """

    source: AuditEntry.Source
    user_id: int | None = None

    @classmethod
    def staff(cls, user_id: int | None) -> Actor:
        """A signed-in user; None for one who was deleted meanwhile."""
        return cls(AuditEntry.Source.STAFF, user_id)


def name_of(user: AbstractUser | None) -> str:
    """What colleagues call a user: the full name, else the user name; nothing for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""


PATIENT = Actor(AuditEntry.Source.PATIENT)
IMPORT = Actor(AuditEntry.Source.IMPORT)
SYSTEM = Actor(AuditEntry.Source.SYSTEM)


def record(
    kind: str,
    *,
    by: Actor,
    now: datetime,
    appointment_id: int | None = None,
    contact_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write one line of history and return it. `details` holds JSON values only."""
    entry = _entry(
        kind,
        by=by,
        now=now,
        appointment_id=appointment_id,
        contact_id=contact_id,
        details=dict(details or {}),
    )
    # Insert or fail: history is added to, and never written over.
    entry.save(force_insert=True)
    return entry


def record_contacts(
    kind: str,
    lines: Iterable[tuple[int, Mapping[str, Any]]],
    *,
    by: Actor,
    now: datetime,
) -> list[AuditEntry]:
    """Write the same kind of line for many contacts: pairs of contact id and details."""
    return AuditEntry.objects.bulk_create(
        _entry(kind, by=by, now=now, contact_id=contact_id, details=dict(details))
        for contact_id, details in lines
    )


def record_each(
    kind: str, lines: Iterable[tuple[int, Mapping[str, Any]]], *, by: Actor, now: datetime
) -> list[AuditEntry]:
    """Write the same kind of line for many appointments: pairs of appointment id and details."""
    return AuditEntry.objects.bulk_create(
        _entry(kind, by=by, now=now, appointment_id=appointment_id, details=dict(details))
        for appointment_id, details in lines
    )


def _entry(kind: str, *, by: Actor, now: datetime, **about: Any) -> AuditEntry:  # Any: its columns
    return AuditEntry(at=now, source=by.source, user_id=by.user_id, kind=kind, **about)
