"""Mark messages to be withdrawn, and let go of their reminders once they are.

Which messages are stale is decided by `planning` and by staff; speaking to the provider is
`sending.withdraw_at_provider`'s.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from reminders.domain.common.locks import lock_messages
from reminders.models import Appointment, Message, Reminder, message_states

State = Reminder.State
Reason = Reminder.Reason
_OF_REMINDER = ("state", "reason", "version", "appointment__version", "appointment__status")


def withdraw_messages(message_ids: Sequence[uuid.UUID | None], *, now: datetime) -> int:
    """Mark messages to be withdrawn; those that were never handed over are cancelled at once.

    Every reminder that such a message carries waits until the withdrawal is settled; one that has
    ended by now is left as it is. Returns how many messages were marked. Call it in the transaction
    that made them stale, which holds their appointments.
    """
    ids = [message_id for message_id in message_ids if message_id]
    # Before their reminders: whoever records what the provider said locks in this order, too.
    lock_messages(ids)
    # One that is on its way can't be called back; it is marked all the same, so that staff read
    # "already sent" of a text that no longer holds.
    wanted = Message.objects.filter(pk__in=ids, cancel_requested_at=None)
    marked = wanted.filter(state__in=message_states.OPEN).update(cancel_requested_at=now)
    # Their reminders wait from here on: until the old text is settled, nothing may replace it.
    _let_reminders_wait(ids, now=now)
    # What the provider never saw needs no asking: it ends here, and its reminders are free at once.
    cancel_queued(ids, now=now)
    release_reminders_of(ids, now=now)
    return marked


def cancel_queued(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """End those of these messages that wait with us and are to be withdrawn."""
    waiting = Message.objects.filter(pk__in=message_ids, state=Message.State.QUEUED)
    waiting.filter(cancel_requested_at__isnull=False).update(
        state=Message.State.CANCELLED,
        words="Withdrawn before it was sent",
        final_at=now,
        cancel_settled_at=now,
    )


def _let_reminders_wait(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Those of messages that are being withdrawn; a settled one's are let go of elsewhere."""
    messages = Message.objects.filter(
        pk__in=message_ids, cancel_requested_at__isnull=False, cancel_settled_at=None
    )
    # Found by their messages, and chosen by their state only here. In one statement, the database
    # begins with states of which it had counted next to none, and an import that withdraws many
    # texts compares each of them with all others: 20,000 did not end within minutes.
    carried = Reminder.objects.filter(message_id__in=list(messages.values_list("pk", flat=True)))
    ids = [pk for pk, state in carried.values_list("pk", "state") if state in Reminder.HANDED_OVER]
    if ids:
        # The state again: whoever records an answer may have ended one since it was read.
        Reminder.objects.filter(pk__in=ids, state__in=Reminder.HANDED_OVER).update(
            state=State.WITHDRAWING, updated_at=now
        )


def release_reminders_of(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Let go of the reminders of messages that are withdrawn for sure; the caller plans again.

    Those that still hold go back to the plan, or stay stopped where staff stopped them; the others
    are done with.
    """
    ended = Message.objects.filter(
        pk__in=message_ids, state__in=(Message.State.CANCELLED, *Message.UNDELIVERED)
    )
    # In two steps, for the reason above.
    carried = Reminder.objects.filter(message_id__in=list(ended.values_list("pk", flat=True)))
    become: dict[tuple[State, Reason], list[int]] = defaultdict(list)
    for row in carried.select_related("appointment").only(*_OF_REMINDER):
        if row.state == State.WITHDRAWING:
            become[_once_released(row)].append(row.pk)
    for (state, reason), ids in become.items():
        Reminder.objects.filter(pk__in=ids, state=State.WITHDRAWING).update(
            state=state, reason=reason, message=None, updated_at=now
        )


def _once_released(row: Reminder) -> tuple[State, Reason]:
    visit = row.appointment
    if row.version != visit.version or visit.status not in Appointment.EXPECTED:
        return State.WITHDRAWN, Reason.SUPERSEDED
    if row.reason == Reason.HELD:
        return State.SKIPPED, Reason.HELD
    return State.PLANNED, Reason.NONE


def on_their_way(contact_ids: Sequence[int], *, now: datetime) -> list[uuid.UUID]:
    """Texts to these contacts' present numbers that can still be withdrawn, whoever wrote them.

    A family's text is among them where it tells of a visit of theirs.
    """
    # Two ways to them, each through its own index; one condition over both would read every text.
    own = Message.objects.filter(contact_id__in=contact_ids, phone=F("contact__phone"))
    carried = Reminder.objects.filter(
        appointment__contact_id__in=contact_ids,
        appointment__starts_at__gt=now,
        phone=F("appointment__contact__phone"),
        message__isnull=False,
    )
    ids = {*own.values_list("pk", flat=True), *carried.values_list("message_id", flat=True)}
    on_their_way = Message.objects.withdrawable(now=now).filter(pk__in=ids)
    return list(on_their_way.values_list("pk", flat=True))
