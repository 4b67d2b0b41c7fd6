"""The client sets an account up as the documentation has it, and the sandbox does what it asks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reminders.provider import (
    CredentialsRefused,
    ManagedWebhook,
    NewSignatureKey,
    NotFound,
    OutcomeUnknown,
    Refused,
    ReplyPayload,
    SignatureKey,
    parse_webhook,
    verify_webhook,
)
from reminders.provider.managed import EVENTS, TEMPLATE
from tests.contract.conftest import answering
from tests.contract.test_client import FIRST, MOMENT, shown
from tests.provider.test_against_sandbox import ANN, api, first_push, running, sandbox
from tests.provider.wire_server import WireServer, answer

assert answering, (api, running, sandbox)
KEY = {"key_id": FIRST, "public_key": "MIGfMA0G", "cipher": "RSA", "digest": "SHA256",
       "created": MOMENT, "enabled": False}  # fmt: skip


def test_a_key_is_asked_for_as_documented(answering):
    api, asked = answering(201, KEY)

    assert api.make_signature_key() == NewSignatureKey(FIRST, "MIGfMA0G")
    assert [shown(request) for request in asked] == [
        ("POST", "/v1/iam/signature_keys", {"digest": "SHA256", "cipher": "RSA"})
    ]


def test_a_key_that_is_not_told_is_no_key(answering):
    api, _ = answering(201, {name: KEY[name] for name in KEY if name != "public_key"})

    with pytest.raises(OutcomeUnknown):
        api.make_signature_key()


def test_it_is_enabled_as_documented(answering):
    api, asked = answering(200, KEY | {"enabled": True})
    api.enable_signature_key(FIRST)

    assert [shown(request) for request in asked] == [
        ("PATCH", "/v1/iam/signature_keys/enabled", {"key_id": FIRST})
    ]


def test_an_account_without_the_feature_is_not_taken_for_wrong_credentials(answering):
    api, _ = answering(403, {"message": "This feature has not been enabled in your account."})
    with pytest.raises(Refused) as refused:
        api.make_signature_key()
    stranger, _ = answering(401, {"message": "Invalid"})
    with pytest.raises(CredentialsRefused):
        stranger.make_signature_key()

    assert refused.value.status == 403


def test_webhooks_are_listed_and_what_is_unreadable_is_left_out(answering):
    one = {"id": FIRST, "url": "https://x.example/", "events": ["RECEIVED_SMS", 7], "retries": 0}
    api, asked = answering(200, {"page": 0, "pageSize": 100, "pageData": [one, {}, None]})

    assert api.webhooks() == [ManagedWebhook(FIRST, "https://x.example/", ("RECEIVED_SMS",), "")]
    assert [shown(request) for request in asked] == [
        ("GET", "/v1/webhooks/messages?page=0&page_size=100", None)
    ]


def test_one_is_made_and_changed_at_the_sandbox(sandbox, api):
    api.create_webhook("https://x.example/a")
    with pytest.raises(Refused):
        api.create_webhook("https://x.example/a")
    [made] = api.webhooks()

    api.change_webhook(made.webhook_id, "https://x.example/b")

    assert api.webhooks() == [
        ManagedWebhook(made.webhook_id, "https://x.example/b", EVENTS, TEMPLATE)
    ]
    with pytest.raises(NotFound):
        api.change_webhook("nobody", "https://x.example/b")


def test_what_answers_no_text_is_pushed_signed_and_read(sandbox, api, wire: WireServer):
    wire.answers.append(answer(200))
    key = api.make_signature_key()
    api.enable_signature_key(key.key_id)
    api.create_webhook(f"{wire.base_url}/in/")

    sandbox.reply(ANN, 'Do you have "late" hours?\nAnn', message_id=None)
    pushed = first_push(wire)
    assert isinstance(pushed, ReplyPayload)

    assert api.signature_keys() == [SignatureKey(key.key_id, "RSA", "SHA256", enabled=True)]
    verify_webhook(
        public_keys={key.key_id: key.public_key},
        headers=wire.seen[0].headers,
        method="POST",
        path="/in/",
        body=wire.raw_bodies[0],
        now=datetime.now(UTC),
    )
    assert (pushed.content, pushed.message_id, pushed.metadata, pushed.pictures) == (
        'Do you have "late" hours?\nAnn',
        None,
        {},
        0,
    )
    assert (pushed.source_number, pushed.is_opt_out_notice) == (ANN, False)


def test_an_opt_out_that_answers_no_text_is_pushed_as_a_notice(sandbox, api, wire: WireServer):
    wire.answers.append(answer(200))
    api.create_webhook(f"{wire.base_url}/in/")

    reply = sandbox.reply(ANN, "STOP", message_id=None)
    pushed = first_push(wire)
    assert isinstance(pushed, ReplyPayload)

    assert (pushed.is_opt_out_notice, pushed.content) == (True, "STOP")
    assert pushed.reply_id != reply["reply_id"]
    assert parse_webhook(wire.raw_bodies[0]) == pushed
