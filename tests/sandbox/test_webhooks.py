"""Pushed reports, replies and opt-out notices: shapes, retries, signatures."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.sandbox.helpers import ANN, send, text


@dataclass
class Receiver:
    url: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((self.requestline, dict(self.headers), body))
            self.send_response(made.answers.pop(0) if made.answers else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/hook/?a=1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in five seconds"
        time.sleep(0.01)


def test_reports_are_pushed_to_the_address_of_their_message(sandbox, client, receiver):
    (message,) = send(client, text(callback_url=receiver.url, metadata={"message": "m1"}))
    wait_for(lambda: sandbox.webhooks()["delivered"] == 3)

    assert sorted(body["status"] for body in receiver.bodies()) == [
        "delivered",
        "enroute",
        "submitted",
    ]
    delivered = next(body for body in receiver.bodies() if body["status"] == "delivered")
    delivered.pop("delivery_report_id")
    assert delivered == {
        "callback_url": receiver.url,
        "source_number": ANN,
        "date_received": "2026-03-02T12:00:00.000Z",
        "status": "delivered",
        "delay": 0,
        "billing_units": 1,
        "submitted_date": "2026-03-02T12:00:00.000Z",
        "original_text": "Hi Ann",
        "message_id": message["message_id"],
        "vendor_account_id": {"vendor_id": "SinchEU", "account_id": "SandboxAccount"},
        "metadata": {"message": "m1"},
        "error_code": "220",
    }


def test_a_failed_push_is_tried_again_until_a_2xx(sandbox, client, receiver):
    receiver.answers = [500, 302, 204]
    send(client, text(callback_url=receiver.url, delivery_report=False))

    sandbox.reply(ANN, "Y")
    wait_for(lambda: sandbox.webhooks()["delivered"] == 1)

    assert [attempt["status"] for attempt in sandbox.webhooks()["attempts"]] == [500, 302, 204]
    assert {body["content"] for body in receiver.bodies()} == {"Y"}


def test_a_push_is_given_up_in_the_end(sandbox, client, receiver):
    sandbox.change_settings(push_attempts=3)
    receiver.answers = [500] * 3
    send(client, text(callback_url=receiver.url, delivery_report=False))

    sandbox.reply(ANN, "Y")
    wait_for(lambda: sandbox.webhooks()["given_up"] == 1)

    assert len(client.get("/v1/replies").json()["replies"]) == 1


def test_an_opt_out_is_pushed_as_a_notice(sandbox, client, receiver):
    send(client, text(callback_url=receiver.url, delivery_report=False))

    sandbox.reply(ANN, "Stop")
    wait_for(lambda: len(receiver.got) == 1)

    (notice,) = receiver.bodies()
    assert ("reply_id" in notice, "notification_id" in notice, notice["content"]) == (
        False,
        True,
        "Stop",
    )


def test_the_account_wide_shape_and_address(sandbox, client, receiver):
    sandbox.change_settings(webhook_url=receiver.url)
    send(client, text())
    sandbox.reply(ANN, "Y", message_id=None)
    wait_for(lambda: sandbox.webhooks()["delivered"] == 4)

    report = next(body for body in receiver.bodies() if body.get("status") == "delivered")
    reply = next(body for body in receiver.bodies() if "reply_id" in body)
    assert (report["delay"], "callback_url" in report, "billing_units" in report) == (
        "0",
        False,
        False,
    )
    reply.pop("reply_id")
    assert reply == {
        "account_id": "SandboxAccount",
        "destination_number": "+61491570156",
        "date_received": "2026-03-02T12:00:00.000Z",
        "source_number": ANN,
        "content": "Y",
    }


@pytest.mark.parametrize("stay", [True, False])
def test_what_was_pushed_stays_in_the_queue_as_the_switch_says(sandbox, client, receiver, stay):
    sandbox.change_settings(pushed_stay_queued=stay)
    send(client, text(callback_url=receiver.url, delivery_report=False))

    sandbox.reply(ANN, "Y")
    wait_for(lambda: sandbox.webhooks() | {"attempts": []} == pushed(1))

    assert len(client.get("/v1/replies").json()["replies"]) == int(stay)


def pushed(count: int) -> dict[str, Any]:
    return {"delivered": count, "given_up": 0, "pending": 0, "attempts": []}


@pytest.mark.parametrize(
    ("digest", "algorithm"),
    [("SHA224", hashes.SHA224()), ("SHA256", hashes.SHA256()), ("SHA512", hashes.SHA512())],
)
def test_an_enabled_key_signs_request_line_date_and_body(
    sandbox, client, receiver, digest, algorithm
):
    key = client.post("/v1/iam/signature_keys", json={"digest": digest, "cipher": "RSA"}).json()
    client.patch("/v1/iam/signature_keys/enabled", json={"key_id": key["key_id"]})
    send(client, text(callback_url=receiver.url, delivery_report=False))

    sandbox.reply(ANN, "Y")
    wait_for(lambda: len(receiver.got) == 1)

    ((request_line, headers, body),) = receiver.got
    public = serialization.load_der_public_key(base64.b64decode(key["public_key"]))
    assert isinstance(public, rsa.RSAPublicKey)
    assert request_line == "POST /hook/?a=1 HTTP/1.1"
    assert headers["X-MessageMedia-Key-Id"] == key["key_id"]
    assert (headers["X-MessageMedia-Cipher-Type"], headers["X-MessageMedia-Digest-Type"]) == (
        "RSA",
        digest,
    )
    signature = base64.b64decode(headers["X-MessageMedia-Signature"])
    signed = request_line.encode() + headers["Date"].encode() + body
    public.verify(signature, signed, padding.PKCS1v15(), algorithm)


def test_without_an_enabled_key_nothing_is_signed(sandbox, client, receiver):
    client.post("/v1/iam/signature_keys", json={"digest": "SHA256", "cipher": "RSA"})
    send(client, text(callback_url=receiver.url, delivery_report=False))

    sandbox.reply(ANN, "Y")
    wait_for(lambda: len(receiver.got) == 1)

    assert [name for name in receiver.got[0][1] if name.startswith("X-")] == []
