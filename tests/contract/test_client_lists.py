"""Blocked numbers and keys, as the documentation shows them."""

from __future__ import annotations

import pytest

from reminders.provider import (
    Refused,
    SenderAddress,
    SignatureKey,
)
from tests.contract.test_client import FIRST, MOMENT, SECOND, shown


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


def test_approved_senders(answering):
    entries = [
        {
            "id": "7927d9eb-4e74-4021-836e-6cae071f84e7",
            "sender_address": "EXAMPLE1",
            "sender_address_type": "ALPHANUMERIC",
            "usage_type": "ALPHANUMERIC",
            "destination_countries": ["AU"],
            "label": "This is my label 1",
            "account_id": "my_account",
        },
        {"sender_address": "+61491570156", "sender_address_type": "INTERNATIONAL"},
        {"id": "without an address"},
    ]
    api, asked = answering(200, {"data": entries, "pagination": {"page_size": 100}})

    assert api.sender_addresses() == [
        SenderAddress("EXAMPLE1", "ALPHANUMERIC", "This is my label 1"),
        SenderAddress("+61491570156", "INTERNATIONAL", ""),
    ]
    assert [request.url.path for request in asked] == [
        "/v1/messaging/numbers/sender_address/addresses/"
    ]


def test_an_account_without_senders_of_its_own_stops_no_texts(answering):
    api, _ = answering(403, {"message": "Forbidden"})

    with pytest.raises(Refused):
        api.sender_addresses()
