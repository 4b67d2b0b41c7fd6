"""What the provider sends is read forgivingly: one bad item is set aside, the rest comes
through.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from reminders.provider import (
    DeliveryReportPayload,
    ReplyPayload,
    Unreadable,
    parse_delivery_report,
    parse_reply,
    parse_webhook,
)
from reminders.provider.reading import (
    normalise_number,
    read_code,
    read_json,
    read_metadata,
    read_time,
)

REPLY: dict[str, Any] = {
    "reply_id": "5b0f6d2e-0c1a-4f57-9a44-0a4b3f3d1f10",
    "message_id": "0c1f7a53-6d1c-4f0e-8a1d-3d2e5b8f9a01",
    "metadata": {"message": "u-1"},
    "date_received": "2026-03-02T09:00:00.250Z",
    "source_number": "+61491570006",
    "destination_number": "+61491570110",
    "content": "Y",
}
READ_REPLY = ReplyPayload(
    reply_id="5b0f6d2e-0c1a-4f57-9a44-0a4b3f3d1f10",
    message_id="0c1f7a53-6d1c-4f0e-8a1d-3d2e5b8f9a01",
    metadata={"message": "u-1"},
    received_at=datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC),
    source_number="+61491570006",
    destination_number="+61491570110",
    content="Y",
    raw=REPLY,
)
REPORT: dict[str, Any] = {
    "delivery_report_id": "9d7e3c11-5a0e-4f2b-b0a5-7c6d1e2f3a40",
    "message_id": "0c1f7a53-6d1c-4f0e-8a1d-3d2e5b8f9a01",
    "metadata": {"message": "u-1"},
    "status": "delivered",
    "error_code": 220,
    "date_received": "2026-03-02T09:00:02Z",
    "submitted_date": "2026-03-02T09:00:01Z",
    "source_number": "+61491570006",
    "billing_units": 2,
}
READ_REPORT = DeliveryReportPayload(
    delivery_report_id="9d7e3c11-5a0e-4f2b-b0a5-7c6d1e2f3a40",
    message_id="0c1f7a53-6d1c-4f0e-8a1d-3d2e5b8f9a01",
    metadata={"message": "u-1"},
    status="delivered",
    code=220,
    received_at=datetime(2026, 3, 2, 9, 0, 2, tzinfo=UTC),
    submitted_at=datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC),
    source_number="+61491570006",
    billing_units=2,
    raw=REPORT,
)


def fields(payload: Any) -> dict[str, Any]:
    """A payload's fields but for the raw one, which repeats the input."""
    return {name: getattr(payload, name) for name in payload.__slots__ if name != "raw"}


def changed(payload: object, **differences: object) -> dict[str, Any]:
    return {**fields(payload), **differences}


def push(item: object) -> bytes:
    return json.dumps(item).encode()


@pytest.mark.parametrize(
    ("changes", "differences"),
    [
        ({}, {}),
        ({"message_id": None, "metadata": None}, {"message_id": None, "metadata": {}}),
        ({"destination_number": None}, {"destination_number": None}),
        ({"source_number": "61491570006"}, {"source_number": "+61491570006"}),
        ({"source_number": 61491570006}, {"source_number": "+61491570006"}),
        ({"source_number": "12345"}, {"source_number": "12345"}),
        ({"metadata": ["odd"]}, {"metadata": {}}),
        ({"metadata": "odd"}, {"metadata": {}}),
        (
            {"metadata": {"message": "u-1", "n": 7, "x": None, "y": {}}},
            {"metadata": {"message": "u-1", "n": "7"}},
        ),
        ({"date_received": "yesterday"}, {"received_at": None}),
        ({"date_received": "2026-03-02T20:00:00.25+11:00"}, {}),
        ({"content": None}, {"content": "", "pictures": 1}),
        ({"attachments": [{"url": "https://cdn.example/1.png"}]}, {"pictures": 1}),
        ({"media": ["a", "b"], "content": ""}, {"content": "", "pictures": 2}),
        ({"media": []}, {}),
        ({"media": "x"}, {"pictures": 1}),
        ({"content": 1}, {"content": "1"}),
        ({"content": "$5 is too much"}, {"content": "$5 is too much"}),
        ({"something_new": {"deep": [1]}}, {}),
    ],
)
def test_a_reply_is_read_whatever_is_odd_about_it(changes, differences):
    assert fields(parse_reply({**REPLY, **changes})) == changed(READ_REPLY, **differences)


