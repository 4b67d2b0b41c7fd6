"""What becomes of a text: schedules, expiry, magic numbers, switches of the account."""

import pytest

from tests.sandbox.helpers import ANN, send, statuses, text

IN_AN_HOUR = "2026-03-02T13:00:00.000Z"
DELIVERED = [("enroute", "101"), ("submitted", "200"), ("delivered", "220")]


def test_a_text_without_a_schedule_is_delivered_at_once(sandbox, client):
    (message,) = send(client, text())

    assert message["status"] == "queued"
    assert sandbox.status_of(message["message_id"]) == "delivered"
    assert statuses(client) == DELIVERED


def test_a_text_that_asks_for_no_report_gets_none(sandbox, client):
    (message,) = send(client, text(delivery_report=False))

    assert (sandbox.status_of(message["message_id"]), statuses(client)) == ("delivered", [])


def test_a_scheduled_text_waits_for_its_time(sandbox, client):
    (message,) = send(client, text(scheduled=IN_AN_HOUR))
    assert (sandbox.status_of(message["message_id"]), statuses(client)) == ("scheduled", [])

    sandbox.advance(3_600)

    assert statuses(client) == DELIVERED
    assert sandbox.ledger()[0]["delivered_at"] == IN_AN_HOUR


def test_the_steps_of_a_life_take_their_time(sandbox, client):
    sandbox.change_settings(pace=1)
    (message,) = send(client, text())
    seen = [sandbox.status_of(message["message_id"])]
    for _ in range(2):
        sandbox.advance(0.5)
        seen.append(sandbox.status_of(message["message_id"]))

    assert seen == ["enroute", "submitted", "delivered"]


def test_a_text_past_its_expiry_is_discarded(sandbox, client):
    send(client, text(scheduled=IN_AN_HOUR, message_expiry_timestamp="2026-03-02T12:30:00Z"))

    sandbox.advance(3_600)

    assert statuses(client) == [("expired", "320")]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (ANN, DELIVERED),
        ("+447700900990", [*DELIVERED[:2], ("failed", "414")]),
        ("+447700900991", [*DELIVERED[:2], ("rejected", "402")]),
        ("+447700900992", []),
        ("+447700900993", [*DELIVERED[:2], ("expired", "401")]),
        ("+61491570006", [*DELIVERED[:2], ("failed", "414")]),
        ("+12125550190", [*DELIVERED[:2], ("failed", "414")]),
    ],
)
def test_magic_numbers_behave_as_their_table_says(sandbox, client, number, expected):
    send(client, text(destination_number=number, message_expiry_timestamp="2026-03-02T14:00:00Z"))

    sandbox.advance(7_200)

    assert statuses(client) == expected


@pytest.mark.parametrize(("number", "answer"), [("+447700900994", "Y"), ("+61491570159", "N")])
def test_some_numbers_answer_by_themselves(sandbox, client, number, answer):
    (message,) = send(client, text(destination_number=number, metadata={"message": "m1"}))

    (reply,) = client.get("/v1/replies").json()["replies"]

    assert (reply["content"], reply["message_id"]) == (answer, message["message_id"])
    assert reply["metadata"] == {"message": "m1"}


@pytest.mark.parametrize("word", ["STOP", "stopall", " Unsubscribe ", "CANCEL", "END", "quit"])
def test_an_opt_out_word_blocks_the_number_and_still_arrives(sandbox, client, word):
    send(client, text())
    sandbox.reply(ANN, word)

    send(client, text(content="Hi again"))

    assert [reply["content"] for reply in client.get("/v1/replies").json()["replies"]] == [word]
    assert statuses(client) == [*DELIVERED, ("rejected", "302")]


def test_start_unblocks_the_number(sandbox, client):
    sandbox.reply(ANN, "STOP")
    sandbox.reply(ANN, "start")

    send(client, text())

    assert statuses(client) == DELIVERED


def test_a_duplicate_is_rejected_only_when_the_account_asks_for_that(sandbox, client):
    send(client, text(), text())
    assert statuses(client) == DELIVERED * 2

    sandbox.change_settings(deduplication=True)
    send(client, text(content="Hi Bob"), text(content="Hi Bob"), text(content="Hi Cid"))

    assert statuses(client)[6:] == [*DELIVERED, ("rejected", "305"), *DELIVERED]


def test_social_sending_holds_a_night_text_until_eight(sandbox, client):
    sandbox.change_settings(social_sending=True, account_timezone="Europe/London")
    (message,) = send(client, text(scheduled="2026-03-02T22:00:00Z"))

    sandbox.advance(86_400)

    assert sandbox.ledger()[0]["delivered_at"] == "2026-03-03T08:00:00.000Z"
    assert sandbox.status_of(message["message_id"]) == "delivered"


def test_only_a_scheduled_text_can_be_cancelled(sandbox, client):
    waiting, gone = send(client, text(scheduled=IN_AN_HOUR), text())
    cancel = {"status": "cancelled"}

    answers = [
        client.put(f"/v1/messages/{message_id}", json=cancel).status_code
        for message_id in (
            waiting["message_id"],
            waiting["message_id"],
            gone["message_id"],
            "unknown",
        )
    ]
    sandbox.advance(7_200)

    assert answers == [200, 400, 400, 404]
    assert [line["status"] for line in sandbox.ledger()] == ["cancelled", "delivered"]
    assert sandbox.ledger()[0]["cancelled_at"] == "2026-03-02T12:00:00.000Z"


def test_everything_is_forgotten_after_45_days(sandbox, client):
    (message,) = send(client, text())
    sandbox.reply(ANN, "Y")

    sandbox.advance(46 * 86_400)

    assert client.get(f"/v1/messages/{message['message_id']}").status_code == 404
    assert client.get("/v1/replies").json() == {"replies": []}
    assert statuses(client) == []
