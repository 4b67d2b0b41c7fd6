"""The client against the provider's documented requests and answers, restated with fictional data."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from reminders.provider import (
    AcceptedMessage,
    CredentialsRefused,
    DeliveryReportPayload,
    MessagesApi,
    MessageStatus,
    NotFound,
    OutboundMessage,
    OutcomeUnknown,
    Refused,
    ReplyPayload,
    ReportedMessage,
    SignatureKey,
    parse_webhook,
)

MESSAGE = "6a2f9c1e-70b3-4f55-9d0e-2b1c8a7e4d31"
FIRST, SECOND = "c1d2e3f4-0a1b-4c2d-8e3f-4a5b6c7d8e9f", "d2e3f4a5-1b2c-4d3e-9f4a-5b6c7d8e9fa0"
METADATA = {"message": "u-1", "appointment": "a-1"}
ACCOUNT = {"vendor_id": "SinchEU", "account_id": "HillClinic"}
MOMENT = "2026-03-02T09:15:30.807Z"
READ_MOMENT = datetime(2026, 3, 2, 9, 15, 30, 807_000, tzinfo=UTC)

SENT = {
    "callback_url": "https://reminders.example/in",
    "content": "Hill Clinic: see you Tue 3 March at 10:00",
    "destination_number": "+61491570006",
    "delivery_report": True,
    "format": "SMS",
    "message_expiry_timestamp": "2026-03-02T11:00:00.000Z",
    "metadata": METADATA,
    "scheduled": MOMENT,
    "source_number": "+61491570110",
    "source_number_type": "INTERNATIONAL",
}
OUTBOUND = OutboundMessage(
    content="Hill Clinic: see you Tue 3 March at 10:00",
    destination_number="+61491570006",
    scheduled=READ_MOMENT,
    expires_at=datetime(2026, 3, 2, 11, 0, tzinfo=UTC),
    metadata=METADATA,
    callback_url="https://reminders.example/in",
    source_number="+61491570110",
    source_number_type="INTERNATIONAL",
)
REPLY = {
    "metadata": METADATA,
    "message_id": MESSAGE,
    "reply_id": FIRST,
    "date_received": MOMENT,
    "callback_url": "https://reminders.example/in",
    "destination_number": "+61491570110",
    "source_number": "+61491570006",
    "vendor_account_id": ACCOUNT,
    "content": "Yes, see you",
}
UNPROMPTED_REPLY = {
    "reply_id": SECOND,
    "date_received": MOMENT,
    "source_number": "+61491570156",
    "vendor_account_id": ACCOUNT,
    "content": "Are you open?",
}
REPORT = {
    "callback_url": "https://reminders.example/in",
    "delivery_report_id": FIRST,
    "source_number": "+61491570006",
    "date_received": MOMENT,
    "status": "enroute",
    "delay": 0,
    "billing_units": 1,
    "submitted_date": MOMENT,
    "original_text": "Hill Clinic: see you Tue 3 March at 10:00",
    "message_id": MESSAGE,
    "vendor_account_id": ACCOUNT,
    "metadata": METADATA,
}

Asked = list[httpx.Request]
Answering = Callable[[int, object], tuple[MessagesApi, Asked]]


@pytest.fixture
def answering() -> Answering:
    """A client whose wire ends in one prepared answer, and the requests it made."""

    def build(status: int, body: object) -> tuple[MessagesApi, Asked]:
        asked: Asked = []

        def respond(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(status, json=body) if body is not None else httpx.Response(status)

        api = MessagesApi(
            base_url="https://messages.example",
            key="k",
            secret="s",
            transport=httpx.MockTransport(respond),
        )
        return api, asked

    return build


def shown(request: httpx.Request) -> tuple[str, str, Any]:
    return (
        request.method,
        request.url.raw_path.decode(),
        json.loads(request.content) if request.content else None,
    )


def test_send(answering):
    taken = [{**SENT, "message_id": MESSAGE, "status": "queued"}]
    api, asked = answering(202, {"messages": taken})

    assert api.send([OUTBOUND]) == [AcceptedMessage(MESSAGE, "queued", METADATA)]
    assert [shown(request) for request in asked] == [("POST", "/v1/messages", {"messages": [SENT]})]
    assert asked[0].headers["Content-Type"] == "application/json"


def test_send_with_one_invalid_message(answering):
    words = (
        "International address must be between 8 and 15 characters excluding the first '+', "
        "International address contains invalid characters."
    )
    body = {
        "message": "Request failed to parse correctly. Please ensure input is valid and try again.",
        "details": [f"/messages/1/destination_number: {words}"],
    }
    api, _ = answering(400, body)

    with pytest.raises(Refused) as caught:
        api.send([OUTBOUND, OUTBOUND])

    assert caught.value.by_index == {1: f"destination_number: {words}"}
    assert caught.value.message == body["message"]


def test_wrong_credentials(answering):
    api, _ = answering(401, {"message": "Invalid authentication credentials"})

    with pytest.raises(CredentialsRefused, match="Invalid authentication credentials"):
        api.replies()


def test_status(answering):
    api, asked = answering(200, {**SENT, "message_id": MESSAGE, "status": "enroute"})

    assert api.status(MESSAGE) == MessageStatus(
        MESSAGE, "enroute", METADATA, READ_MOMENT, "+61491570006"
    )
    assert [shown(request) for request in asked] == [("GET", f"/v1/messages/{MESSAGE}", None)]


def test_status_of_an_unknown_message(answering):
    api, _ = answering(404, {"message": "Resource not found."})

    with pytest.raises(NotFound):
        api.status(MESSAGE)


def test_cancel(answering):
    api, asked = answering(200, None)

    api.cancel(MESSAGE)

    assert [shown(request) for request in asked] == [
        ("PUT", f"/v1/messages/{MESSAGE}", {"status": "cancelled"})
    ]


def test_cancel_with_an_answer_that_says_nothing_of_it(answering):
    api, _ = answering(202, None)

    with pytest.raises(OutcomeUnknown):
        api.cancel(MESSAGE)


def test_cancel_of_a_message_that_is_no_longer_scheduled(answering):
    api, _ = answering(
        400, {"message": "Bad request", "details": ["Failed to parse message body."]}
    )

    with pytest.raises(Refused):
        api.cancel(MESSAGE)


def test_replies(answering):
    api, asked = answering(200, {"replies": [REPLY, UNPROMPTED_REPLY]})

    assert api.replies() == [
        ReplyPayload(
            reply_id=FIRST,
            message_id=MESSAGE,
            metadata=METADATA,
            received_at=READ_MOMENT,
            source_number="+61491570006",
            destination_number="+61491570110",
            content="Yes, see you",
            raw=dict(REPLY),
        ),
        ReplyPayload(
            reply_id=SECOND,
            message_id=None,
            metadata={},
            received_at=READ_MOMENT,
            source_number="+61491570156",
            destination_number=None,
            content="Are you open?",
            raw=dict(UNPROMPTED_REPLY),
        ),
    ]
    assert [shown(request) for request in asked] == [("GET", "/v1/replies", None)]


def read_report(
    raw: dict[str, Any], *, status: str, code: int | None, units: int | None
) -> DeliveryReportPayload:
    return DeliveryReportPayload(
        delivery_report_id=FIRST,
        message_id=MESSAGE,
        metadata=METADATA,
        status=status,
        code=code,
        received_at=READ_MOMENT,
        submitted_at=READ_MOMENT,
        source_number="+61491570006",
        billing_units=units,
        raw=raw,
    )


def test_delivery_reports(answering):
    api, asked = answering(200, {"delivery_reports": [REPORT]})

    assert api.delivery_reports() == [read_report(REPORT, status="enroute", code=None, units=1)]
    assert [shown(request) for request in asked] == [("GET", "/v1/delivery_reports", None)]


@pytest.mark.parametrize(
    ("confirm", "path", "name"),
    [
        (MessagesApi.confirm_replies, "/v1/replies/confirmed", "reply_ids"),
        (
            MessagesApi.confirm_delivery_reports,
            "/v1/delivery_reports/confirmed",
            "delivery_report_ids",
        ),
    ],
)
def test_confirm(answering, confirm, path, name):
    api, asked = answering(202, None)

    confirm(api, [FIRST, SECOND])

    assert [shown(request) for request in asked] == [("POST", path, {name: [FIRST, SECOND]})]


def test_detail_report(answering):
    record = {
        "message_id": MESSAGE,
        "format": "SMS",
        "timestamp": "2026-03-02T09:15:30",
        "delivered_timestamp": "2026-03-02T09:15:31",
        "direction": "outbound",
        "status": "delivered",
        "status_code": 220,
        "status_description": "Message delivered",
        "source_address": "+61491570110",
        "destination_address": "+61491570006",
        "destination_address_country": "AU",
        "content": "Hill Clinic: see you Tue 3 March at 10:00",
        "units": 1,
        "metadata": [{"key": "message", "value": "u-1"}, {"key": "appointment", "value": "a-1"}],
    }
    api, asked = answering(
        200, {"messages": [record], "pagination": {"page": 0, "page_size": 100, "has_next": False}}
    )

    found = api.detail_report(["u-1"], start=READ_MOMENT, end=READ_MOMENT)

    moment = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
    assert found == [ReportedMessage(MESSAGE, "delivered", 220, METADATA, moment, "+61491570006")]
    assert shown(asked[0])[:2] == ("POST", "/v2-preview/reporting/messages/detail")


def test_blocked_numbers(answering):
    api, asked = answering(
        200,
        {
            "uri": "/v1/number_authorisation/mt/blacklist",
            "numbers": ["+61491570156", "61491570157"],
        },
    )

    assert list(api.blocked_numbers()) == ["+61491570156", "+61491570157"]
    assert [shown(request) for request in asked] == [
        ("GET", "/v1/number_authorisation/mt/blacklist", None)
    ]


@pytest.mark.parametrize("status", [200, 201])
def test_block(answering, status):
    api, asked = answering(
        status, {"uri": "/v1/number_authorisation/mt/blacklist", "numbers": ["61491570156"]}
    )

    api.block(["+61491570156"])

    assert [shown(request) for request in asked] == [
        ("POST", "/v1/number_authorisation/mt/blacklist", {"numbers": ["+61491570156"]})
    ]


def test_is_authorised(answering):
    path = "/v1/number_authorisation/is_authorised/+61491570156,+61491570157"
    numbers = [
        {"number": "+61491570156", "authorised": True},
        {"number": "+61491570157", "authorised": False},
    ]
    api, asked = answering(200, {"uri": path, "numbers": numbers})

    assert api.is_authorised(["+61491570156", "61491570157"]) == {
        "+61491570156": True,
        "+61491570157": False,
    }
    assert [shown(request) for request in asked] == [("GET", path, None)]


def test_signature_keys(answering):
    keys = [
        {
            "key_id": key_id,
            "cipher": "RSA",
            "digest": "SHA224",
            "created": MOMENT,
            "enabled": enabled,
        }
        for key_id, enabled in ((FIRST, True), (SECOND, False))
    ]
    api, asked = answering(200, keys)

    assert api.signature_keys() == [
        SignatureKey(FIRST, "RSA", "SHA224", enabled=True),
        SignatureKey(SECOND, "RSA", "SHA224", enabled=False),
    ]
    assert [shown(request) for request in asked] == [
        ("GET", "/v1/iam/signature_keys?page=1&page_size=100", None)
    ]


def test_a_pushed_delivery_report_of_the_account():
    """The template for the whole account adds a code and writes numbers as texts."""
    pushed = {
        name: value
        for name, value in REPORT.items()
        if name not in ("callback_url", "billing_units")
    }
    pushed |= {"status": "delivered", "delay": "0", "error_code": "220"}

    read = parse_webhook(json.dumps(pushed).encode())

    assert read == read_report(pushed, status="delivered", code=220, units=None)


def test_a_pushed_reply_of_the_account():
    pushed = {
        name: value
        for name, value in REPLY.items()
        if name not in ("callback_url", "vendor_account_id")
    }
    pushed |= {"account_id": "HillClinic"}

    read = parse_webhook(json.dumps(pushed).encode())

    assert read == ReplyPayload(
        reply_id=FIRST,
        message_id=MESSAGE,
        metadata=METADATA,
        received_at=READ_MOMENT,
        source_number="+61491570006",
        destination_number="+61491570110",
        content="Yes, see you",
        raw=dict(pushed),
    )


def test_a_pushed_opt_out():
    pushed = {
        "notification_id": SECOND,
        "account_id": "HillClinic",
        "destination_number": "+61491570110",
        "source_number": "+61491570006",
        "date_received": MOMENT,
        "content": "STOP",
    }

    read = parse_webhook(json.dumps(pushed).encode())

    assert read == ReplyPayload(
        reply_id=SECOND,
        message_id=None,
        metadata={},
        received_at=READ_MOMENT,
        source_number="+61491570006",
        destination_number="+61491570110",
        content="STOP",
        raw=dict(pushed),
        is_opt_out_notice=True,
    )
