"""Receiving reports: stored once, and each moves its message on, never back."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies.delivery_reports import OTHER_COPY
from reminders.domain.replies.receive import (
    apply_waiting,
    receive_reports,
    store_pushed,
    tidy_reports,
)
from reminders.domain.sending.send import send_due
from reminders.models import DeliveryReport, InboxItem, Message, Reminder, Suppression
from reminders.provider import DeliveryReportPayload, MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.replies.texting import cards, texted
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def report(to: Message, news: str, code: int | None = None, **values: Any) -> DeliveryReportPayload:
    """A report about a text, as the provider tells of it."""
    plain: dict[str, Any] = {
        "delivery_report_id": str(uuid.uuid4()),
        "message_id": to.provider_id,
        "metadata": {"message": str(to.pk)},
        "status": news,
        "code": code,
        "received_at": NOON,
        "submitted_at": NOON,
        "source_number": to.phone,
        "billing_units": 1,
        "raw": {},
    }
    return DeliveryReportPayload(**(plain | values))


def reported(to: Message, *news: tuple[str, int]) -> Message:
    """These reports come in and are applied; the message as it is then."""
    for name, code in news:
        store_pushed(report(to, name, code), now=NOON)
        apply_waiting(now=NOON)
    return Message.objects.get(pk=to.pk)


def test_a_long_id_of_the_text_is_kept_whole() -> None:
    """Cut short, it would find no message."""
    message = make.make_message(provider_id="m" * 100)

    store_pushed(report(message, "delivered", 220, metadata={}), now=NOON)
    apply_waiting(now=NOON)

    assert Message.objects.get().state == "delivered"


def test_reports_move_a_message_to_delivered(sandbox: Sandbox, api: MessagesApi) -> None:
    appointment = make.make_appointment()
    make.make_confirmation_rule(minutes_before=60 * 46, days_before=None, cutoff_minutes=60)
    plan_appointments([appointment.pk], now=NOON)
    send_due(api, clock=lambda: NOON)

    assert receive_reports(api, now=NOON) > 0

    message = Message.objects.get()
    assert (message.state, message.words, message.final_at) == ("delivered", "Delivered", NOON)
    assert DeliveryReport.objects.filter(applied_at=None).count() == 0
    assert api.delivery_reports() == []


def test_a_final_state_never_changes() -> None:
    message = reported(make.make_message(), ("delivered", 220), ("failed", 400), ("enroute", 101))

    assert (message.state, message.status_code) == ("delivered", 220)
    assert DeliveryReport.objects.filter(applied_at=None).count() == 0


def test_a_message_never_goes_back() -> None:
    assert reported(make.make_message(), ("submitted", 210), ("enroute", 101)).state == "submitted"


def test_a_failure_makes_its_reminder_failed() -> None:
    appointment = make.make_appointment()
    message = texted(appointment, state="accepted")

    reported(message, ("failed", 400))

    assert Reminder.objects.values_list("state", "reason").get() == ("failed", "not_delivered")
    assert cards() == []


def test_a_number_that_does_not_exist_opens_one_card() -> None:
    number = make.phone()
    for _ in range(2):
        reported(make.make_message(phone=number), ("failed", 411))

    assert InboxItem.objects.values_list("kind", "phone").get() == ("unreachable", number)


def test_a_blocked_number_is_opted_out_here_too() -> None:
    appointment = make.make_appointment()
    make.make_reminder_rule()
    plan_appointments([appointment.pk], now=NOON)

    reported(texted(appointment, state="accepted"), ("rejected", 302))

    held = Suppression.objects.get()
    assert (held.phone, held.reason) == (appointment.contact.phone, "provider")
    assert Reminder.objects.get(rule__kind="reminder").reason == "opted_out"
    assert cards() == ["unreachable"]


def test_a_block_from_before_the_opt_in_is_no_new_opt_out() -> None:
    message = make.make_message(accepted_at=NOON - timedelta(hours=1))
    Suppression.objects.create(
        phone=message.phone, reason="patient", since=NOON - timedelta(days=1), lifted_at=NOON
    )

    reported(message, ("rejected", 302))

    assert Suppression.objects.filter(lifted_at=None).count() == 0


def test_a_report_adopts_a_message_whose_answer_was_lost() -> None:
    message = make.make_message(state="unknown", unknown_since=NOON)

    store_pushed(report(message, "enroute", 101, message_id="theirs"), now=NOON)
    apply_waiting(now=NOON)

    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("enroute", "theirs")


def test_the_failure_of_another_copy_is_no_news() -> None:
    message = make.make_message()

    store_pushed(report(message, "rejected", 305, message_id="the other copy"), now=NOON)
    apply_waiting(now=NOON)

    message.refresh_from_db()
    assert (message.state, DeliveryReport.objects.get().problem) == ("accepted", OTHER_COPY)


def test_a_report_from_before_our_own_commit_waits_for_its_message() -> None:
    later = Message(id=uuid.uuid4(), provider_id="early", phone=make.phone())
    store_pushed(report(later, "delivered", 220, metadata={}), now=NOON)
    assert apply_waiting(now=NOON) == 0

    message = make.make_message(provider_id="early")

    assert apply_waiting(now=NOON) == 1
    message.refresh_from_db()
    assert message.state == "delivered"


def test_reports_that_came_45_days_ago_are_tried_no_more() -> None:
    early = Message(id=uuid.uuid4(), provider_id="early", phone=make.phone())
    store_pushed(report(early, "delivered", 220, metadata={}), now=NOON)
    make.make_message(provider_id="early")

    assert tidy_reports(now=NOON + timedelta(days=46)) == 0
    assert tidy_reports(now=NOON + timedelta(days=44)) == 1


@pytest.mark.parametrize(
    ("told", "kept"),
    [((1, 3), 3), ((3, 1), 3), (("2",), 2), ((None,), None), ((0,), None), (("x",), None)],
)
def test_of_several_reports_the_most_units_are_kept(
    told: tuple[object, ...], kept: int | None
) -> None:
    message = make.make_message()
    for units in told:
        store_pushed(report(message, "delivered", 220, raw={"billing_units": units}), now=NOON)
        apply_waiting(now=NOON)

    message.refresh_from_db()
    assert message.billed == kept


def test_an_unknown_status_is_a_visible_failure() -> None:
    message = reported(make.make_message(), ("teleported", 999))

    assert message.state == "failed"
    assert "teleported" in message.words


def test_a_poisoned_report_is_kept_shown_and_confirmed(sandbox: Sandbox, api: MessagesApi) -> None:
    sandbox.put_raw("delivery_reports", [{"delivery_report_id": "bad"}])

    assert receive_reports(api, now=NOON) == 1

    kept = DeliveryReport.objects.get()
    assert (kept.raw, kept.problem) == (
        {"delivery_report_id": "bad"},
        "The delivery report has neither status nor error_code",
    )
    assert cards() == ["unreadable"]
    assert api.delivery_reports() == []


SENT = {"billing_units": 1, "original_text": "See you", "metadata": {}, "source_number": "+61"}


def test_nothing_of_a_report_that_was_applied_is_kept_twice() -> None:
    message = make.make_message()
    store_pushed(report(message, "delivered", 220, raw=SENT), now=NOON)
    waiting = DeliveryReport.objects.get().raw

    apply_waiting(now=NOON)

    assert waiting == {"billing_units": 1, "source_number": "+61"}
    kept = DeliveryReport.objects.get()
    assert (kept.raw, kept.status, kept.code) == (None, "delivered", 220)


def test_a_report_about_another_copy_is_kept_to_look_into() -> None:
    message = make.make_message(provider_id="ours")
    given = {"message_id": "another", "raw": SENT}
    store_pushed(report(message, "failed", 400, **given), now=NOON)

    apply_waiting(now=NOON)

    kept = DeliveryReport.objects.get()
    assert (kept.raw, kept.problem) == (
        {"billing_units": 1, "source_number": "+61"},
        "Is about another copy of this text",
    )
