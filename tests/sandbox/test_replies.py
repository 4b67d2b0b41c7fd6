"""Patients' texts, and the polling queues in which they and the reports wait."""

import httpx

from tests.sandbox.helpers import ANN, send, text


def test_a_reply_answers_the_last_text_delivered_to_the_number(sandbox, client):
    send(client, text(metadata={"message": "first"}))
    _, other = send(
        client, text(metadata={"message": "second"}), text(destination_number="+447700900124")
    )
    send(client, text(scheduled="2026-03-02T18:00:00Z", metadata={"message": "not out yet"}))

    assert sandbox.reply(ANN, "Y")["metadata"] == {"message": "second"}
    assert (
        sandbox.reply(ANN, "N", message_id=other["message_id"])["message_id"] == other["message_id"]
    )


def test_a_reply_to_nothing_has_neither_message_nor_metadata(sandbox):
    reply = sandbox.reply(ANN, "Who is this?")
    reply.pop("reply_id")

    assert reply == {
        "date_received": "2026-03-02T12:00:00.000Z",
        "source_number": ANN,
        "content": "Who is this?",
        "vendor_account_id": {"vendor_id": "SinchEU", "account_id": "SandboxAccount"},
    }


def test_a_reply_names_our_number_only_when_the_text_had_one(sandbox, client):
    send(client, text())
    assert "destination_number" not in sandbox.reply(ANN, "Y")

    send(client, text(source_number="+61491570156"))
    assert sandbox.reply(ANN, "Y")["destination_number"] == "+61491570156"


def test_the_oldest_hundred_come_back_until_they_are_confirmed(sandbox, client):
    for number in range(130):
        sandbox.reply(ANN, f"text {number}")
    first = client.get("/v1/replies").json()["replies"]
    assert client.get("/v1/replies").json()["replies"] == first

    ids = [reply["reply_id"] for reply in first]
    assert client.post("/v1/replies/confirmed", json={"reply_ids": ids}).status_code == 202

    rest = client.get("/v1/replies").json()["replies"]
    assert [reply["content"] for reply in first] == [f"text {number}" for number in range(100)]
    assert [reply["content"] for reply in rest] == [f"text {number}" for number in range(100, 130)]


def test_a_sub_account_sees_its_own_texts_only(sandbox, client):
    north = httpx.Headers({"Account": "North"})
    sent = client.post("/v1/messages", json={"messages": [text()]}, headers=north).json()[
        "messages"
    ][0]
    sandbox.reply(ANN, "Y")

    assert client.get("/v1/replies").json() == {"replies": []}
    assert len(client.get("/v1/replies", headers=north).json()["replies"]) == 1
    assert client.get(f"/v1/messages/{sent['message_id']}").status_code == 404
    assert client.get(f"/v1/messages/{sent['message_id']}", headers=north).status_code == 200


def test_raw_entries_are_handed_out_as_they_are(sandbox, client):
    poisoned = [
        {"reply_id": "r1", "content": 7},
        {"reply_id": "r1"},
        ["no object"],
        {"nothing": "right"},
    ]
    sandbox.put_raw("replies", poisoned)
    assert client.get("/v1/replies").json()["replies"] == poisoned

    client.post("/v1/replies/confirmed", json={"reply_ids": ["r1"]})

    assert client.get("/v1/replies").json()["replies"] == poisoned[2:]


def test_codes_can_be_left_out_of_polled_reports(sandbox, client):
    sandbox.change_settings(codes_when_polled=False)
    send(client, text())

    reports = client.get("/v1/delivery_reports").json()["delivery_reports"]

    assert [("error_code" in report, report["status"]) for report in reports] == [
        (False, "enroute"),
        (False, "submitted"),
        (False, "delivered"),
    ]
