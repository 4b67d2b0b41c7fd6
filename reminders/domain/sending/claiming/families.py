"""Which reminders go out as one text: same phone, place, local day and rule, unless a location says
no.

A mother of three is texted once, before the visits and when they are moved or cancelled together.
What the text says of each is `drafts`'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings

from reminders.domain.phones.parsing import costs_extra
from reminders.models import Location, Reminder, ReminderRule
from reminders.models.in_sql.claims import DueReminder, lock_family_reminders

FAMILY_WITHIN = timedelta(minutes=60)
FAMILY_MOST = 8
"""A number that more visits of one text share is a placeholder or the clinic's own: nobody's
family.
"""

TOLD_TOGETHER = (*ReminderRule.BEFORE, ReminderRule.Kind.MOVED, ReminderRule.Kind.CANCELLED)
"""Of these there are words for several visits; a booking or a missed visit is told of it alone."""

Locations = Mapping[int, Location]


def others_of_families(
    rows: Sequence[DueReminder], *, locations: Locations, now: datetime
) -> list[DueReminder]:
    """The other planned reminders that belong into the same texts as these, locked too."""
    keys = {_key(row) for row in rows if row.phone and joins_family(row, locations)}
    if not keys:
        return []
    # Skipped where another claim holds them, never waited for.
    found = lock_family_reminders(sorted(keys), have=[row.id for row in rows], now=now)
    those: dict[tuple[str, int, date, int], list[DueReminder]] = defaultdict(list)
    for row in rows:
        those[_key(row)].append(row)
    return [
        row
        for row in found
        if any(_together(row, other, locations) for other in those.get(_key(row), ()))
    ]


def families(rows: Iterable[DueReminder], *, locations: Locations) -> list[list[DueReminder]]:
    """Group what goes out as one text; most groups have one member."""
    groups: list[list[DueReminder]] = []
    open_groups: dict[tuple[str, int, date, int, str], list[DueReminder]] = {}
    for row in sorted(rows, key=lambda row: (row.starts_at, row.id)):
        # Two of a family may want different languages; one text can have only one.
        key = (*_key(row), row.language)
        group = open_groups.get(key)
        # What staff asked for now goes alone: they said which one, and its time is its own.
        joins = joins_family(row, locations) and not row.forced and not is_spoken(row)
        if (
            group is not None
            and joins
            and _together(row, group[0], locations)
            and not is_spoken(group[0])
        ):
            group.append(row)
            continue
        open_groups[key] = fresh = [row]
        groups.append(fresh)
    return groups


def joins_family(row: DueReminder, locations: Locations) -> bool:
    """Whether it may be told together with others of its kind."""
    return locations[row.location_id].family_messages and row.kind in TOLD_TOGETHER


def is_spoken(row: DueReminder) -> bool:
    """Whether the text is read aloud in a call; a call is about one appointment."""
    return row.is_spoken


def _key(row: DueReminder) -> tuple[str, int, date, int]:
    return (row.phone, row.location_id, row.local_date, row.rule_id)


def _together(row: DueReminder, other: DueReminder, locations: Locations) -> bool:
    """A days-before text covers the whole day; an hour-before text only what begins about then; one
    about a change the day that it tells of, which a visit that was moved before it was cancelled
    has no more.
    """
    if row.kind in ReminderRule.EVENTS:
        zone = locations[row.location_id].tz
        return row.starts_at.astimezone(zone).date() == other.starts_at.astimezone(zone).date()
    return row.days_before is not None or abs(row.starts_at - other.starts_at) <= FAMILY_WITHIN


class UnsendableError(Exception):
    """What the number of a text forbids."""

    def __init__(self, reason: Reminder.Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def check_number(group: Sequence[DueReminder], *, texts_lately: int) -> None:
    """Raise UnsendableError where the number of these costs extra, has too many people, or got
    enough for a day.
    """
    if costs_extra(group[0].phone):
        raise UnsendableError(Reminder.Reason.NO_PHONE)
    if len(group) > FAMILY_MOST:
        raise UnsendableError(Reminder.Reason.SHARED)
    if 0 < settings.MESSAGES_PER_NUMBER_PER_DAY <= texts_lately:
        raise UnsendableError(Reminder.Reason.CAPPED)
