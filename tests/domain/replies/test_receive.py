"""Receiving: stored once, then confirmed, whatever comes and however often; reports move messages
on.
"""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies.delivery_reports import OTHER_COPY
from reminders.domain.replies.receive import (
    apply_waiting,
    apply_waiting_replies,
    receive_replies,
    receive_reports,
    store_pushed,
    store_replies,
    tidy_reports,
)
from reminders.domain.sending.send import send_due
from reminders.models import (
    AuditEntry,
    DeliveryReport,
    InboxItem,
    Message,
    Reminder,
    Reply,
    Suppression,
)
from reminders.provider import DeliveryReportPayload, MessagesApi, OutcomeUnknown, ReplyPayload
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.replies.texting import cards, reply, status, texted
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def raw_reply(**values: Any) -> dict[str, Any]:
    """A reply in the provider's shape."""
    return {
        "reply_id": str(uuid.uuid4()),
        "date_received": "2026-03-02T12:00:00.000Z",
        "source_number": "+447700900123",
        "content": "Hello",
    } | values


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


class TestReplies:
    def test_a_yes_on_the_phone_confirms_the_appointment(
        self, sandbox: Sandbox, api: MessagesApi
    ) -> None:
        appointment = make.make_appointment()
        make.make_confirmation_rule(minutes_before=60 * 46, days_before=None, cutoff_minutes=60)
        plan_appointments([appointment.pk], now=NOON)
        send_due(api, clock=lambda: NOON)
        sandbox.reply(appointment.contact.phone, "Y")

        assert receive_replies(api, now=NOON) == 1

        assert status(appointment) == "confirmed"
        assert api.replies() == []

    def test_a_thousand_replies_with_poisoned_ones_in_front_are_all_taken(
        self, sandbox: Sandbox, api: MessagesApi
    ) -> None:
        poison = [
            raw_reply(source_number=None),
            raw_reply(content={"no": "text"}),
            "nonsense",
            {"reply_id": None},
        ]
        sandbox.put_raw("replies", [*poison, *(raw_reply(content=f"Text {n}") for n in range(246))])

        assert receive_replies(api, now=NOON) == 250

        assert Reply.objects.filter(applied_at=None).count() == 0
        assert InboxItem.objects.filter(kind="unreadable").count() == 4
        assert Reply.objects.filter(outcome="unreadable").exclude(problem="").count() == 4
        # Those without an id can't be confirmed; they come again and are known.
        assert len(api.replies()) == 2
        assert receive_replies(api, now=NOON) == 0

    def test_a_confirm_that_fails_is_made_up_for_without_acting_twice(
        self, sandbox: Sandbox, api: MessagesApi
    ) -> None:
        appointment = make.make_appointment()
        message = texted(appointment)
        body = raw_reply(
            content="Y", source_number=message.phone, metadata={"message": str(message.pk)}
        )
        sandbox.put_raw("replies", [body])
        sandbox.order_fault("error_500_before", "confirm_replies")

        with pytest.raises(OutcomeUnknown):
            receive_replies(api, now=NOON)
        assert status(appointment) == "confirmed"

        assert receive_replies(api, now=NOON) == 0
        assert Message.objects.filter(kind="answer").count() == 1
        assert api.replies() == []

    def test_what_was_stored_by_a_worker_that_died_is_acted_on_by_the_next(self) -> None:
        appointment = make.make_appointment()
        store_replies([reply("Y", to=texted(appointment))], source=Reply.Source.WEBHOOK, now=NOON)

        assert apply_waiting_replies(now=NOON) == 1
        assert status(appointment) == "confirmed"

    def test_a_reply_that_another_worker_acts_on_is_left_to_it(self) -> None:
        store_replies(
            [reply("Y", to=texted(make.make_appointment()))], source=Reply.Source.POLL, now=NOON
        )
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                other.set_autocommit(False)
                cursor.execute("SELECT id FROM reminders_reply FOR UPDATE")

                assert apply_waiting_replies(now=NOON) == 0
                other.rollback()
        finally:
            other.close()
        assert apply_waiting_replies(now=NOON) == 1

    def test_no_connection_is_held_while_the_provider_is_asked(self, api: MessagesApi) -> None:
        receive_replies(api, now=NOON)

        assert connection.connection is None

    def test_texts_of_any_kind_can_be_stored(self) -> None:
        texts = ["", "👍🏽", "\u202eabc", "x" * 6_000, "'; DROP TABLE reminders_reply; --", "مرحبا"]

        store_replies([reply(text) for text in texts], source=Reply.Source.POLL, now=NOON)
        apply_waiting_replies(now=NOON)

        stored = set(Reply.objects.values_list("text", flat=True))
        assert stored == {text[:5_000] for text in texts}


