"""Who may ask, what is refused and in which words, and how odd requests end."""

import base64
import hashlib
import hmac
from email.utils import formatdate

import httpx
import pytest

from tests.sandbox.helpers import ANN, detail, send, text

BODY = b'{"messages": [{"content": "Hi", "destination_number": "+447700900123"}]}'
SECRET = b"sandbox-secret"


def signed(
    method: str, target: str, body: bytes = b"", *, secret: bytes = SECRET
) -> dict[str, str]:
    lines = {"Date": formatdate(usegmt=True)}
    if body:
        lines["Content-MD5"] = hashlib.md5(body, usedforsecurity=False).hexdigest()
    string = "\n".join(
        [*(f"{name}: {value}" for name, value in lines.items()), f"{method} {target} HTTP/1.1"]
    )
    signature = base64.b64encode(hmac.digest(secret, string.encode(), "sha256")).decode()
    names = " ".join([*lines, "request-line"])
    scheme = (
        'hmac username="sandbox-key", algorithm="hmac-sha256", '
        f'headers="{names}", signature="{signature}"'
    )
    return {**lines, "Authorization": scheme}


@pytest.fixture
def stranger(sandbox):
    with httpx.Client(base_url=sandbox.url) as client:
        yield client


def test_hmac_opens_the_door_with_and_without_a_body(stranger):
    sent = stranger.post("/v1/messages", content=BODY, headers=signed("POST", "/v1/messages", BODY))
    listed = stranger.get(
        "/v1/number_authorisation/mt/blacklist?token=0",
        headers=signed("GET", "/v1/number_authorisation/mt/blacklist?token=0"),
    )

    assert (sent.status_code, listed.status_code) == (202, 200)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"sandbox-key:wrong").decode()},
        {"Authorization": "Bearer token"},
        {"Authorization": "hmac nonsense"},
        signed("POST", "/v1/messages", BODY, secret=b"wrong"),
        signed("POST", "/v1/replies", BODY),
        signed("POST", "/v1/messages", b"another body"),
        signed("POST", "/v1/messages"),
    ],
)
def test_wrong_credentials_are_refused(sandbox, stranger, headers):
    answer = stranger.post("/v1/messages", content=BODY, headers=headers)

    assert (answer.status_code, answer.json()) == (
        401,
        {"message": "Invalid authentication credentials"},
    )
    assert sandbox.ledger() == []


@pytest.mark.parametrize(
    ("wrong", "details"),
    [
        ({"content": ""}, ["/messages/1/content: Content cannot be null or empty"]),
        (
            {"content": "x" * 5_001},
            ["/messages/1/content: Content must be between 1 and 5000 characters"],
        ),
        ({"content": 5}, ["/messages/1/content: Content cannot be null or empty"]),
        (
            {"destination_number": "abc"},
            [
                "/messages/1/destination_number: International address must be between 8 and 15 "
                "characters"
                " excluding the first '+', International address contains invalid characters."
            ],
        ),
        (
            {"destination_number": "+44770090012３"},
            ["/messages/1/destination_number: International address contains invalid characters."],
        ),
        ({"format": "FAX"}, ["/messages/1/format: [FAX] is invalid"]),
        ({"format": []}, ["/messages/1/format: [[]] is invalid"]),
        (
            {"scheduled": "tomorrow"},
            ["/messages/1/scheduled: Date time must be in ISO 8601 format"],
        ),
        (
            {"message_expiry_timestamp": 7},
            ["/messages/1/message_expiry_timestamp: Date time must be in ISO 8601 format"],
        ),
        (
            {"delivery_report": "yes"},
            ["/messages/1/delivery_report: Delivery report must be true or false"],
        ),
        ({"metadata": ["x"]}, ["/messages/1/metadata: Metadata must be an object"]),
        (
            {"metadata": {"a": 1}},
            ["/messages/1/metadata: Values must be text of at most 256 characters"],
        ),
        (
            {"metadata": {"a" * 101: "b"}},
            ["/messages/1/metadata: Keys must be between 1 and 100 characters"],
        ),
        (
            {"metadata": {str(number): "x" for number in range(11)}},
            ["/messages/1/metadata: No more than 10 pairs of metadata can be given"],
        ),
        ({"callback_url": "ftp://x"}, ["/messages/1/callback_url: URL is invalid"]),
        (
            {"source_number_type": "SHORTCODE"},
            [
                "/messages/1/source_number_type: Source number type is only valid with a source "
                "number"
            ],
        ),
    ],
)
def test_one_invalid_message_refuses_all(sandbox, client, wrong, details):
    answer = client.post("/v1/messages", json={"messages": [text(), text(**wrong), text()]})

    assert (answer.status_code, answer.json()["details"]) == (400, details)
    assert sandbox.ledger() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"messages": {}}',
        b'{"messages": []}',
        b'{"messages": [7]}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_an_unreadable_body_is_a_400(client, body):
    answer = client.post("/v1/messages", content=body)

    assert (answer.status_code, sorted(answer.json())) == (400, ["details", "message"])


