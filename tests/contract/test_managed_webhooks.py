"""Managed webhooks: the sandbox answers and fills in templates as the documentation shows, and our
own template is read whatever it was filled in with.
"""

from __future__ import annotations

import json

import pytest

from reminders.provider import ReplyPayload, parse_webhook
from reminders.provider.managed import TEMPLATE
from reminders.sandbox.provider_api.managed.templates import render
from tests.contract import documented
from tests.contract.documented import differences
from tests.contract.test_sandbox import client, post, sandbox

assert client, sandbox
WEBHOOKS = "/v1/webhooks/messages"
WANTED = {
    "url": "http://webhook.example",
    "method": "POST",
    "encoding": "JSON",
    "headers": {},
    "events": ["ENROUTE_DR", "DELIVERED_DR"],
    "template": '{"id":"$mtId","status":"$statusCode"}',
    "read_timeout": 5000,
    "retries": 3,
    "retry_delay": 30,
}
REPLY = (
    '{  "account_id": "$accountId",  "reply_id": "$replyId",  "destination_number": '
    '"$destinationAddress",  "source_number": "$sourceAddress",  "date_received": '
    '"$receivedTimestamp",  "message_id": "$messageId",  #if ($attachments)  "attachments": [   '
    '#foreach ($entry in $attachments)    {      "content_type": "$entry.contentType",      '
    '"content": "$entry.base64",      "original_name": "$entry.originalName"    }'
    '#if( $foreach.hasNext ),#end    #end  ],  #else  "content": "$esc.json($moContent)",  #end  '
    '"metadata": {    #foreach ($entry in $metadata.entrySet())    "$entry.key": "$entry.value"'
    "#if( $foreach.hasNext ),#end    #end  }}"
)
REPORT = (
    '{  "delivery_report_id": "$drId",  "delay": "0",  "original_text": '
    '"$esc.json($!mtContent)",  "metadata": {    #foreach($key in $metadata.keySet())    "$key": '
    '"$esc.json($metadata.get($key))"#if( $velocityHasNext ),#end    #end  }}'
)
KNOWN = {
    "accountId": "A",
    "replyId": "r-1",
    "destinationAddress": "+61491570156",
    "sourceAddress": "+447700900123",
    "receivedTimestamp": "2026-03-02T12:00:00.000Z",
    "messageId": "m-1",
    "moContent": 'Say "yes"\nplease',
    "metadata": {"message": "u-1", "appointment": "u-2"},
}
OURS = {"account_id": "A", "source_number": "+447700900123", "content": 'Say "yes"\nplease'}


def test_they_are_made_listed_changed_and_deleted(client):
    status, made = post(client, WEBHOOKS, WANTED)
    assert (status, differences(made, documented.WEBHOOK)) == (201, [])
    assert made == WANTED | {"id": made["id"]}

    again = post(client, WEBHOOKS, WANTED)
    listed = client.get(WEBHOOKS, params={"page": "0", "page_size": "100"}).json()
    place = f"{WEBHOOKS}/{made['id']}"
    changed = client.patch(place, json={"events": ["RECEIVED_SMS"]})

    assert (again[0], differences(again[1], documented.ERROR)) == (409, [])
    assert listed == {"page": 0, "pageSize": 100, "pageData": [made]}
    assert (changed.status_code, changed.json()["events"]) == (200, ["RECEIVED_SMS"])
    assert [client.delete(place).status_code for _ in range(2)] == [204, 404]
    assert client.patch(place, json={"events": ["RECEIVED_SMS"]}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://x"},
        {"method": None},
        {"encoding": "TEXT"},
        {"events": []},
        {"events": ["SOMETHING"]},
        {"headers": {"Content-Type": "text/plain"}},
        {"retries": 6},
        {"retry_delay": 1},
    ],
)
def test_what_can_not_be_one_is_a_400(client, wrong):
    status, body = post(client, WEBHOOKS, WANTED | wrong)

    assert (status, differences(body, documented.INVALID)) == (400, [])


def test_the_documented_templates_give_the_documented_bodies():
    report = KNOWN | {"drId": "d-1", "mtContent": "Hello back"}
    picture = {"contentType": "image/png", "base64": "dGVzdA==", "originalName": "file.png"}
    shown = {
        "content_type": "image/png",
        "content": "dGVzdA==",
        "original_name": "file.png",
    }
    plain = {
        "account_id": "A",
        "reply_id": "r-1",
        "destination_number": "+61491570156",
        "source_number": "+447700900123",
        "date_received": "2026-03-02T12:00:00.000Z",
        "message_id": "m-1",
        "metadata": {"message": "u-1", "appointment": "u-2"},
    }

    assert json.loads(render(REPLY, KNOWN)) == plain | {"content": 'Say "yes"\nplease'}
    assert json.loads(render(REPLY, KNOWN | {"attachments": [picture, picture]})) == plain | {
        "attachments": [shown, shown]
    }
    assert json.loads(render(REPORT, report)) == {
        "delivery_report_id": "d-1",
        "delay": "0",
        "original_text": "Hello back",
        "metadata": {"message": "u-1", "appointment": "u-2"},
    }


def test_what_is_not_known_stays_as_its_name_or_leaves_nothing():
    assert render("$replyId ${moId} $!mtContent| $esc.json($!moContent)", {}) == (
        "$replyId ${moId} | $esc.json($!moContent)"
    ).replace("$esc.json($!moContent)", "")


def read(known):
    item = parse_webhook(render(TEMPLATE, known).encode())
    assert isinstance(item, ReplyPayload)
    return item


def test_our_template_is_read_for_a_reply():
    item = read(KNOWN)

    assert (item.reply_id, item.message_id, item.content) == ("r-1", "m-1", 'Say "yes"\nplease')
    assert (item.metadata, item.is_opt_out_notice, item.pictures) == ({"message": "u-1"}, False, 0)


def test_our_template_is_read_for_a_picture_and_holds_none():
    item = read(KNOWN | {"moContent": "", "attachments": [{"contentType": "image/png"}] * 2})

    assert (item.content, item.pictures) == ("", 2)
    assert item.raw["attachments"] == [{"content_type": "image/png"}] * 2


def test_our_template_is_read_for_an_opt_out_that_answers_nothing():
    known = {"accountId": "A", "sourceAddress": "+447700900123", "moContent": "STOP"}
    item = read(known | {"notificationId": "n-1", "receivedTimestamp": "2026-03-02T12:00:00.000Z"})

    assert (item.reply_id, item.message_id, item.metadata) == ("n-1", None, {})
    assert (item.content, item.is_opt_out_notice) == ("STOP", True)
