"""Let SMS take over what WhatsApp did not bring in time, or can't bring.

By then WhatsApp has given the text up (`claiming.approved.lets_go`), so the phone does not get
both. The SMS is a message of its own, once for each (`Message.instead_of`), and carries the
reminders from then on. Where there is no time left for one, a card asks staff to call.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q

from reminders.domain.common.cards import card_about, open_once
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import lock_appointments_of, lock_messages
from reminders.domain.common.turns import GoOn
from reminders.domain.planning.plan import release_reminders
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.sending.outbox import new_text
from reminders.models import InboxItem, Message, Reminder, ReminderRule, WhatsAppText

CHUNK = 100
State = Message.State
WORDS = {
    State.QUEUED: "WhatsApp did not take it in time",
    State.UNKNOWN: "Not known whether WhatsApp took it",
}
TOO_LATE = "WhatsApp did not say in time that it arrived"
ARRIVED_LATE = "Delivered by WhatsApp after the SMS had gone"


class _Reminders(NamedTuple):
    """What a text carries: whether any of it is still to be told."""

    ids: list[int]
    hold: bool


def take_over(*, now: datetime, go_on: GoOn) -> int:
    """Settle texts whose wait is over, or which failed; return how many."""
    settled = 0
    while go_on():
        with transaction.atomic():
            done = _some(now=now)
        settled += done
        if done < CHUNK:
            return settled
    return settled


def _some(*, now: datetime) -> int:
    due = WhatsAppText.objects.filter(settled_at=None, next_road_at__lte=now)
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
    _end_called_off(called_off, now=now)
    arrived = (State.DELIVERED, State.CANCELLED)
    wanted = [
        row
        for row in open_rows
        if not row.message.cancel_requested_at and row.message.state not in arrived
    ]
    for row in wanted:
        _settle(row, now=now)
    WhatsAppText.objects.filter(pk__in=[row.pk for row in open_rows]).update(
        settled_at=now, parameters=[]
    )
    return len(open_rows)


def _is_being_handed_over(message: Message, *, now: datetime) -> bool:
    held = message.claimed_until is not None and message.claimed_until >= now
    return message.state == State.SUBMITTING and held


def _end_called_off(messages: Sequence[Message], *, now: datetime) -> None:
    """Withdrawn while nobody knew whether WhatsApp had them: nothing can be asked, so they end."""
    lost = [one.pk for one in messages]
    ended = Message.objects.filter(pk__in=lost, state__in=(State.UNKNOWN, State.SUBMITTING))
    ids = list(ended.values_list("pk", flat=True))
    ended.update(
        state=State.CANCELLED,
        words="Withdrawn; not known whether WhatsApp had it",
        final_at=now,
        cancel_settled_at=now,
        claimed_until=None,
        unknown_since=None,
    )
    release_reminders(ids, now=now)


def _settle(row: WhatsAppText, *, now: datetime) -> None:
    """One text by SMS in its place; where that can't be, its reminders have failed."""
    first = row.message
    _end(first, now=now)
    carried = _carried(first)
    in_time = now <= row.sms_until and now < first.expires_at
    if in_time and (carried.hold or first.kind != Message.Kind.REMINDER):
        copy = _copy(first, now=now)
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


def _end(message: Message, *, now: datetime) -> None:
    """It failed, as far as anybody knows now; what is final already keeps its own words."""
    if message.state in Message.FINAL:
        return
    Message.objects.filter(pk=message.pk).update(
        state=State.FAILED,
        words=WORDS.get(State(message.state), TOO_LATE),
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


def _copy(first: Message, *, now: datetime) -> Message:
    copy = new_text(
        kind=Message.Kind(first.kind),
        phone=first.phone,
        text=first.text,
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
    return copy


def note_late(arrived: Mapping[uuid.UUID, datetime], *, now: datetime) -> None:
    """These arrived, at these moments, after SMS had taken over: it is called back where it still
    can be, and what can't be is shown. In the caller's transaction.
    """
    if not arrived:
        return
    late = Message.objects.filter(pk__in=arrived, road=Message.Road.WHATSAPP, state=State.FAILED)
    late = late.filter(by_whatsapp__settled_at__isnull=False)
    found = list(late.values_list("pk", flat=True))
    copies = Message.objects.filter(instead_of__in=found)
    # In the one order, as everywhere: appointments before messages.
    lock_appointments_of([*found, *copies.values_list("pk", flat=True)])
    lock_messages([*found, *copies.values_list("pk", flat=True)])
    for pk in found:
        WhatsAppText.objects.filter(pk=pk).update(late_at=arrived[pk])
    # That it had failed was our word and not the provider's: the one case in which an end is
    # taken back.
    late.update(state=State.DELIVERED, words=ARRIVED_LATE, final_at=now)
    back = list(
        Message.objects.withdrawable(now=now)
        .filter(instead_of__in=found)
        .values_list("pk", "instead_of_id")
    )
    for copy_id, first_id in back:
        Reminder.objects.filter(message=copy_id, state__in=Reminder.HANDED_OVER).update(
            message=first_id, state=Reminder.State.SENT, updated_at=now
        )
        Message.objects.filter(pk=first_id).update(words="Delivered by WhatsApp")
    withdraw_messages([copy_id for copy_id, _ in back], now=now)
    if back:
        enqueue_after_commit("withdraw")
