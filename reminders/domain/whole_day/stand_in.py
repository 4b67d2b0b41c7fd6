"""Rules' texts that the text about a change stands for, so that nobody gets both.

Whatever is planned for a changed visit within a day is told by that text: it carries the question
whether the patient comes, as if the rule had sent it, and the others are not sent. Texts that
events cause are planned as reminders, too, and so they are never sent beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from reminders.domain.common.locks import lock_planned_of
from reminders.domain.planning.desired import desired_reminders
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.planning.staging import read_plannable
from reminders.domain.whole_day.wish import Wish
from reminders.models import Appointment, Reminder, ReminderRule

WITHIN = timedelta(hours=24)
ASKS = str(ReminderRule.Kind.CONFIRMATION)

Planned = dict[int, list[int]]
"""By visit, the ids of its planned reminders; the one that asks comes first."""


def planned_soon(ids: Sequence[int], wish: Wish, *, send_at: datetime) -> Planned:
    """What is planned for these visits, locked, and told by a text that leaves at `send_at`."""
    lock_planned_of(ids)
    rows = Reminder.objects.filter(
        appointment__in=ids,
        version=F("appointment__version"),
        state=Reminder.State.PLANNED,
        due_at__lte=send_at + WITHIN,
    ).values_list("appointment_id", "pk", "rule__kind")
    return _in_order(rows, wish)


def would_be_planned(
    visits: Sequence[Appointment], wish: Wish, *, send_at: datetime, now: datetime
) -> Planned:
    """The same for visits that are not moved yet; the ids are those of rules."""
    book, by_id = RuleSet.load(), {visit.pk: visit for visit in visits}
    subjects = [
        replace(
            one,
            version=one.version + 1,
            starts_at=by_id[one.id].starts_at,
            local_date=by_id[one.id].local_date,
            status=Appointment.Status.BOOKED,
            changed_at=now,
        )
        for one in read_plannable(list(by_id), book=book, lock=False)
    ]
    kinds = {rule.id: rule.kind for rule in book.rules}
    wanted = (
        (one.appointment_id, one.rule_id, kinds[one.rule_id])
        for one in desired_reminders(subjects, book=book, now=now)
        if not one.reason and one.due_at <= send_at + WITHIN
    )
    return _in_order(wanted, wish)


def stand_in(planned: Planned, messages: Mapping[int, UUID], *, now: datetime) -> int:
    """Have each visit's message carry the first of its reminders; the others are told by it.

    Returns how many reminders that were.
    """
    theirs = {visit: ids for visit, ids in planned.items() if visit in messages and ids}
    carried = [
        Reminder(
            pk=ids[0],
            state=Reminder.State.SENDING,
            reason=Reminder.Reason.NONE,
            message_id=messages[visit],
            updated_at=now,
        )
        for visit, ids in theirs.items()
    ]
    Reminder.objects.bulk_update(carried, ["state", "reason", "message", "updated_at"])
    told = [pk for ids in theirs.values() for pk in ids[1:]]
    Reminder.objects.filter(pk__in=told).update(
        state=Reminder.State.SKIPPED, reason=Reminder.Reason.REPLACED, updated_at=now
    )
    return len(told) + len(carried)


def _in_order(rows: Iterable[tuple[int, int, str]], wish: Wish) -> Planned:
    found: dict[int, list[tuple[bool, int]]] = defaultdict(list)
    for visit, pk, kind in rows:
        if kind == ASKS or not wish.keeps_reminders:
            found[visit].append((kind != ASKS, pk))
    return {visit: [pk for _, pk in sorted(ids)] for visit, ids in found.items()}
