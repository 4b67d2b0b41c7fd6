"""Let the next road take over what an earlier one did not bring in time, or can't bring; the last
is SMS.

What takes over is a message of its own, once for each (`Message.instead_of`), and carries the
reminders from then on. Where there is no time left for an SMS, a card asks staff to call. What each
road calls things is its `Way`, which roads a text has tried its `chain`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q

from reminders.domain.clock import rule_schedule
from reminders.domain.common.cards import card_about, open_once
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import lock_appointments_of, lock_messages
from reminders.domain.common.turns import GoOn
from reminders.domain.links.keep import adopt_link
from reminders.domain.planning.plan import release_reminders
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.roads import chain
from reminders.domain.roads.consent import may_go
from reminders.domain.sending.claiming.other_roads import BELL, ByRoads, in_time, legs_of
from reminders.domain.sending.outbox import new_text
from reminders.models import InboxItem, Message, Reminder, ReminderRule, Road

CHUNK = 100
TEXT_BY = {
    Road.SMS: "the SMS",
    Road.WHATSAPP: "the text by WhatsApp",
    Road.EMAIL: "the e-mail",
}
NOT_NEEDED = "Not needed any more: the visit was answered"
State = Message.State


@dataclass(frozen=True)
class Way:
    """One road as this module sees it. `texts` is the table of what its texts have besides, with
    the columns `message`, `later`, `next_road_at`, `sms_until`, `settled_at` and `late_at`; `by` is
    its name on a message. `sms_text` says what the SMS says.
    """

    road: Road
    texts: Any  # Any: one of two tables with these columns
    by: str
    emptied: Mapping[str, Any]  # Any: values of columns
    sms_text: Callable[[Any], str]
    not_taken: str
    not_known: str
    too_late: str
    withdrawn: str
    arrived: str


class _Reminders(NamedTuple):
    """What a text carries: whether all of it is still to be told, and by staff's wish at once."""

    ids: list[int]
    hold: bool
    forced: bool


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
    # Read only where another road than SMS may be next.
    rules = RuleSet.load() if any(row.later for row in wanted) else None
    for row in wanted:
        _settle(way, row, rules, now=now)
    way.texts.objects.filter(pk__in=[row.pk for row in open_rows]).update(
        settled_at=now, later=[], **way.emptied
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


def _settle(
    way: Way,
    row: Any,  # Any: as in `Way.texts`
    rules: RuleSet | None,
    *,
    now: datetime,
) -> None:
    """One text by the next road in its place; where that can't be, its reminders have failed."""
    first = row.message
    if first.kind == Message.Kind.COPY:
        # The text that it went beside is sent anyway.
        _end(way, first, now=now)
        return
    if chain.is_answered(first):
        _need_no_more(way, first, now=now)
        return
    _end(way, first, now=now)
    carried = _carried(first)
    in_time = now <= row.sms_until and now < first.expires_at
    if in_time and (carried.hold or first.kind != Message.Kind.REMINDER):
        copy = _copy(
            first, way.sms_text(row), _by_roads(way, row, carried, rules, now=now), now=now
        )
        Reminder.objects.filter(pk__in=carried.ids).update(
            message=copy, state=Reminder.State.SENDING, reason=Reminder.Reason.NONE, updated_at=now
        )
        enqueue_after_commit(BELL[Road(copy.road)])
        return
    Reminder.objects.filter(pk__in=carried.ids).update(
        state=Reminder.State.FAILED, reason=Reminder.Reason.NOT_DELIVERED, updated_at=now
    )
    # Nobody is to be called about what holds no longer, or about an answer to what they wrote.
    if carried.hold or first.kind == Message.Kind.STAFF:
        open_once([card_about(first, InboxItem.Kind.UNREACHABLE)], now=now)


def _by_roads(
    way: Way, row: Any, carried: _Reminders, rules: RuleSet | None, *, now: datetime
) -> tuple[ByRoads, datetime] | None:
    """What the text still tries before SMS, and from when on; None where that is nothing."""
    first = row.message
    legs = [leg for leg in legs_of(row.later) if may_go(leg, phone=first.phone)]
    if not legs or rules is None or first.location_id is None:
        return None
    hours = rules.hours[first.location_id]
    moment = now if carried.forced else rule_schedule.next_open(now, hours)
    left = in_time(legs, moment=moment, sms_until=row.sms_until)
    return (ByRoads(left, row.sms_until, way.sms_text(row)), moment) if left else None


def _need_no_more(way: Way, message: Message, *, now: datetime) -> None:
    """Somebody saw an earlier text, or the visit was answered: nothing more is sent."""
    if message.state in (State.UNKNOWN, State.SUBMITTING):
        _end(way, message, now=now)
    theirs = Reminder.objects.filter(message=message)
    if seen := chain.seen_before(message):
        # The one that arrived carries them, whatever became of this one.
        theirs = theirs.filter(state__in=(*Reminder.HANDED_OVER, Reminder.State.FAILED))
        theirs.update(
            message=seen, state=Reminder.State.SENT, reason=Reminder.Reason.NONE, updated_at=now
        )
    waits = Message.objects.filter(pk=message.pk, state=State.QUEUED)
    if waits.update(state=State.CANCELLED, words=NOT_NEEDED, final_at=now):
        theirs.filter(state=Reminder.State.SENDING).update(
            state=Reminder.State.EXPIRED, reason=Reminder.Reason.CONFIRMED, updated_at=now
        )
    theirs.filter(state=Reminder.State.SENDING).update(state=Reminder.State.SENT, updated_at=now)


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
    hold = bool(ids) and not theirs.exclude(holds).exists()
    return _Reminders(ids, hold, hold and theirs.filter(forced=True).exists())


def _may_hold() -> Q:
    """The visit is in a state in which it may have a text of this rule."""
    found = Q(pk__in=[])
    for kind, statuses in ReminderRule.HOLDS.items():
        found |= Q(rule__kind=kind, appointment__status__in=statuses)
    return found


def _copy(
    first: Message, text: str, roads: tuple[ByRoads, datetime] | None, *, now: datetime
) -> Message:
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
    if roads:
        by, moment = roads
        copy.road, copy.scheduled_at, copy.send_after = by.road, moment, moment
        # A mail costs no parts.
        copy.segments = 0 if by.road == Road.EMAIL else copy.segments
        copy.save(force_insert=True)
        by.beside(copy).save(force_insert=True)
        return copy
    copy.save(force_insert=True)
    if text != first.text:
        # What the first road said has an address of its own; that of this text opens from now on.
        adopt_link(copy.pk, text, "", now=now)
    return copy


def note_late(way: Way, arrived: Mapping[uuid.UUID, datetime], *, now: datetime) -> None:
    """These arrived, at these moments, after the next road had taken over: what followed is called
    back where it still can be, and what can't be is shown. In the caller's transaction.
    """
    if not arrived:
        return
    late = Message.objects.filter(pk__in=arrived, road=way.road, state=State.FAILED)
    late = late.filter(**{f"{way.by}__settled_at__isnull": False})
    found = list(late.values_list("pk", flat=True))
    after = chain.after(found)
    # In the one order, as everywhere: appointments before messages.
    lock_appointments_of([*found, *after])
    lock_messages([*found, *after])
    for pk in found:
        way.texts.objects.filter(pk=pk).update(late_at=arrived[pk])
        next_road = Message.objects.filter(instead_of=pk).values_list("road", flat=True).first()
        # That it had failed was our word and not the provider's: the one case in which an end is
        # taken back.
        Message.objects.filter(pk=pk).update(
            state=State.DELIVERED,
            words=f"{way.arrived} after {TEXT_BY[Road(next_road or Road.SMS)]} had gone",
            final_at=now,
        )
    still_here = Message.objects.withdrawable(now=now).filter(pk__in=after)
    back = list(still_here.values_list("pk", flat=True))
    for pk in back:
        Reminder.objects.filter(message=pk, state__in=Reminder.HANDED_OVER).update(
            message=after[pk], state=Reminder.State.SENT, updated_at=now
        )
        if Message.objects.filter(pk=pk, instead_of=after[pk]).exists():
            Message.objects.filter(pk=after[pk]).update(words=way.arrived)
    withdraw_messages(back, now=now)
    if back:
        enqueue_after_commit("withdraw")