def test_a_hundred_messages_are_the_most(client):
    assert client.post("/v1/messages", json={"messages": [text()] * 101}).status_code == 400
    assert len(send(client, *[text()] * 100)) == 100


def test_a_body_without_end_is_refused(client):
    assert client.post("/v1/messages", content=b"x" * 9_000_000).status_code == 413


def test_unknown_paths_and_methods(client):
    wrong = client.delete("/v1/messages")

    assert client.get("/v1/nothing").status_code == 404
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
    assert client.get("/static/../application.py").status_code == 404
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_detail_report_finds_by_containment_in_pages(client):
    send(
        client,
        *(text(metadata={"message": f"id-{number:03d}", "other": "x"}) for number in range(30)),
    )
    send(client, text(metadata={"message": "id-007 and more"}), text())

    whole = detail(client, metadata_key="message", metadata_values=["id-007", "id-020", "unknown"])
    second = detail(client, metadata_key="message", page=1, page_size=20, direction="outbound")

    found = [message["metadata"][0]["value"] for message in whole["messages"]]
    assert found == ["id-007", "id-020", "id-007 and more"]
    assert whole["pagination"] == {"page": 0, "page_size": 100, "has_next": False}
    assert (len(second["messages"]), second["pagination"]["has_next"]) == (11, False)
    assert detail(client, metadata_key="message", page_size=20)["pagination"]["has_next"] is True
    assert detail(client, metadata_key="nothing", metadata_value="x")["messages"] == []


def test_the_detail_report_lags_as_ordered(sandbox, client):
    sandbox.change_settings(report_lag=60)
    send(client, text(metadata={"message": "m1"}))
    assert detail(client)["messages"] == []

    sandbox.advance(61)

    assert len(detail(client)["messages"]) == 1


def test_the_detail_report_shows_replies_with_their_direction(sandbox, client):
    send(client, text(metadata={"message": "m1"}))
    sandbox.reply(ANN, "Y")

    (inbound,) = detail(
        client, direction="inbound", metadata_key="message", metadata_values=["m1"]
    )["messages"]

    assert (inbound["direction"], inbound["content"], inbound["source_address"]) == (
        "inbound",
        "Y",
        ANN,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_date": "x"},
        {"page_size": 101},
        {"page": -1},
        {"direction": "up"},
        {"metadata_values": ["x"]},
    ],
)
def test_the_detail_report_refuses_what_it_cannot_read(client, wrong):
    question = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2027-01-01T00:00:00Z", **wrong}

    assert client.post("/v2-preview/reporting/messages/detail", json=question).status_code == 400


def test_blocked_numbers_come_in_pages_of_a_hundred(client):
    path = "/v1/number_authorisation/mt/blacklist"
    numbers = [f"+447700900{number:03d}" for number in range(120)]
    for start in range(0, 120, 10):
        assert client.post(path, json={"numbers": numbers[start : start + 10]}).status_code == 201

    first = client.get(path).json()
    second = client.get(first["pagination"]["next_uri"]).json()

    assert first["numbers"] + second["numbers"] == numbers
    assert "pagination" not in second
    assert client.post(path, json={"numbers": numbers[:1]}).status_code == 200
    assert client.post(path, json={"numbers": numbers[:11]}).status_code == 400
    assert client.delete(f"{path}/%2B447700900000").status_code == 200
    assert client.delete(f"{path}/+447700900000").status_code == 404
