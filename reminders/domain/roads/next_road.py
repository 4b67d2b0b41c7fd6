"""Let SMS take over what an earlier road did not bring in time, or can't bring.

The SMS is a message of its own, once for each (`Message.instead_of`), and carries the reminders
from then on. Where there is no time left for one, a card asks staff to call. What each road calls
things is its `Way`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q

from reminders.domain.common.cards import card_about, open_once
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import lock_appointments_of, lock_messages
from reminders.domain.common.turns import GoOn
from reminders.domain.links.keep import adopt_link
from reminders.domain.planning.plan import release_reminders
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.sending.outbox import new_text
from reminders.models import InboxItem, Message, Reminder, ReminderRule, Road

CHUNK = 100
State = Message.State


@dataclass(frozen=True)
class Way:
    """One road as this module sees it. `texts` is the table of what its texts have besides, with
    the columns `message`, `next_road_at`, `sms_until`, `settled_at` and `late_at`; `by` is its name
    on a message. `sms_text` says what the SMS says, `has_answer` whether none is needed any more.
    """

    road: Road
    texts: Any  # Any: one of two tables with these columns
    by: str
    emptied: Mapping[str, Any]  # Any: values of columns
    sms_text: Callable[[Any], str]
    has_answer: Callable[[Any], bool]
    not_taken: str
    not_known: str
    too_late: str
    withdrawn: str
    arrived: str
    arrived_late: str


class _Reminders(NamedTuple):
    """What a text carries: whether any of it is still to be told."""

    ids: list[int]
    hold: bool


def take_over(way: Way, *, now: datetime, go_on: GoOn) -> int:
    """Settle texts whose wait is over, or which failed; return how many."""
    settled = 0
    while go_on():
        with transaction.atomic():
            done = _some(way, now=now)
        settled += done
        if done < CHUNK:
            return settled
    return settled


def _some(way: Way, *, now: datetime) -> int:
    due = way.texts.objects.filter(settled_at=None, next_road_at__lte=now)
    ids = list(due.order_by("next_road_at").values_list("pk", flat=True)[:CHUNK])
    if not ids:
        return 0
    # In the one order: planning, which a release below asks for, holds appointments first.
    lock_appointments_of(ids)
    lock_messages(ids)
    # Read under the locks: a report may have come, or a change called the text off.
    rows = due.filter(pk__in=ids).select_related("message").order_by("pk")
    open_rows = [row for row in rows if not _is_being_handed_over(row.message, now=now)]
    called_off = [row.message for row in open_rows if row.message.cancel_requested_at]
    _end_called_off(way, called_off, now=now)
    arrived = (State.DELIVERED, State.CANCELLED)
    wanted = [
        row
        for row in open_rows
        if not row.message.cancel_requested_at and row.message.state not in arrived
    ]
    for row in wanted:
        _settle(way, row, now=now)
    way.texts.objects.filter(pk__in=[row.pk for row in open_rows]).update(
        settled_at=now, **way.emptied
    )
    return len(open_rows)


def _is_being_handed_over(message: Message, *, now: datetime) -> bool:
    held = message.claimed_until is not None and message.claimed_until >= now
    return message.state == State.SUBMITTING and held


def _end_called_off(way: Way, messages: Sequence[Message], *, now: datetime) -> None:
    """Withdrawn while nobody knew whether that road had them: nothing can be asked, so they end."""
    lost = [one.pk for one in messages]
    ended = Message.objects.filter(pk__in=lost, state__in=(State.UNKNOWN, State.SUBMITTING))
    ids = list(ended.values_list("pk", flat=True))
    ended.update(
        state=State.CANCELLED,
        words=way.withdrawn,
        final_at=now,
        cancel_settled_at=now,
        claimed_until=None,
        unknown_since=None,
    )
    release_reminders(ids, now=now)


def _settle(way: Way, row: Any, *, now: datetime) -> None:  # Any: as in `Way.texts`
    """One text by SMS in its place; where that can't be, its reminders have failed."""
    first = row.message
    if first.kind == Message.Kind.COPY:
        # The text that it went beside is sent anyway.
        _end(way, first, now=now)
        return
    if way.has_answer(row):
        if first.state in (State.UNKNOWN, State.SUBMITTING):
            _end(way, first, now=now)
        Reminder.objects.filter(message=first, state=Reminder.State.SENDING).update(
            state=Reminder.State.SENT, updated_at=now
        )
        return
    _end(way, first, now=now)
    carried = _carried(first)
    in_time = now <= row.sms_until and now < first.expires_at
    if in_time and (carried.hold or first.kind != Message.Kind.REMINDER):
        copy = _copy(first, way.sms_text(row), now=now)
        Reminder.objects.filter(pk__in=carried.ids).update(
            message=copy, state=Reminder.State.SENDING, reason=Reminder.Reason.NONE, updated_at=now
        )
        enqueue_after_commit("send")
        return
    Reminder.objects.filter(pk__in=carried.ids).update(
        state=Reminder.State.FAILED, reason=Reminder.Reason.NOT_DELIVERED, updated_at=now
    )
    # Nobody is to be called about what holds no longer, or about an answer to what they wrote.
    if carried.hold or first.kind == Message.Kind.STAFF:
        open_once([card_about(first, InboxItem.Kind.UNREACHABLE)], now=now)


