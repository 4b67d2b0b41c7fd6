"""The sandbox answers in the provider's documented shapes and codes."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from reminders.sandbox import Sandbox
from tests.contract import documented
from tests.contract.documented import differences

ANN = "+447700900123"
BLACKLIST = "/v1/number_authorisation/mt/blacklist"
KEYS = "/v1/iam/signature_keys"
MESSAGE = {
    "callback_url": "http://127.0.0.1:9/never",
    "content": "My first message",
    "destination_number": ANN,
    "delivery_report": True,
    "format": "SMS",
    "message_expiry_timestamp": "2099-11-03T11:49:02.807Z",
    "metadata": {"key1": "value1", "key2": "value2"},
    "scheduled": "2016-11-03T11:49:02.807Z",
    "source_number": "+61491570157",
    "source_number_type": "INTERNATIONAL",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(pace=0).serve() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, auth=(sandbox.key, sandbox.secret)) as client:
        yield client


def post(client: httpx.Client, path: str, body: Any) -> tuple[int, Any]:
    answer = client.post(path, json=body)
    return answer.status_code, answer.json() if answer.content else None


def test_sending_echoes_every_message_with_id_and_status(client):
    plain = {"content": "My second message", "destination_number": "+61491570158"}
    status, body = post(client, "/v1/messages", {"messages": [MESSAGE, plain]})

    assert (status, differences(body, {"messages": [documented.MESSAGE]})) == (202, [])
    first, second = body["messages"]
    assert first == {**MESSAGE, "message_id": first["message_id"], "status": "queued"}
    assert (second["content"], second["status"]) == ("My second message", "queued")


def test_an_invalid_number_is_named_with_its_place(client):
    wrong = {"content": "Hello", "destination_number": "abc"}
    status, body = post(client, "/v1/messages", {"messages": [wrong]})

    assert (status, differences(body, documented.INVALID)) == (400, [])
    assert body["details"][0].split(":")[0] == "/messages/0/destination_number"


def test_a_message_is_shown_and_cancelled_by_its_id(client):
    waiting = {**MESSAGE, "scheduled": "2098-11-03T11:49:02.807Z"}
    message_id = post(client, "/v1/messages", {"messages": [waiting]})[1]["messages"][0][
        "message_id"
    ]
    path = f"/v1/messages/{message_id}"

    shown = client.get(path)
    cancelled = client.put(path, json={"status": "cancelled"})
    again = client.put(path, json={"status": "cancelled"})

    assert (shown.status_code, differences(shown.json(), documented.MESSAGE)) == (200, [])
    assert shown.json() == {**waiting, "message_id": message_id, "status": "scheduled"}
    assert (cancelled.status_code, client.get(path).json()["status"]) == (200, "cancelled")
    assert (again.status_code, differences(again.json(), documented.INVALID)) == (400, [])


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_unknown_message_is_a_404(client, method):
    path = "/v1/messages/389dc1a8-62a4-4110-ba61-af94806c006f"
    answer = client.request(method, path, json={"status": "cancelled"} if method == "PUT" else None)

    assert (answer.status_code, differences(answer.json(), documented.ERROR)) == (404, [])


def test_delivery_reports_are_listed_and_confirmed(client):
    post(client, "/v1/messages", {"messages": [MESSAGE]})
    listed = client.get("/v1/delivery_reports").json()

    assert differences(listed, {"delivery_reports": [documented.DELIVERY_REPORT]}) == []
    assert [one["status"] for one in listed["delivery_reports"]] == [
        "enroute",
        "submitted",
        "delivered",
    ]
    assert {one["source_number"] for one in listed["delivery_reports"]} == {ANN}
    ids = [one["delivery_report_id"] for one in listed["delivery_reports"]]
    assert post(client, "/v1/delivery_reports/confirmed", {"delivery_report_ids": ids}) == (
        202,
        None,
    )
    assert client.get("/v1/delivery_reports").json() == {"delivery_reports": []}


def test_replies_are_listed_and_confirmed(sandbox, client):
    post(client, "/v1/messages", {"messages": [MESSAGE]})
    sandbox.reply(ANN, "Hello back")
    sandbox.reply("+447700900124", "Who is this?")
    listed = client.get("/v1/replies").json()

    assert differences(listed, {"replies": [documented.REPLY]}) == []
    answer, stray = listed["replies"]
    assert (answer["metadata"], answer["destination_number"]) == (
        MESSAGE["metadata"],
        "+61491570157",
    )
    assert ("message_id" in stray, "metadata" in stray) == (False, False)
    ids = [one["reply_id"] for one in listed["replies"]]
    assert post(client, "/v1/replies/confirmed", {"reply_ids": ids}) == (202, None)
    assert client.get("/v1/replies").json() == {"replies": []}


@pytest.mark.parametrize("ids", [None, [], ["x"] * 101, [1], "x"])
def test_confirming_takes_one_to_a_hundred_ids(client, ids):
    for path, name in (("replies", "reply_ids"), ("delivery_reports", "delivery_report_ids")):
        status, body = post(client, f"/v1/{path}/confirmed", {name: ids})
        assert (status, differences(body, documented.INVALID)) == (400, [])


def test_the_detail_report_lists_texts_and_replies(sandbox, client):
    post(client, "/v1/messages", {"messages": [MESSAGE]})
    sandbox.reply(ANN, "Hello back")
    question = {
        "start_date": "2020-01-01T00:00:00.000Z",
        "end_date": "2098-01-01T00:00:00.000Z",
        "metadata_key": "key1",
        "metadata_values": ["value1"],
        "direction": "all",
        "page": 0,
        "page_size": 20,
    }

    status, body = post(client, "/v2-preview/reporting/messages/detail", question)

    assert (status, differences(body, documented.DETAIL)) == (200, [])
    assert [one["direction"] for one in body["messages"]] == ["outbound", "inbound"]
    assert body["messages"][0]["metadata"] == [
        {"key": "key1", "value": "value1"},
        {"key": "key2", "value": "value2"},
    ]
    assert body["pagination"] == {"page": 0, "page_size": 20, "has_next": False}


def test_blocked_numbers_are_added_listed_asked_for_and_removed(client):
    numbers = {"numbers": ["61491570156", "+61491570157"]}

    added = post(client, BLACKLIST, numbers)
    again = post(client, BLACKLIST, numbers)
    listed = client.get(BLACKLIST).json()
    asked = client.get("/v1/number_authorisation/is_authorised/+61491570156,+61491570158").json()

    assert (added, again[0]) == ((201, {"uri": BLACKLIST, **numbers}), 200)
    assert differences(listed, documented.BLOCKED) == []
    assert listed["numbers"] == ["+61491570156", "+61491570157"]
    assert differences(asked, documented.AUTHORISED) == []
    assert [one["authorised"] for one in asked["numbers"]] == [False, True]
    assert client.delete(f"{BLACKLIST}/+61491570156").status_code == 200
    assert client.get(BLACKLIST).json()["numbers"] == ["+61491570157"]


def test_signature_keys_are_made_enabled_listed_disabled_and_deleted(client):
    status, key = post(client, KEYS, {"digest": "SHA224", "cipher": "RSA"})
    assert (status, differences(key, documented.NEW_KEY), key["enabled"]) == (201, [], False)
    assert client.get(f"{KEYS}/enabled").status_code == 404

    enabled = client.patch(f"{KEYS}/enabled", json={"key_id": key["key_id"]})
    listed = client.get(KEYS, params={"page": "1", "page_size": "20"}).json()

    assert (enabled.status_code, differences(enabled.json(), documented.KEY)) == (200, [])
    assert listed == [enabled.json()] == [client.get(f"{KEYS}/enabled").json()]
    assert client.delete(f"{KEYS}/enabled").status_code == 204
    assert client.get(f"{KEYS}/{key['key_id']}").json()["enabled"] is False
    assert client.delete(f"{KEYS}/{key['key_id']}").status_code == 204
    assert client.get(f"{KEYS}/{key['key_id']}").status_code == 404


def test_a_signature_key_that_cannot_be_made_is_a_400(client):
    status, body = post(client, KEYS, {"digest": "SHA224", "cipher": "RA"})

    assert (status, differences(body, documented.INVALID)) == (400, [])
    assert body["details"] == ["/cipher: [RA] is invalid"]


def test_without_credentials_every_endpoint_is_a_401(sandbox):
    with httpx.Client(base_url=sandbox.url) as stranger:
        answers = [
            stranger.get(path) for path in ("/v1/replies", "/v1/delivery_reports", BLACKLIST, KEYS)
        ]
        answers.append(stranger.post("/v1/messages", json={"messages": [MESSAGE]}))

    assert [(one.status_code, differences(one.json(), documented.ERROR)) for one in answers] == [
        (401, [])
    ] * 5
