"""Faults by order: what the client sees, and what the ledger says really happened."""

import time

import httpx
import pytest

from tests.sandbox.helpers import send, text


def attempt(client: httpx.Client, **fields: str) -> int | str:
    try:
        return client.post("/v1/messages", json={"messages": [text(**fields)]}).status_code
    except httpx.TransportError as error:
        return type(error).__name__


@pytest.mark.parametrize(
    ("kind", "seen", "accepted"),
    [
        ("reset_after_receiving", "ReadError", 0),
        ("drop_response_after_accepting", "RemoteProtocolError", 1),
        ("error_500_before", 500, 0),
        ("error_500_after_accepting", 500, 1),
        ("unreadable_202", 202, 1),
        ("401", 401, 0),
        ("403", 403, 0),
        ("429", 429, 0),
        ("503", 503, 0),
        ("retry_after", 429, 0),
        ("400_naming", 400, 0),
        ("400_unreadable", 400, 0),
    ],
)
def test_a_fault_strikes_once_and_the_ledger_tells_the_truth(sandbox, client, kind, seen, accepted):
    sandbox.order_fault(kind, "send")

    assert attempt(client) == seen
    assert len(sandbox.ledger()) == accepted
    assert attempt(client) == 202


@pytest.mark.parametrize(("kind", "accepted"), [("hang", 0), ("hang_after_accepting", 1)])
def test_a_hanging_call_ends_in_the_clients_time_out(sandbox, kind, accepted):
    sandbox.order_fault(kind, "send", seconds=20)

    with httpx.Client(
        base_url=sandbox.url, auth=(sandbox.key, sandbox.secret), timeout=0.3
    ) as impatient:
        assert attempt(impatient) == "ReadTimeout"

    assert len(sandbox.ledger()) == accepted
    sandbox.clear_faults()


def test_a_closed_port_refuses_connections_and_opens_again(sandbox, client):
    sandbox.refuse_connections()
    assert attempt(client) == "ConnectError"

    sandbox.accept_connections()
    assert attempt(client) == 202


def test_clearing_the_faults_opens_the_port(sandbox, client):
    sandbox.order_fault("refuse_connection", seconds=60)
    assert attempt(client) == "ConnectError"

    sandbox.clear_faults()
    assert attempt(client) == 202


def test_an_order_to_refuse_connections_ends_by_itself(sandbox, client):
    order = {"kind": "refuse_connection", "seconds": 0.4}
    assert client.post("/sandbox/faults", json=order).status_code == 201
    time.sleep(0.25)
    assert attempt(client) == "ConnectError"

    time.sleep(0.5)
    assert attempt(client) == 202


@pytest.mark.parametrize(
    ("kind", "contents"),
    [
        ("fewer", ["a", "b"]),
        ("more", ["a", "b", "c", "A message nobody sent"]),
        ("reordered", ["c", "b", "a"]),
        ("foreign", ["A message nobody sent", "b", "c"]),
    ],
)
def test_a_distorted_202_after_everything_was_accepted(sandbox, client, kind, contents):
    sandbox.order_fault(kind, "send")

    answered = send(client, *(text(content=content) for content in "abc"))

    assert [message["content"] for message in answered] == contents
    assert [line["content"] for line in sandbox.ledger()] == ["a", "b", "c"]


def test_retry_after_says_how_long(sandbox, client):
    sandbox.order_fault("retry_after", "send", seconds=7)
    sandbox.order_fault("503", "send", seconds=3)
    sandbox.order_fault("429", "send")

    answers = [client.post("/v1/messages", json={"messages": [text()]}) for _ in range(3)]

    assert [(one.status_code, one.headers.get("Retry-After")) for one in answers] == [
        (429, "7"),
        (503, "3"),
        (429, None),
    ]


def test_a_400_names_the_messages_that_were_ordered(sandbox, client):
    sandbox.order_fault("400_naming", "send", indexes=[1, 3])

    details = client.post("/v1/messages", json={"messages": [text()] * 4}).json()["details"]

    assert [line.split("/")[2] for line in details] == ["1", "3"]


def test_faults_by_probability_repeat_with_their_seed(sandbox, client):
    def run() -> list[int | str]:
        sandbox.clear_faults()
        sandbox.order_fault("error_500_before", "send", probability=0.4, seed=11)
        return [attempt(client) for _ in range(20)]

    first = run()

    assert run() == first
    assert {200 <= one < 300 for one in first if isinstance(one, int)} == {True, False}


def test_a_fault_strikes_only_its_endpoint_and_after_those_to_skip(sandbox, client):
    sandbox.order_fault("error_500_before", "send", skip=2, times=1)

    assert client.get("/v1/replies").status_code == 200
    assert [attempt(client) for _ in range(4)] == [202, 202, 500, 202]


def test_slowness_goes_on_until_it_is_cleared(sandbox, client):
    client.post("/sandbox/faults", json=[{"kind": "slow", "seconds": 0.1}])
    began = time.monotonic()
    assert [attempt(client), attempt(client)] == [202, 202]
    slow = time.monotonic() - began

    assert client.delete("/sandbox/faults").status_code == 204
    began = time.monotonic()
    assert attempt(client) == 202
    assert (slow >= 0.2, time.monotonic() - began < 0.1) == (True, True)


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "nonsense"},
        {"kind": "401", "endpoint": "nowhere"},
        {"kind": "hang", "seconds": "x"},
        {"x": 1},
        [],
    ],
)
def test_an_order_that_makes_no_sense_is_refused_in_words(sandbox, client, order):
    answer = client.post("/sandbox/faults", json=[order])

    assert answer.status_code == 400
    assert answer.json()["message"].endswith(".")