def _end(way: Way, message: Message, *, now: datetime) -> None:
    """It failed, as far as anybody knows now; what is final already keeps its own words."""
    if message.state in Message.FINAL:
        return
    words = {State.QUEUED: way.not_taken, State.UNKNOWN: way.not_known}
    Message.objects.filter(pk=message.pk).update(
        state=State.FAILED,
        words=words.get(State(message.state), way.too_late),
        final_at=now,
        claimed_until=None,
        unknown_since=None,
    )


def _carried(message: Message) -> _Reminders:
    theirs = Reminder.objects.filter(
        message=message, state__in=(*Reminder.HANDED_OVER, Reminder.State.FAILED)
    )
    ids = list(theirs.values_list("pk", flat=True))
    holds = Q(version=F("appointment__version")) & _may_hold()
    return _Reminders(ids, bool(ids) and not theirs.exclude(holds).exists())


def _may_hold() -> Q:
    """The visit is in a state in which it may have a text of this rule."""
    found = Q(pk__in=[])
    for kind, statuses in ReminderRule.HOLDS.items():
        found |= Q(rule__kind=kind, appointment__status__in=statuses)
    return found


def _copy(first: Message, text: str, *, now: datetime) -> Message:
    copy = new_text(
        kind=Message.Kind(first.kind),
        phone=first.phone,
        text=text,
        now=now,
        expires_at=first.expires_at,
    )
    copy.asks, copy.purpose, copy.source_number = first.asks, first.purpose, first.source_number
    copy.contact_id, copy.appointment_id = first.contact_id, first.appointment_id
    copy.location_id, copy.created_by_id = first.location_id, first.created_by_id
    copy.instead_of = first
    if first.answers_id:
        # One answer to a reply: the text that goes now is it.
        Message.objects.filter(pk=first.pk).update(answers=None)
        copy.answers_id = first.answers_id
    copy.save(force_insert=True)
    if text != first.text:
        # What the first road said has an address of its own; that of this text opens from now on.
        adopt_link(copy.pk, text, "", now=now)
    return copy


def note_late(way: Way, arrived: Mapping[uuid.UUID, datetime], *, now: datetime) -> None:
    """These arrived, at these moments, after SMS had taken over: it is called back where it still
    can be, and what can't be is shown. In the caller's transaction.
    """
    if not arrived:
        return
    late = Message.objects.filter(pk__in=arrived, road=way.road, state=State.FAILED)
    late = late.filter(**{f"{way.by}__settled_at__isnull": False})
    found = list(late.values_list("pk", flat=True))
    copies = Message.objects.filter(instead_of__in=found)
    # In the one order, as everywhere: appointments before messages.
    lock_appointments_of([*found, *copies.values_list("pk", flat=True)])
    lock_messages([*found, *copies.values_list("pk", flat=True)])
    for pk in found:
        way.texts.objects.filter(pk=pk).update(late_at=arrived[pk])
    # That it had failed was our word and not the provider's: the one case in which an end is
    # taken back.
    late.update(state=State.DELIVERED, words=way.arrived_late, final_at=now)
    back = list(
        Message.objects.withdrawable(now=now)
        .filter(instead_of__in=found)
        .values_list("pk", "instead_of_id")
    )
    for copy_id, first_id in back:
        Reminder.objects.filter(message=copy_id, state__in=Reminder.HANDED_OVER).update(
            message=first_id, state=Reminder.State.SENT, updated_at=now
        )
        Message.objects.filter(pk=first_id).update(words=way.arrived)
    withdraw_messages([copy_id for copy_id, _ in back], now=now)
    if back:
        enqueue_after_commit("withdraw")
