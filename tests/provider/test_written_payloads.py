"""Messages as the provider takes them, and what no push can make of its reader."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.provider import (
    DeliveryReportPayload,
    OutboundMessage,
    ReplyPayload,
    Unreadable,
    parse_webhook,
)
from tests.provider.test_payloads import REPLY, REPORT, push


def test_a_message_is_written_as_the_provider_takes_it():
    east = timezone(timedelta(hours=11))
    message = OutboundMessage(
        "See you at 10:00",
        "+61491570006",
        scheduled=datetime(2026, 3, 2, 9, 0, 0, 999_999, tzinfo=east),
        expires_at=datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
        metadata={"message": "u-1"},
        callback_url="https://reminders.example/in",
        source_number="CLINIC",
        source_number_type="ALPHANUMERIC",
        format="TTS",
    )

    assert message.as_json() == {
        "content": "See you at 10:00",
        "destination_number": "+61491570006",
        "format": "TTS",
        "delivery_report": True,
        "scheduled": "2026-03-01T22:00:00.999Z",
        "message_expiry_timestamp": "2026-03-02T10:00:00.000Z",
        "metadata": {"message": "u-1"},
        "callback_url": "https://reminders.example/in",
        "source_number": "CLINIC",
        "source_number_type": "ALPHANUMERIC",
    }


def test_a_message_says_only_what_was_set():
    assert OutboundMessage("Hi", "+61491570006", source_number_type="SHORTCODE").as_json() == {
        "content": "Hi",
        "destination_number": "+61491570006",
        "format": "SMS",
        "delivery_report": True,
    }


def test_a_time_without_a_zone_is_not_sent():
    message = OutboundMessage("Hi", "+61491570006", scheduled=datetime(2026, 3, 2, 9, 0))

    with pytest.raises(ValueError, match="aware datetime"):
        message.as_json()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
ITEMS = st.dictionaries(
    st.sampled_from([*REPLY, *REPORT, "notification_id"]),
    JSON | st.sampled_from(["$replyId", "r-1"]),
)


@settings(deadline=None)
@given(item=ITEMS | JSON)
def test_nothing_that_is_pushed_is_an_error(item):
    read = parse_webhook(push(item))

    assert isinstance(read, ReplyPayload | DeliveryReportPayload | Unreadable)
    json.dumps(read.raw, ensure_ascii=False, allow_nan=False).encode()


@settings(deadline=None)
@given(body=st.binary(max_size=200))
def test_no_bytes_are_an_error(body):
    assert isinstance(parse_webhook(body), Unreadable | ReplyPayload | DeliveryReportPayload)
