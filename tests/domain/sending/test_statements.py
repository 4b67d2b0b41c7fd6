"""The statements of sending against plain Python, on every combination of states."""

from itertools import product

import pytest

from reminders.domain.planning.withdrawal import release_reminders_of
from reminders.domain.sending.message_updates import settle_reminders
from reminders.models import Message, Reminder
from reminders.models.message_states import MessageState
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db

State, Reason = Reminder.State, Reminder.Reason
CARRIED = (State.SENDING, State.SENT, State.WITHDRAWING)
NEEDED = {"claimed_until": NOON, "unknown_since": NOON}  # what the constraints want of some states


def test_reminders_follow_their_messages():
    rows = make_all(product(CARRIED, MessageState, (None, NOON), (1,), ("",)))
    expected = {row.pk: followed(row) for row in rows}

    settle_reminders([row.message_id for row in rows if row.message_id], now=NOON)

    assert states() == expected
    settled = set(Message.objects.exclude(cancel_settled_at=None).values_list("pk", flat=True))
    assert settled == {
        row.message_id
        for row in rows
        if row.message.cancel_requested_at and MessageState(row.message.state) in Message.OUT
    }


def followed(row: Reminder) -> tuple[str, str]:
    message = row.message
    state = MessageState(message.state)
    taken = (*Message.AT_PROVIDER, MessageState.DELIVERED)
    ours = message.cancel_requested_at is not None
    failed = state in Message.UNDELIVERED or (state == MessageState.CANCELLED and not ours)
    if row.state in Reminder.HANDED_OVER and failed:
        return State.FAILED, Reason.NOT_DELIVERED
    if row.state == State.SENDING and state in taken:
        return State.SENT, row.reason
    if row.state == State.WITHDRAWING and state in Message.OUT:
        return State.SENT, row.reason
    return row.state, row.reason


def test_reminders_of_withdrawn_messages_are_freed():
    rows = make_all(product(CARRIED, MessageState, (NOON,), (1, 2), ("", Reason.HELD)))
    expected = {row.pk: freed(row) for row in rows}

    release_reminders_of([row.message_id for row in rows if row.message_id], now=NOON)

    assert states() == expected


def freed(row: Reminder) -> tuple[str, str]:
    """The reminders are of version 1; an appointment of version 2 has changed since."""
    ended = MessageState(row.message.state) in (*Message.UNDELIVERED, MessageState.CANCELLED)
    if row.state != State.WITHDRAWING or not ended:
        return row.state, row.reason
    if row.appointment.version != row.version:
        return State.WITHDRAWN, Reason.SUPERSEDED
    if row.reason == Reason.HELD:
        return State.SKIPPED, Reason.HELD
    return State.PLANNED, Reason.NONE


def make_all(combinations) -> list[Reminder]:
    rule, place = make.make_confirmation_rule(), make.make_location()
    rows = []
    for state, of_message, requested, version, reason in combinations:
        visit = make.make_appointment(location=place, version=version)
        message = make.make_message(
            state=of_message,
            cancel_requested_at=requested,
            appointment=visit,
            contact=visit.contact,
            location=place,
            **NEEDED,
        )
        rows.append(
            make.make_handed_over(
                visit, rule, message=message, state=state, reason=reason, version=1
            )
        )
    return rows


def states() -> dict[int, tuple[str, str]]:
    return {
        pk: (state, reason)
        for pk, state, reason in Reminder.objects.values_list("pk", "state", "reason")
    }
