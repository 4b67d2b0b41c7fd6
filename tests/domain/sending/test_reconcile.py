"""Unknown outcomes: looked up, adopted, sent again exactly once, or given up in plain sight."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import set_status
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.sending.expire import expire
from reminders.domain.sending.poll_status import check_overdue
from reminders.domain.sending.reconcile import reconcile
from reminders.domain.sending.send import send_due
from reminders.models import Appointment, Message, Reminder
from reminders.provider import MessagesApi, ReportedMessage
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)

SETTLED = NOON + timedelta(minutes=3)


def at_noon() -> datetime:
    return NOON


def after_settling() -> datetime:
    return SETTLED


def lost(sandbox: Sandbox, api: MessagesApi, kind: str) -> Message:
    """A text due in an hour whose answer was lost that way."""
    make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 3), at=time(13, 0))
    plan_appointments([appointment.pk], now=NOON)
    sandbox.order_fault(kind, endpoint="send", times=1)
    send_due(api, clock=at_noon)
    return Message.objects.get(state="unknown")


def staff_cancel(appointment: Appointment) -> None:
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=SETTLED)


def test_a_text_that_the_provider_has_is_adopted(sandbox: Sandbox, api: MessagesApi) -> None:
    message = lost(sandbox, api, "error_500_after_accepting")

    outcome = reconcile(api, clock=at_noon)

    message.refresh_from_db()
    [entry] = sandbox.ledger()
    assert (outcome.adopted, message.state, message.provider_id) == (
        1,
        "accepted",
        entry["message_id"],
    )
    assert Reminder.objects.get().state == "sent"


def test_a_text_that_the_provider_never_had_is_sent_again_exactly_once(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    message = lost(sandbox, api, "error_500_before")

    before = reconcile(api, clock=lambda: NOON + timedelta(seconds=30))
    after = reconcile(api, clock=after_settling)
    send_due(api, clock=after_settling)

    message.refresh_from_db()
    [entry] = sandbox.ledger()
    assert (before.sent_again, after.sent_again) == (0, 1)
    assert (message.state, message.resent, message.attempt) == ("accepted", True, 2)
    assert entry["content"] == message.text


def test_a_text_lost_twice_is_not_sent_a_third_time(sandbox: Sandbox, api: MessagesApi) -> None:
    message = lost(sandbox, api, "error_500_before")
    reconcile(api, clock=after_settling)
    sandbox.order_fault("error_500_before", endpoint="send", times=1)
    send_due(api, clock=after_settling)

    later = reconcile(api, clock=lambda: NOON + timedelta(hours=1))

    message.refresh_from_db()
    assert (later.sent_again, message.state) == (0, "unknown")


def test_an_unknown_text_past_its_cutoff_is_given_up_in_plain_sight(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    message = lost(sandbox, api, "error_500_before")

    reconcile(api, clock=lambda: datetime(2026, 3, 3, 11, 5, tzinfo=UTC))

    message.refresh_from_db()
    reminder = Reminder.objects.get()
    assert message.state == "expired"
    assert (reminder.state, reminder.reason) == ("expired", "unknown")


def test_the_detail_report_that_lags_is_waited_for(sandbox: Sandbox, api: MessagesApi) -> None:
    message = lost(sandbox, api, "error_500_after_accepting")
    sandbox.change_settings(report_lag=60)

    early = reconcile(api, clock=lambda: NOON + timedelta(seconds=30))
    sandbox.set_clock(NOON + timedelta(seconds=90))
    later = reconcile(api, clock=lambda: NOON + timedelta(seconds=90))

    message.refresh_from_db()
    assert (early.adopted, later.adopted, message.state) == (0, 1, "accepted")
    assert len(sandbox.ledger()) == 1


def test_of_a_text_that_the_provider_has_twice_one_is_cancelled(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    message = lost(sandbox, api, "error_500_after_accepting")
    sandbox.change_settings(report_lag=600)
    reconcile(api, clock=after_settling)
    send_due(api, clock=after_settling)
    assert len(sandbox.ledger()) == 2
    sandbox.change_settings(report_lag=0)

    check_overdue(api, clock=lambda: SETTLED + timedelta(minutes=3))

    message.refresh_from_db()
    states = {entry["message_id"]: entry["status"] for entry in sandbox.ledger()}
    assert sorted(states.values()) == ["cancelled", "scheduled"]
    assert states[str(message.provider_id)] == "scheduled"


def test_a_provider_that_cannot_be_asked_changes_nothing(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    message = lost(sandbox, api, "error_500_before")
    sandbox.order_fault("error_500_before", endpoint="detail", times=1)

    outcome = reconcile(api, clock=after_settling)

    message.refresh_from_db()
    assert (outcome.waiting, message.state, message.claimed_until) == (1, "unknown", None)


def test_a_text_without_a_final_report_is_asked_about(sandbox: Sandbox, api: MessagesApi) -> None:
    make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 3), at=time(13, 0))
    plan_appointments([appointment.pk], now=NOON)
    send_due(api, clock=at_noon)
    sandbox.set_clock(NOON + timedelta(hours=2))

    moved = check_overdue(api, clock=lambda: NOON + timedelta(hours=2))

    assert (moved, Message.objects.get().state) == (1, "delivered")


@pytest.mark.parametrize(
    ("out_for", "again_after"),
    [
        (timedelta(minutes=31), timedelta(minutes=31)),
        (timedelta(minutes=5), timedelta(minutes=30)),
        (timedelta(hours=6), timedelta(hours=6)),
        (timedelta(days=20), timedelta(days=1)),
    ],
)
def test_a_text_that_nobody_reports_on_is_asked_about_ever_more_rarely(
    api: MessagesApi, out_for: timedelta, again_after: timedelta
) -> None:
    make.make_message(
        provider_id="0e7a6e9c-0000-4000-8000-000000000000",
        scheduled_at=NOON - out_for,
        check_after=NOON,
    )

    check_overdue(api, clock=at_noon)

    message = Message.objects.get()
    assert (message.state, message.check_after) == ("accepted", NOON + again_after)


def test_a_text_too_old_to_ask_about_is_ended_in_words(sandbox: Sandbox, api: MessagesApi) -> None:
    old = NOON - timedelta(days=46)
    make.make_message(
        provider_id="0e7a6e9c-0000-4000-8000-000000000000", scheduled_at=old, check_after=old
    )

    check_overdue(api, clock=at_noon)

    message = Message.objects.get()
    assert (message.state, message.words) == (
        "expired",
        "Unknown, too old: the provider keeps texts for 45 days",
    )


def test_what_was_never_sent_by_its_cutoff_is_expired_with_a_reason() -> None:
    make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 3), at=time(13, 0))
    plan_appointments([appointment.pk], now=NOON)

    assert expire(now=datetime(2026, 3, 3, 11, 0, tzinfo=UTC)) == 1
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.reason) == ("expired", "cutoff")


def test_an_appointment_cancelled_during_the_look_up_is_not_texted_again(
    sandbox: Sandbox, api: MessagesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = lost(sandbox, api, "error_500_before")
    look_up = api.detail_report

    def look_up_while_staff_cancel(*args: Any, **kwargs: Any) -> list[ReportedMessage]:
        found = look_up(*args, **kwargs)
        staff_cancel(Appointment.objects.get())
        return found

    monkeypatch.setattr(api, "detail_report", look_up_while_staff_cancel)
    outcome = reconcile(api, clock=after_settling)

    assert (outcome.sent_again, Appointment.objects.get().status) == (0, "cancelled")
    send_due(api, clock=after_settling)
    reconcile(api, clock=lambda: SETTLED + timedelta(minutes=2))
    message.refresh_from_db()
    assert (message.state, message.words) == ("cancelled", "Withdrawn; the provider never had it")
    assert (Reminder.objects.get().state, sandbox.ledger()) == ("withdrawn", [])


def test_the_outbox_never_gives_out_a_text_that_is_to_be_withdrawn(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    make.make_message(state="queued", cancel_requested_at=NOON)

    assert send_due(api, clock=at_noon).total == 0
    assert sandbox.ledger() == []
