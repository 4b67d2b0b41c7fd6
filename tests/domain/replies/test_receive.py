"""Receiving replies: stored once, then confirmed, whatever comes and however often."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies.receive import (
    apply_waiting_replies,
    receive_replies,
    store_pushed,
    store_replies,
)
from reminders.domain.sending.send import send_due
from reminders.models import AuditEntry, InboxItem, Message, Reply
from reminders.provider import MessagesApi, OutcomeUnknown, ReplyPayload
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.replies.texting import reply, status, texted
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


def test_a_yes_on_the_phone_confirms_the_appointment(sandbox: Sandbox, api: MessagesApi) -> None:
    appointment = make.make_appointment()
    make.make_confirmation_rule(minutes_before=60 * 46, days_before=None, cutoff_minutes=60)
    plan_appointments([appointment.pk], now=NOON)
    send_due(api, clock=lambda: NOON)
    sandbox.reply(appointment.contact.phone, "Y")

    assert receive_replies(api, now=NOON) == 1

    assert status(appointment) == "confirmed"
    assert api.replies() == []


def test_a_thousand_replies_with_poisoned_ones_in_front_are_all_taken(
    sandbox: Sandbox, api: MessagesApi
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
    sandbox: Sandbox, api: MessagesApi
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


def test_what_was_stored_by_a_worker_that_died_is_acted_on_by_the_next() -> None:
    appointment = make.make_appointment()
    store_replies([reply("Y", to=texted(appointment))], source=Reply.Source.WEBHOOK, now=NOON)

    assert apply_waiting_replies(now=NOON) == 1
    assert status(appointment) == "confirmed"


def test_a_reply_that_another_worker_acts_on_is_left_to_it() -> None:
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


def test_no_connection_is_held_while_the_provider_is_asked(api: MessagesApi) -> None:
    receive_replies(api, now=NOON)

    assert connection.connection is None


def test_texts_of_any_kind_can_be_stored() -> None:
    texts = ["", "👍🏽", "\u202eabc", "x" * 6_000, "'; DROP TABLE reminders_reply; --", "مرحبا"]

    store_replies([reply(text) for text in texts], source=Reply.Source.POLL, now=NOON)
    apply_waiting_replies(now=NOON)

    stored = set(Reply.objects.values_list("text", flat=True))
    assert stored == {text[:5_000] for text in texts}


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
