"""Which reminders go out as one text: same phone, place, local day and rule, unless a location says
no.

A mother of three is texted once. What the text says of each is `claiming`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from reminders.models import Location
from reminders.models.claims import DueReminder, lock_family_reminders

FAMILY_WITHIN = timedelta(minutes=60)
FAMILY_MOST = 8
"""A number that more visits of one text share is a placeholder or the clinic's own: nobody's
family.
"""

Locations = Mapping[int, Location]


def others_of_families(
    rows: Sequence[DueReminder], *, locations: Locations, day_ago: datetime
) -> list[DueReminder]:
    """The other planned reminders that belong into the same texts as these, locked too."""
    keys = {_key(row) for row in rows if row.phone and locations[row.location_id].family_messages}
    if not keys:
        return []
    found = lock_family_reminders(sorted(keys), have=[row.id for row in rows], day_ago=day_ago)
    starts: dict[tuple[str, int, date, int], list[datetime]] = defaultdict(list)
    for row in rows:
        starts[_key(row)].append(row.starts_at)
    return [
        row for row in found if any(_together(row, other) for other in starts.get(_key(row), ()))
    ]


def families(rows: Iterable[DueReminder], *, locations: Locations) -> list[list[DueReminder]]:
    """Group what goes out as one text; most groups have one member."""
    groups: list[list[DueReminder]] = []
    open_groups: dict[tuple[str, int, date, int, str], list[DueReminder]] = {}
    for row in sorted(rows, key=lambda row: (row.starts_at, row.id)):
        key = (*_key(row), row.language)
        group = open_groups.get(key)
        joins = locations[row.location_id].family_messages and not row.forced and not is_spoken(row)
        if (
            group is not None
            and joins
            and _together(row, group[0].starts_at)
            and not is_spoken(group[0])
        ):
            group.append(row)
            continue
        open_groups[key] = fresh = [row]
        groups.append(fresh)
    return groups


def is_spoken(row: DueReminder) -> bool:
    """Whether the text is read aloud in a call; a call is about one appointment."""
    return row.channel == "voice" or row.phone_kind == "landline"


def _key(row: DueReminder) -> tuple[str, int, date, int]:
    return (row.phone, row.location_id, row.local_date, row.rule_id)


def _together(row: DueReminder, other_start: datetime) -> bool:
    """A days-before text covers the whole day; an hour-before text only what begins about then."""
    return row.days_before is not None or abs(row.starts_at - other_start) <= FAMILY_WITHIN
