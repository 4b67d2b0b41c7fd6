"""The `/sandbox/` endpoints, the state file and the command line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from reminders.sandbox import Sandbox
from tests.sandbox.helpers import ANN, send, text


def test_the_ledger_comes_in_pages_and_by_field(sandbox, client):
    send(
        client,
        *(text(content=str(number)) for number in range(5)),
        text(destination_number="+447700900124"),
    )

    page = client.get("/sandbox/ledger?after=2&limit=2").json()
    other = client.get("/sandbox/ledger", params={"destination": "+447700900124"}).json()

    assert ([line["seq"] for line in page["messages"]], page["total"]) == ([3, 4], 6)
    assert [line["seq"] for line in other["messages"]] == [6]


def test_a_line_of_the_ledger_tells_everything(sandbox, client):
    (message,) = send(client, text(metadata={"message": "m1"}, scheduled="2026-03-02T13:00:00Z"))

    assert sandbox.ledger() == [
        {
            "seq": 1,
            "message_id": message["message_id"],
            "account": "SandboxAccount",
            "metadata": {"message": "m1"},
            "destination": ANN,
            "source_number": None,
            "content": "Hi Ann",
            "format": "SMS",
            "scheduled": "2026-03-02T13:00:00Z",
            "expiry": None,
            "accepted_at": "2026-03-02T12:00:00.000Z",
            "released_at": None,
            "status": "scheduled",
            "code": None,
            "delivered_at": None,
            "cancelled_at": None,
        }
    ]


def test_replies_and_raw_entries_can_be_ordered_over_http(client):
    order = {"number": ANN, "content": "Y", "destination_number": "+61491570156"}
    assert client.post("/sandbox/reply", json=order).status_code == 201
    raw = {"queue": "replies", "items": [{"reply_id": 5}]}
    assert client.post("/sandbox/raw", json=raw).status_code == 201

    first, second = client.get("/v1/replies").json()["replies"]

    assert (first["content"], first["destination_number"], second) == (
        "Y",
        "+61491570156",
        {"reply_id": 5},
    )


def test_the_clock_can_be_set_moved_and_given_back(sandbox, client):
    send(client, text(scheduled="2026-03-05T09:00:00Z"))
    at = client.post("/sandbox/clock", json={"now": "2026-03-05T08:59:00Z"}).json()
    moved = client.post("/sandbox/clock", json={"advance": 60}).json()
    back = client.post("/sandbox/clock", json={"now": None}).json()

    assert at == {
        "now": "2026-03-05T08:59:00.000Z",
        "stopped": True,
        "next": "2026-03-05T09:00:00.000Z",
    }
    assert moved == {"now": "2026-03-05T09:00:00.000Z", "stopped": True, "next": None}
    assert back["stopped"] is False
    assert sandbox.ledger()[0]["status"] == "delivered"


def test_the_next_text_can_be_delivered_at_once(sandbox, client):
    _, sooner = send(
        client, text(scheduled="2026-03-04T09:00:00Z"), text(scheduled="2026-03-03T09:00:00Z")
    )

    assert (
        client.post("/sandbox/deliver", json={"number": ANN}).json()["message_id"]
        == sooner["message_id"]
    )
    sandbox.advance(86_400)

    assert [line["status"] for line in sandbox.ledger()] == ["scheduled", "delivered"]
    assert [line["delivered_at"] for line in sandbox.ledger()] == [None, "2026-03-02T12:00:00.000Z"]


def test_orders_are_taken_as_json_only(client):
    answer = client.post("/sandbox/reset", content=b"", headers={"Content-Type": "text/plain"})

    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("reply", {"number": "x", "content": "Y"}),
        ("reply", {"number": ANN, "content": ""}),
        ("reply", {"number": ANN, "content": "Y", "message_id": 7}),
        ("raw", {"queue": "nowhere", "items": []}),
        ("clock", {}),
        ("clock", {"now": "noon"}),
        ("settings", {"nonsense": 1}),
        ("settings", {"pace": "fast"}),
        ("settings", {"account_timezone": "Mars/Base"}),
        ("deliver", {}),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(client, path, order):
    assert client.post(f"/sandbox/{path}", json=order).status_code == 400


def test_a_restart_keeps_everything(tmp_path):
    state = tmp_path / "state.sqlite3"
    with (
        Sandbox(pace=0, state=state).serve() as first,
        httpx.Client(base_url=first.url, auth=(first.key, first.secret)) as client,
    ):
        send(client, text(metadata={"message": "m1"}), text(scheduled="2099-01-01T00:00:00Z"))
        first.reply(ANN, "Y")
        first.reply("+447700900124", "STOP")
        key = client.post(
            "/v1/iam/signature_keys", json={"digest": "SHA256", "cipher": "RSA"}
        ).json()
        reports, replies = (
            client.get("/v1/delivery_reports").json(),
            client.get("/v1/replies").json(),
        )
        client.post(
            "/v1/replies/confirmed", json={"reply_ids": [replies["replies"][0]["reply_id"]]}
        )
        ledger, phone = first.ledger(), client.get(f"/phone/conversations/{ANN}").json()

    with (
        Sandbox(pace=0, state=state).serve() as second,
        httpx.Client(base_url=second.url, auth=(second.key, second.secret)) as client,
    ):
        assert second.ledger() == ledger
        assert client.get("/v1/delivery_reports").json() == reports
        assert client.get("/v1/replies").json()["replies"] == replies["replies"][1:]
        again = client.get(f"/phone/conversations/{ANN}").json()
        assert again["bubbles"] == [
            *phone["bubbles"][:-1],
            {**phone["bubbles"][-1], "collected": True},
        ]
        assert again["scheduled"] == 1
        assert client.get("/v1/number_authorisation/mt/blacklist").json()["numbers"] == [
            "+447700900124"
        ]
        assert client.get(f"/v1/iam/signature_keys/{key['key_id']}").json()["digest"] == "SHA256"
        second.account.release_now(ANN)
        assert second.ledger()[1]["status"] == "delivered"


def test_a_reset_empties_the_state_file_too(tmp_path):
    state = tmp_path / "state.sqlite3"
    with Sandbox(state=state).serve() as first:
        first.reply(ANN, "Y")
        first.reset()

    with Sandbox(state=state).serve() as second:
        assert second.account.received == []


def test_the_command_serves_on_tcp_and_a_unix_socket_until_sigterm(tmp_path):
    path = tmp_path / "sandbox.sock"
    command = [sys.executable, "-m", "reminders.sandbox", "--port", "0", "--unix-socket", str(path)]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ}
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2].rstrip("/")
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(path)), base_url="http://sandbox"
        ) as client:
            assert (
                client.get("/healthz").json()
                == httpx.get(f"{url}/healthz").json()
                == {"status": "ok"}
            )
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        process.stdout.close()


def test_a_port_that_is_taken_is_a_clear_error(sandbox):
    port = sandbox.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "reminders.sandbox", "--port", port]
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=20,
        check=False,
    )

    assert (ended.returncode, ended.stderr.splitlines()[0][:37]) == (
        1,
        "The sandbox cannot listen on 127.0.0.",
    )
