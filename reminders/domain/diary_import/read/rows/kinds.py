"""What the readers of a row share: places and bounds, the location a row is of, where columns
stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from reminders.domain.diary_import.read.header.columns import Columns

CELL_SEPARATOR = "\x1f"
LONGEST = {
    "external_id": 100,
    "patient_id": 100,
    "first_name": 150,
    "last_name": 150,
    "preferred_name": 150,
    "name": 300,
    "location": 100,
    "practitioner": 100,
    "service": 100,
}
MOST_NAMES = 5_000
"""So many different values at most are remembered of a column; more are no names of people who
treat.
"""


@dataclass(frozen=True, slots=True)
class ImportLocation:
    """What reading a row needs to know of its location."""

    id: int
    zone: ZoneInfo
    country: str


def places_of(columns: Columns, field: str) -> list[int]:
    """Every column of this meaning: "Cancelled" and "Deleted" may stand side by side."""
    first = columns.places.get(field)
    more = getattr(columns, "more", {}).get(field, ())
    return [*([] if first is None else [first]), *(place for place in more if place != first)]
