"""What the provider pushes, as its documentation shows it."""

from __future__ import annotations

import json

from reminders.provider import (
    ReplyPayload,
    parse_webhook,
)
from tests.contract.test_client import (
    FIRST,
    MESSAGE,
    METADATA,
    MOMENT,
    READ_MOMENT,
    REPLY,
    REPORT,
    SECOND,
    read_report,
)


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
