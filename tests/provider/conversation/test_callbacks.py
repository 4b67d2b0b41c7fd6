"""What the Conversation API pushes, by the shapes and the vector that its documents give."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reminders.provider import BadSignature
from reminders.provider.conversation import (
    InboundMessage,
    OptOutNotice,
    TextReport,
    read_callback,
    verify_callback,
)

NOW = datetime(2026, 12, 1, 8, 10, tzinfo=UTC)
BODY = b'{"app_id":"01KTESTAPP","project_id":"p-1"}'
SIGNED = {
    "x-sinch-webhook-signature": "2JHyvjESEn3cQGlV8xXdhn/Y3oxrr/o/I8uSA65QGQk=",
    "x-sinch-webhook-signature-nonce": "01KTESTNONCE",
    "x-sinch-webhook-signature-timestamp": "1796025600",
    "x-sinch-webhook-signature-algorithm": "HmacSHA256",
}
SIGNED_AT = datetime.fromtimestamp(1796025600, UTC)
SECRET = "practice-test-secret"  # of the documented vector


def test_the_documented_vector_is_taken() -> None:
    verify_callback(SECRET, SIGNED, BODY, now=SIGNED_AT + timedelta(minutes=4))


@pytest.mark.parametrize(
    ("changed", "secret", "body", "later"),
    [
        ({}, "another", BODY, 0),
        ({}, "", BODY, 0),
        ({}, SECRET, BODY + b" ", 0),
        ({}, SECRET, BODY, 6),
        ({}, SECRET, BODY, -6),
        ({"x-sinch-webhook-signature": ""}, SECRET, BODY, 0),
        ({"x-sinch-webhook-signature": "é"}, SECRET, BODY, 0),
        ({"x-sinch-webhook-signature-nonce": "other"}, SECRET, BODY, 0),
        ({"x-sinch-webhook-signature-timestamp": "1796025601"}, SECRET, BODY, 0),
        ({"x-sinch-webhook-signature-timestamp": "soon"}, SECRET, BODY, 0),
        ({"x-sinch-webhook-signature-timestamp": "9" * 5_000}, SECRET, BODY, 0),
        ({"x-sinch-webhook-signature-algorithm": "none"}, SECRET, BODY, 0),
    ],
)
def test_whatever_else_is_refused(
    changed: dict[str, str], secret: str, body: bytes, later: int
) -> None:
    with pytest.raises(BadSignature):
        verify_callback(secret, SIGNED | changed, body, now=SIGNED_AT + timedelta(minutes=later))


def pushed(**parts: Any) -> bytes:
    common = {"app_id": "01KAPP", "project_id": "p-1", "event_time": "2026-12-01T08:00:04Z"}
    return json.dumps(common | parts).encode()


REPORT = {
    "message_id": "01KMSG",
    "conversation_id": "",
    "status": "FAILED",
    "metadata": "rem-7f3c",
    "channel_identity": {"channel": "WHATSAPP", "identity": "447700900123", "app_id": ""},
    "reason": {"code": "RECIPIENT_NOT_REACHABLE", "sub_code": "UNSPECIFIED_SUB_CODE"},
}
AT = datetime(2026, 12, 1, 8, 0, 4, tzinfo=UTC)


def test_a_delivery_report() -> None:
    assert read_callback(pushed(message_delivery_report=REPORT), now=NOW) == TextReport(
        "01KMSG", "rem-7f3c", "FAILED", "RECIPIENT_NOT_REACHABLE", AT
    )


def inbound(said: dict[str, Any], **changed: Any) -> dict[str, Any]:
    plain = {
        "id": "01KIN",
        "direction": "TO_APP",
        "contact_message": said,
        "channel_identity": {"channel": "WHATSAPP", "identity": "447700900123", "app_id": ""},
        "metadata": "rem-7f3c",
    }
    return {"message": plain | changed}


TAP = {"choice_response_message": {"message_id": "01KMSG", "postback_data": "v1:7f3c:yes"}}
WORDS = {"text_message": {"text": "Yes please"}}


@pytest.mark.parametrize(
    ("parts", "number", "text", "payload", "answers", "attachments"),
    [
        (inbound(TAP), "+447700900123", "", "v1:7f3c:yes", "01KMSG", 0),
        (inbound(WORDS), "+447700900123", "Yes please", "", "", 0),
        (
            inbound(WORDS | {"reply_to": {"message_id": "01KMSG"}}),
            "+447700900123",
            "Yes please",
            "",
            "01KMSG",
            0,
        ),
        (inbound({"media_message": {"url": "https://x"}}), "+447700900123", "", "", "", 1),
        (
            inbound(TAP, channel_identity={"channel": "WHATSAPP", "identity": "GB.1349"}),
            "",
            "",
            "v1:7f3c:yes",
            "01KMSG",
            0,
        ),
        (
            inbound(WORDS, channel_identity={"channel": "WHATSAPP", "identity": "+447700900123"}),
            "+447700900123",
            "Yes please",
            "",
            "",
            0,
        ),
    ],
)
def test_what_patients_do(
    parts: dict[str, Any], number: str, text: str, payload: str, answers: str, attachments: int
) -> None:
    found = read_callback(pushed(**parts), now=NOW)

    assert isinstance(found, InboundMessage)
    assert (found.id, found.number, found.text) == ("01KIN", number, text)
    assert (found.payload, found.answers, found.attachments) == (payload, answers, attachments)
    assert found.at == AT


def test_an_opt_out() -> None:
    notice = {"channel": "WHATSAPP", "identity": "447700900123", "status": "OPT_OUT_SUCCEEDED"}
    assert read_callback(pushed(opt_out_notification=notice), now=NOW) == OptOutNotice(
        "+447700900123"
    )


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"message_submit_notification": {}},
        {"event": {"contact_message_event": {"reaction_event": {"emoji": "+"}}}},
        {"channel_event_notification": {}},
        {"something_new": {"x": 1}},
        {"opt_out_notification": {"identity": "447700900123", "status": "OPT_OUT_FAILED"}},
        inbound(WORDS, direction="TO_CONTACT"),
        inbound(WORDS, channel_identity={"channel": "SMS", "identity": "447700900123"}),
        inbound(WORDS, contact_message="hello"),
    ],
)
def test_what_is_of_no_use_is_taken_and_left(parts: dict[str, Any]) -> None:
    assert read_callback(pushed(**parts), now=NOW) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b'"text"',
        pushed(message_delivery_report=[]),
        pushed(message_delivery_report={"status": "READ"}),
        pushed(message_delivery_report={"message_id": "x" * 101, "status": "READ"}),
        pushed(message="x"),
        pushed(**inbound(WORDS, id="")),
    ],
)
def test_nonsense_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # of whatever part it is
        read_callback(body, now=NOW)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-12-01T08:00:04.123456789Z", AT.replace(microsecond=123456)),
        ("2026-12-01T08:00:04.2Z", AT.replace(microsecond=200000)),
        ("2026-12-01T09:00:04+01:00", AT),
        ("2026-12-01T08:00:04", AT),
        ("2027-01-01T00:00:00Z", NOW),
        ("yesterday", NOW),
        (None, NOW),
    ],
)
def test_times_have_up_to_nine_decimals_and_never_lie_ahead(written: str, at: datetime) -> None:
    body = json.loads(pushed(message_delivery_report=REPORT)) | {"event_time": written}
    found = read_callback(json.dumps(body).encode(), now=NOW)
    assert isinstance(found, TextReport)
    assert found.at == at