def test_a_reply_keeps_what_came():
    assert parse_reply(REPLY) == READ_REPLY


@pytest.mark.parametrize(
    ("item", "provider_id"),
    [
        ("text", None),
        (None, None),
        ([], None),
        ({}, None),
        ({**REPLY, "reply_id": ""}, None),
        ({**REPLY, "reply_id": "x" * 101}, None),
        ({**REPLY, "source_number": None}, REPLY["reply_id"]),
        ({**REPLY, "source_number": "+" * 21}, REPLY["reply_id"]),
        ({**REPLY, "content": {"text": "Y"}}, REPLY["reply_id"]),
    ],
)
def test_an_unreadable_reply_is_set_aside_with_its_id(item, provider_id):
    unreadable = parse_reply(item)

    assert isinstance(unreadable, Unreadable)
    assert unreadable.provider_id == provider_id
    assert unreadable.raw == (item if isinstance(item, dict) else {"item": item})


@pytest.mark.parametrize(
    ("changes", "differences"),
    [
        ({}, {}),
        ({"error_code": "220"}, {}),
        ({"error_code": None}, {"code": None}),
        ({"error_code": "unknown"}, {"code": None}),
        ({"error_code": True}, {"code": None}),
        ({"error_code": 99_999}, {"code": None}),
        ({"status": " DELIVERED"}, {}),
        ({"status": None}, {"status": ""}),
        ({"message_id": None, "metadata": None}, {"message_id": None, "metadata": {}}),
        ({"delay": "0", "vendor_account_id": {"vendor_id": "x"}}, {}),
        ({"submitted_date": 1, "date_received": ""}, {"submitted_at": None, "received_at": None}),
    ],
)
def test_a_report_is_read_whatever_is_odd_about_it(changes, differences):
    assert fields(parse_delivery_report({**REPORT, **changes})) == changed(
        READ_REPORT, **differences
    )


def test_a_report_without_news_is_set_aside():
    item = {**REPORT, "status": "", "error_code": None}
    reason = "The delivery report has neither status nor error_code"

    assert parse_delivery_report(item) == Unreadable(item, reason, REPORT["delivery_report_id"])


def test_a_pushed_reply_and_report_are_read_as_polled_ones():
    assert (parse_webhook(push(REPLY)), parse_webhook(push(REPORT))) == (READ_REPLY, READ_REPORT)


def test_an_opt_out_notice_is_known_by_its_own_id():
    notice = {**REPLY, "notification_id": "n-1", "content": "STOP"}
    del notice["reply_id"], notice["message_id"]

    assert fields(parse_webhook(push(notice))) == changed(
        READ_REPLY, reply_id="n-1", message_id=None, content="STOP", is_opt_out_notice=True
    )


def test_an_opt_out_counts_though_the_template_asked_for_a_reply_id():
    notice = {**REPLY, "reply_id": "$replyId", "message_id": "$messageId", "content": "STOP"}

    read, again = parse_webhook(push(notice)), parse_webhook(push({**notice, "retry_count": 1}))

    assert isinstance(read, ReplyPayload)
    assert isinstance(again, ReplyPayload)
    assert read.reply_id.startswith("pushed-")
    assert fields(read) == fields(again)
    assert fields(read) == changed(
        READ_REPLY, reply_id=read.reply_id, message_id=None, content="STOP", is_opt_out_notice=True
    )


