"""Whatever a live page shows and changes without its doing leaves a trace; nothing leaves none."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.consent.suppressions import opt_in, opt_out
from reminders.domain.diary.appointments import set_status, undo_status
from reminders.domain.diary.calls import record_calls, undo_calls
from reminders.domain.diary.contacts import change_contact
from reminders.domain.diary.staff_actions import send_text, stop_reminder
from reminders.domain.pages.change_marker import etag
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies.inbox import done, reopen
from reminders.domain.sending.expire import expire
from reminders.models import (
    Appointment,
    AuditEntry,
    CallAttempt,
    DeliveryReport,
    InboxItem,
    Message,
    Reminder,
    Reply,
    Suppression,
)
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_message,
)

pytestmark = pytest.mark.django_db

Status = Appointment.Status
BEFORE = NOON - timedelta(minutes=5)
LATER = NOON + timedelta(days=1, hours=20, minutes=1)
"""When the confirmation of the visit has lapsed."""


def visit() -> Appointment:
    return Appointment.objects.get()


def reminder() -> Reminder:
    return Reminder.objects.get()


HAPPENINGS: dict[str, Callable[[], object]] = {
    "a status is given": lambda: set_status([visit().pk], Status.DECLINED, by=SYSTEM, now=NOON),
    "an undo": lambda: undo_status(
        AuditEntry.objects.get(kind="confirmed").pk, by=SYSTEM, now=NOON
    ),
    "a call": lambda: record_calls([visit().pk], CallAttempt.Outcome.CALLED, by=SYSTEM, now=NOON),
    "a call taken back": lambda: undo_calls([CallAttempt.objects.get().pk], by=SYSTEM, now=NOON),
    "a changed contact": lambda: change_contact(
        visit().contact, {"first_name": "Bo"}, by=SYSTEM, now=NOON
    ),
    "an opt-out": lambda: opt_out(
        visit().contact.phone, words="STOP", reason=Suppression.Reason.PATIENT, by=SYSTEM, now=NOON
    ),
    "an opt-in": lambda: opt_in("+447700900199", words="START", by=SYSTEM, now=NOON),
    "a new appointment": make_appointment,
    "a card is opened": lambda: InboxItem.objects.create(kind="remark", opened_at=NOON),
    "a card is done": lambda: done(
        InboxItem.objects.get(done_at=None), revision=1, by=SYSTEM, now=NOON
    ),
    "a card is reopened": lambda: reopen(
        InboxItem.objects.get(done_at__isnull=False), revision=1, by=SYSTEM, now=NOON
    ),
    "a reply comes in": lambda: Reply.objects.create(
        provider_id="r2", received_at=NOON, stored_at=NOON
    ),
    "a reply is applied": lambda: Reply.objects.update(applied_at=NOON),
    "a report comes in": lambda: DeliveryReport.objects.create(
        provider_id="d2", message_provider_id="p", stored_at=NOON, applied_at=NOON
    ),
    "a report is applied": lambda: DeliveryReport.objects.update(applied_at=NOON),
    "a text is held back": lambda: stop_reminder(reminder(), by=SYSTEM, now=NOON),
    "a text lapses": lambda: expire(now=LATER),
    "a text is written": lambda: send_text(visit().contact, "Hello", by=SYSTEM, now=NOON),
    "a text is claimed": lambda: Message.objects.update(state="submitting", claimed_until=NOON),
    "a text is accepted": lambda: Message.objects.update(
        state="accepted", accepted_at=NOON, provider_id="p"
    ),
    "a text is refused": lambda: Message.objects.update(state="failed", final_at=NOON),
    "nobody knows of a text": lambda: Message.objects.update(state="unknown", unknown_since=NOON),
    "a text is to be withdrawn": lambda: Message.objects.update(cancel_requested_at=NOON),
}


@pytest.fixture
def clinic() -> None:
    """One of everything: a planned text, one that waits for a worker, a reply and a report to be
    applied.
    """
    make_confirmation_rule()
    appointment = make_appointment(contact=make_contact())
    plan_appointments([appointment.pk], now=NOON)
    set_status([appointment.pk], Status.BOOKED, by=SYSTEM, now=BEFORE)
    set_status([appointment.pk], Status.CONFIRMED, by=SYSTEM, now=BEFORE)
    record_calls([appointment.pk], CallAttempt.Outcome.VOICEMAIL, by=SYSTEM, now=BEFORE)
    make_contact(phone="+447700900199")
    opt_out("+447700900199", words="STOP", reason=Suppression.Reason.PATIENT, by=SYSTEM, now=BEFORE)
    make_message(state="queued", appointment=appointment, scheduled_at=LATER - timedelta(hours=20))
    InboxItem.objects.create(kind="unclear", opened_at=BEFORE)
    InboxItem.objects.create(kind="remark", opened_at=BEFORE, done_at=BEFORE)
    Reply.objects.create(provider_id="r1", received_at=BEFORE, stored_at=BEFORE)
    DeliveryReport.objects.create(provider_id="d1", message_provider_id="p", stored_at=BEFORE)


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("happening", HAPPENINGS.values(), ids=HAPPENINGS)
def test_what_happens_leaves_a_trace(happening):
    before = etag(now=LATER)

    happening()

    assert etag(now=LATER) != before


@pytest.mark.usefixtures("clinic")
def test_nothing_leaves_none_until_the_minute_turns():
    looks = [etag(now=LATER + timedelta(seconds=seconds)) for seconds in (0, 59, 60)]

    assert looks[0] == looks[1] != looks[2]


def test_what_began_earlier_and_ended_later_leaves_a_trace():
    appointment = make_appointment()
    AuditEntry.objects.create(
        pk=1001, appointment=appointment, at=NOON, source="staff", kind="confirmed"
    )
    before = etag(now=NOON)

    AuditEntry.objects.create(
        pk=1000, appointment=appointment, at=NOON, source="staff", kind="declined"
    )

    assert etag(now=NOON) != before
