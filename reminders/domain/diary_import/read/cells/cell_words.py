"""What a diary's word for a status stores, and the length that a cell means: the door for rows.

Whoever must tell what is asked about from what is left out reads `statuses` itself.
"""

from __future__ import annotations

from reminders.domain.diary_import.read.cells import statuses
from reminders.domain.diary_import.read.cells.when.durations import read_minutes

__all__ = ["read_minutes", "read_status"]
_STORED = frozenset({"booked", "confirmed", "cancelled", "arrived", "no_show"})


def read_status(text: str) -> str | None:
    """The status of an appointment that a diary's word surely means; None for any other word."""
    meaning = statuses.read_status(text)
    return str(meaning) if meaning in _STORED else None