class TestReports:
    def test_reports_move_a_message_to_delivered(self, sandbox: Sandbox, api: MessagesApi) -> None:
        appointment = make.make_appointment()
        make.make_confirmation_rule(minutes_before=60 * 46, days_before=None, cutoff_minutes=60)
        plan_appointments([appointment.pk], now=NOON)
        send_due(api, clock=lambda: NOON)

        assert receive_reports(api, now=NOON) > 0

        message = Message.objects.get()
        assert (message.state, message.words, message.final_at) == ("delivered", "Delivered", NOON)
        assert DeliveryReport.objects.filter(applied_at=None).count() == 0
        assert api.delivery_reports() == []

    def test_a_final_state_never_changes(self) -> None:
        message = reported(
            make.make_message(), ("delivered", 220), ("failed", 400), ("enroute", 101)
        )

        assert (message.state, message.status_code) == ("delivered", 220)
        assert DeliveryReport.objects.filter(applied_at=None).count() == 0

    def test_a_message_never_goes_back(self) -> None:
        assert (
            reported(make.make_message(), ("submitted", 210), ("enroute", 101)).state == "submitted"
        )

    def test_a_failure_makes_its_reminder_failed(self) -> None:
        appointment = make.make_appointment()
        message = texted(appointment, state="accepted")

        reported(message, ("failed", 400))

        assert Reminder.objects.values_list("state", "reason").get() == ("failed", "not_delivered")
        assert cards() == []

    def test_a_number_that_does_not_exist_opens_one_card(self) -> None:
        number = make.phone()
        for _ in range(2):
            reported(make.make_message(phone=number), ("failed", 411))

        assert InboxItem.objects.values_list("kind", "phone").get() == ("unreachable", number)

    def test_a_blocked_number_is_opted_out_here_too(self) -> None:
        appointment = make.make_appointment()
        make.make_reminder_rule()
        plan_appointments([appointment.pk], now=NOON)

        reported(texted(appointment, state="accepted"), ("rejected", 302))

        held = Suppression.objects.get()
        assert (held.phone, held.reason) == (appointment.contact.phone, "provider")
        assert Reminder.objects.get(rule__kind="reminder").reason == "opted_out"
        assert cards() == ["unreachable"]

    def test_a_block_from_before_the_opt_in_is_no_new_opt_out(self) -> None:
        message = make.make_message(accepted_at=NOON - timedelta(hours=1))
        Suppression.objects.create(
            phone=message.phone, reason="patient", since=NOON - timedelta(days=1), lifted_at=NOON
        )

        reported(message, ("rejected", 302))

        assert Suppression.objects.filter(lifted_at=None).count() == 0

    def test_a_report_adopts_a_message_whose_answer_was_lost(self) -> None:
        message = make.make_message(state="unknown", unknown_since=NOON)

        store_pushed(report(message, "enroute", 101, message_id="theirs"), now=NOON)
        apply_waiting(now=NOON)

        message.refresh_from_db()
        assert (message.state, message.provider_id) == ("enroute", "theirs")

    def test_the_failure_of_another_copy_is_no_news(self) -> None:
        message = make.make_message()

        store_pushed(report(message, "rejected", 305, message_id="the other copy"), now=NOON)
        apply_waiting(now=NOON)

        message.refresh_from_db()
        assert (message.state, DeliveryReport.objects.get().problem) == ("accepted", OTHER_COPY)

    def test_a_report_from_before_our_own_commit_waits_for_its_message(self) -> None:
        later = Message(id=uuid.uuid4(), provider_id="early", phone=make.phone())
        store_pushed(report(later, "delivered", 220, metadata={}), now=NOON)
        assert apply_waiting(now=NOON) == 0

        message = make.make_message(provider_id="early")

        assert apply_waiting(now=NOON) == 1
        message.refresh_from_db()
        assert message.state == "delivered"

    def test_reports_that_came_45_days_ago_are_tried_no_more(self) -> None:
        early = Message(id=uuid.uuid4(), provider_id="early", phone=make.phone())
        store_pushed(report(early, "delivered", 220, metadata={}), now=NOON)
        make.make_message(provider_id="early")

        assert tidy_reports(now=NOON + timedelta(days=46)) == 0
        assert tidy_reports(now=NOON + timedelta(days=44)) == 1

    def test_an_unknown_status_is_a_visible_failure(self) -> None:
        message = reported(make.make_message(), ("teleported", 999))

        assert message.state == "failed"
        assert "teleported" in message.words

    def test_a_poisoned_report_is_kept_shown_and_confirmed(
        self, sandbox: Sandbox, api: MessagesApi
    ) -> None:
        sandbox.put_raw("delivery_reports", [{"delivery_report_id": "bad"}])

        assert receive_reports(api, now=NOON) == 1

        kept = DeliveryReport.objects.get()
        assert (kept.raw, kept.problem) == (
            {"delivery_report_id": "bad"},
            "The delivery report has neither status nor error_code",
        )
        assert cards() == ["unreadable"]
        assert api.delivery_reports() == []


def test_the_same_reply_pushed_and_polled_at_once_is_stored_once() -> None:
    payload = reply("Y", to=texted(make.make_appointment()))

    assert [store_pushed(payload, now=NOON), store_pushed(payload, now=NOON)] == [True, False]


def test_acting_on_a_batch_costs_the_same_statements_for_one_and_for_many(
    django_assert_max_num_queries: Any,
) -> None:
    def act(count: int) -> None:
        payloads: list[ReplyPayload] = []
        for _ in range(count):
            payloads.append(reply("Y", to=texted(make.make_appointment())))
        store_replies(payloads, source=Reply.Source.POLL, now=NOON)
        with transaction.atomic(), django_assert_max_num_queries(45):
            apply_waiting_replies(now=NOON)

    act(1)
    act(40)


def test_many_workers_act_on_each_reply_once() -> None:
    visits = [make.make_appointment() for _ in range(30)]
    payloads = [reply("Y", to=texted(visit)) for visit in visits]
    store_replies(payloads, source=Reply.Source.POLL, now=NOON)

    def work(_: int) -> int:
        try:
            return apply_waiting_replies(now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))

    assert sum(done) == 30
    assert Message.objects.filter(kind="answer").count() == 30
    assert AuditEntry.objects.filter(kind="confirmed").count() == 30
    assert {status(visit) for visit in visits} == {"confirmed"}
