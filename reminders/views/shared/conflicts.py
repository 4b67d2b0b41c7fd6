"""Two people edit the same thing: the second sees what the first one changed, and keeps what they
typed.

The form carries the moment of the state it was filled with; the domain compares it under a lock.
"""

from __future__ import annotations

from datetime import datetime

from reminders.models import Appointment, Contact


def stamp(row: Appointment | Contact) -> str:
    """The moment of the last change, as a form carries it."""
    return row.updated_at.isoformat()


def seen_at(written: str) -> datetime | None:
    """The moment that a form carries; None when it was tampered with or is missing."""
    try:
        seen = datetime.fromisoformat(written)
    except ValueError:
        return None
    return seen if seen.tzinfo else None
