"""The client against the provider's documented requests and answers, restated with fictional
data.
"""

from __future__ import annotations

import json
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
    words = "Hill Clinic: see you Tue 3 March at 10:00"
    assert found == [
        ReportedMessage(MESSAGE, "delivered", 220, METADATA, moment, "+61491570006", words)
    ]
    assert shown(asked[0])[:2] == ("POST", "/v2-preview/reporting/messages/detail")