def test_two_opt_outs_without_ids_are_told_apart():
    first, second = (
        parse_webhook(push({**REPLY, "reply_id": "$replyId", "source_number": number}))
        for number in ("+61491570006", "+61491570110")
    )

    assert isinstance(first, ReplyPayload)
    assert isinstance(second, ReplyPayload)
    assert first.reply_id != second.reply_id


def test_what_a_template_leaves_unfilled_is_missing():
    item = {
        **REPLY,
        "message_id": "$messageId",
        "destination_number": "$destinationAddress",
        "date_received": "$receivedTimestamp",
        "content": "$moContent",
        "metadata": {"message": "$metadata.get('message')", "appointment": "a-1"},
    }

    assert fields(parse_webhook(push(item))) == changed(
        READ_REPLY,
        message_id=None,
        destination_number=None,
        received_at=None,
        content="",
        metadata={"appointment": "a-1"},
    )


@pytest.mark.parametrize(
    "body", [b"", b"[", b"\xff\xfe\x00", b"[]", b"1", b'"x"', b"{}", b"[" * 100_000, b"9" * 9999]
)
def test_a_push_that_says_nothing_is_set_aside(body):
    read = parse_webhook(body)

    assert isinstance(read, Unreadable)
    assert read.provider_id is None
    assert "\x00" not in json.dumps(read.raw, ensure_ascii=False)


@pytest.mark.parametrize("odd", [[], {}, ["$replyId"]])
def test_an_id_that_is_no_text_is_no_id(odd):
    read = parse_webhook(push({**REPLY, "reply_id": odd}))

    assert isinstance(read, ReplyPayload)
    assert (read.reply_id[:7], read.is_opt_out_notice) == ("pushed-", False)


def test_what_the_database_cannot_store_is_replaced():
    texts = b'"a": "x\\u0000y", "b\\ud800": ["\\udc00", "\\ud83d\\ude00"], "e": "\xff"'
    numbers = b'"c": NaN, "d": 1e999, "f": 1.5'
    body = b"{" + texts + b", " + numbers + b"}"

    read = read_json(body)

    assert read == {
        "a": "x\ufffdy",
        "b\ufffd": ["\ufffd", "\U0001f600"],
        "c": None,
        "d": None,
        "e": "\ufffd",
        "f": 1.5,
    }


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2016-11-03T11:49:02.807Z", datetime(2016, 11, 3, 11, 49, 2, 807_000, tzinfo=UTC)),
        ("2016-11-03T11:49:02.807z", datetime(2016, 11, 3, 11, 49, 2, 807_000, tzinfo=UTC)),
        ("2017-02-10T16:30:00", datetime(2017, 2, 10, 16, 30, tzinfo=UTC)),
        ("2017-02-10T16:30:00+1100", datetime(2017, 2, 10, 5, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00+11:00", None),
        ("2017-02-30T16:30:00Z", None),
        (1_486_744_200, None),
        (None, None),
    ],
)
def test_times_are_read_into_utc(value, moment):
    assert read_time(value) == moment


@pytest.mark.parametrize(
    ("number", "normal"),
    [
        ("61491570006", "+61491570006"),
        ("+61491570006", "+61491570006"),
        ("12345", "12345"),
        ("CLINIC", "CLINIC"),
        ("٦١٤٩١٥٧٠٠٠٦", "٦١٤٩١٥٧٠٠٠٦"),
    ],
)
def test_whole_numbers_get_their_plus(number, normal):
    assert normalise_number(number) == normal


@pytest.mark.parametrize(
    ("value", "code"),
    [(220, 220), ("220", 220), (" 220 ", 220), (220.0, 220), (2.5, None), (-1, None), ("٢", None)],
)
def test_codes_are_read_from_both_writings(value, code):
    assert read_code(value) == code


def test_metadata_is_read_from_both_shapes():
    pairs = [{"key": "message", "value": "u-1"}, {"key": 1, "value": "x"}, "odd", {"value": "x"}]

    assert read_metadata(pairs) == read_metadata({"message": "u-1"}) == {"message": "u-1"}
