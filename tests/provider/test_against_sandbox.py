"""The real client and the sandbox over HTTP: each call finds its counterpart, each push is
understood.
"""

import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reminders.provider import (
    MessagesApi,
    MessagesApiError,
    NotFound,
    NotReceived,
    OutboundMessage,
    OutcomeUnknown,
    Refused,
    ReplyPayload,
    SignatureKey,
    parse_webhook,
    read_status,
    verify_webhook,
)
from reminders.sandbox import Sandbox
from tests.provider.wire_server import WireServer, answer

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANN, BEN = "+447700900123", "+447700900990"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(pace=0, threads=8).serve() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    running.change_settings(pace=0)
    running.set_clock(NOON)
    return running


@pytest.fixture(params=["basic", "hmac"])
def api(request, sandbox: Sandbox) -> Iterator[MessagesApi]:
    with MessagesApi(
        base_url=sandbox.url,
        key=sandbox.key,
        secret=sandbox.secret,
        auth=request.param,
        timeout=2.0,
    ) as api:
        yield api


def text(number: str = ANN, **fields: Any) -> OutboundMessage:
    return OutboundMessage(
        "See you at 10:00", number, metadata={"message": str(uuid.uuid4())}, **fields
    )


def test_texts_are_sent_reported_answered_and_confirmed(sandbox, api):
    ann, ben = text(ANN), text(BEN)

    accepted = {message.metadata["message"]: message.message_id for message in api.send([ann, ben])}
    sandbox.reply(ANN, "Y")
    reports, replies = api.delivery_reports(), api.replies()
    last = {
        report.metadata["message"]: read_status(report.status, report.code).words
        for report in reports
    }
    api.confirm_delivery_reports(report.delivery_report_id for report in reports)
    api.confirm_replies(reply.reply_id for reply in replies)

    assert last == {
        ann.metadata["message"]: "Delivered",
        ben.metadata["message"]: "The phone could not be reached",
    }
    assert [(reply.message_id, reply.source_number, reply.content) for reply in replies] == [
        (accepted[ann.metadata["message"]], ANN, "Y")
    ]
    assert (api.delivery_reports(), api.replies()) == ([], [])


def test_a_reply_with_a_picture_says_that_one_came(sandbox, api):
    picture = "data:image/png;base64,iVBORw0KGgo="
    sandbox.reply("+447700900123", "my card", picture=picture)
    sandbox.reply("+447700900123", "", picture=picture)

    assert [(reply.content, reply.pictures) for reply in api.replies()] == [("my card", 1), ("", 1)]


def test_a_scheduled_text_is_found_asked_for_and_withdrawn_once(sandbox, api):
    message = text(scheduled=NOON + timedelta(hours=1), expires_at=NOON + timedelta(hours=2))
    (accepted,) = api.send([message])

    found = api.detail_report(
        [message.metadata["message"]], start=NOON, end=NOON + timedelta(minutes=1)
    )
    before = api.status(accepted.message_id)
    api.cancel(accepted.message_id)

    assert [line.message_id for line in found] == [accepted.message_id]
    assert (before.status, before.scheduled) == ("scheduled", NOON + timedelta(hours=1))
    assert api.status(accepted.message_id).status == "cancelled"
    with pytest.raises(Refused):
        api.cancel(accepted.message_id)
    with pytest.raises(NotFound):
        api.cancel(str(uuid.uuid4()))


def test_250_texts_are_found_page_by_page(sandbox, api):
    messages = [text() for _ in range(250)]
    for first in (0, 100, 200):
        api.send(messages[first : first + 100])

    uuids = [message.metadata["message"] for message in messages]
    found = api.detail_report(uuids, start=NOON - timedelta(hours=1), end=NOON + timedelta(hours=1))

    assert sorted(line.metadata["message"] for line in found) == sorted(uuids)


def test_one_bad_number_is_named_and_nothing_is_sent(sandbox, api):
    with pytest.raises(Refused) as caught:
        api.send([text(), text("12"), text()])

    assert list(caught.value.by_index) == [1]
    assert sandbox.ledger() == []


def test_numbers_are_blocked_listed_and_unblocked(sandbox, api):
    numbers = [f"+447700900{n:03}" for n in range(120)]

    api.block(numbers)
    listed = list(api.blocked_numbers())
    api.unblock(numbers[0])

    assert sorted(listed) == numbers
    assert api.is_authorised(numbers[:2]) == {numbers[0]: True, numbers[1]: False}


@pytest.mark.parametrize(("connected", "kind"), [(True, OutcomeUnknown), (False, NotReceived)])
def test_a_hanging_provider_and_an_absent_one_are_told_apart(
    sandbox, connected, kind: type[MessagesApiError]
):
    with MessagesApi(
        base_url=sandbox.url, key=sandbox.key, secret=sandbox.secret, timeout=0.3
    ) as api:
        if connected:
            sandbox.order_fault("hang", "send")
        else:
            sandbox.refuse_connections()
        try:
            with pytest.raises(kind):
                api.send([text()])
        finally:
            sandbox.clear_faults()
            sandbox.accept_connections()


def test_a_signed_push_is_verified_and_read(sandbox, api, wire: WireServer):
    wire.answers.append(answer(200))
    key = sandbox.keyring.create(
        {"cipher": "RSA", "digest": "SHA512"}, created="2026-03-02T12:00:00.000Z"
    )
    sandbox.keyring.enable(key.key_id)
    (accepted,) = api.send([text(callback_url=f"{wire.base_url}/in/?a=1", delivery_report=False)])

    sandbox.reply(ANN, "Yes please")
    pushed = first_push(wire)

    assert api.signature_keys() == [SignatureKey(key.key_id, "RSA", "SHA512", enabled=True)]
    verify_webhook(
        public_keys={key.key_id: key.created_answer()["public_key"]},
        headers=wire.seen[0].headers,
        method="POST",
        path="/in/?a=1",
        body=wire.raw_bodies[0],
        now=datetime.now(UTC),
        max_age=timedelta(days=36500),
    )
    assert isinstance(pushed, ReplyPayload)
    assert (pushed.message_id, pushed.content) == (accepted.message_id, "Yes please")


def first_push(wire: WireServer) -> object:
    deadline = time.monotonic() + 5
    while not wire.raw_bodies:
        assert time.monotonic() < deadline, "nothing was pushed in five seconds"
        time.sleep(0.01)
    return parse_webhook(wire.raw_bodies[0])
