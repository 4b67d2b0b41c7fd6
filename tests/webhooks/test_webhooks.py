"""What the provider pushes: taken once, proven, answered in plain words, and never with an error
page.
"""

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Thread
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from reminders.domain.replies.receive import (
    apply_waiting,
    apply_waiting_replies,
    receive_replies,
    receive_reports,
)
from reminders.domain.sending.send import send_due
from reminders.models import DeliveryReport, InboxItem, Message, Reply, Suppression
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.replies.texting import status, texted
from tests.factories import NOON

pytestmark = pytest.mark.django_db

SECRET = "a-secret-of-the-tests"
PATH = f"/webhooks/messages/{SECRET}/"
PATIENT = "+447700900123"


@pytest.fixture(autouse=True)
def _secret(settings: Settings) -> None:
    settings.WEBHOOK_SECRET = SECRET
    settings.WEBHOOK_PUBLIC_KEY = ""


def post(body: object, *, path: str = PATH, **headers: Any) -> tuple[int, str]:
    """Push this, raw where it is bytes; the answer's status and words."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path, data=data, content_type="application/json", headers=headers)
    assert answer.headers["Content-Type"].startswith("text/plain")
    return answer.status_code, answer.content.decode().strip()


def pushed_reply(**values: Any) -> dict[str, Any]:
    plain = {
        "reply_id": "r-1",
        "source_number": PATIENT,
        "content": "Y",
        "date_received": "2026-03-02T12:00:00.000Z",
    }
    return plain | values


def test_a_reply_is_stored_at_once_and_acted_on_by_the_next_ring() -> None:
    appointment = make.make_appointment()
    message = texted(appointment)
    body = pushed_reply(source_number=message.phone, metadata={"message": str(message.pk)})

    assert post(body) == (200, "stored")
    assert status(appointment) == "booked"

    apply_waiting_replies(now=NOON)
    assert status(appointment) == "confirmed"
    assert Reply.objects.get().source == "webhook"


def test_the_same_push_again_is_fine_and_changes_nothing() -> None:
    assert [post(pushed_reply()) for _ in range(3)] == [(200, "stored")] * 3
    assert Reply.objects.count() == 1


def test_a_delivery_report_moves_its_message() -> None:
    message = make.make_message()
    body = {
        "delivery_report_id": "d-1",
        "message_id": message.provider_id,
        "status": "delivered",
        "error_code": "220",
        "delay": "0",
        "account_id": "MyAccount001",
    }

    assert post(body) == (200, "stored")

    apply_waiting(now=NOON)
    message.refresh_from_db()
    assert message.state == "delivered"


def test_an_opt_out_notice_without_a_message_opts_out() -> None:
    body = {
        "notification_id": "n-1",
        "source_number": PATIENT,
        "content": "STOP",
        "account_id": "MyAccount001",
    }

    assert post(body) == (200, "stored")

    apply_waiting_replies(now=NOON)
    assert list(Suppression.objects.values_list("phone", "reason")) == [(PATIENT, "patient")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"reply_id": "x"}',
        b"[" * 100_000,
        b"1e999",
    ],
)
def test_what_can_not_be_read_is_refused_in_words(body: bytes) -> None:
    code, words = post(body)

    assert (code, words.startswith("unreadable: ")) == (400, True)
    assert Reply.objects.count() + DeliveryReport.objects.count() + InboxItem.objects.count() == 0


@pytest.mark.parametrize("secret", ["wrong", SECRET[:-1], SECRET + "x", "%C3%A9", "%00"])
def test_a_wrong_secret_is_not_found(secret: str) -> None:
    assert post(pushed_reply(), path=f"/webhooks/messages/{secret}/")[0] == 404
    assert Reply.objects.count() == 0


def test_a_push_of_some_megabytes_is_taken() -> None:
    picture = [{"type": "image/png", "data": "x" * (3 * 1024 * 1024)}]

    assert post(pushed_reply(content="Y", attachments=picture)) == (200, "stored")
    assert (Reply.objects.get().shown, len(json.dumps(Reply.objects.get().raw)) < 25_000) == (
        "Y (sent a picture)",
        True,
    )


def test_more_than_five_megabytes_are_too_large() -> None:
    assert post(pushed_reply(content="x" * 5 * 1024 * 1024))[0] == 413


def test_only_posts_are_taken() -> None:
    assert Client().get(PATH).status_code == 405


def signature(
    key: rsa.RSAPrivateKey,
    *,
    signed: bytes,
    path: str = PATH,
    age: timedelta = timedelta(),
    separator: bytes = b"",
    digest: str = "SHA256",
) -> dict[str, str]:
    """The headers with which the provider proves a push that it made so long ago."""
    date = format_datetime(datetime.now(UTC) - age, usegmt=True)
    kind = {"SHA256": SHA256, "SHA-512": SHA512}[digest]()
    line = f"POST {path} HTTP/1.1"
    made = key.sign(separator.join([line.encode(), date.encode(), signed]), PKCS1v15(), kind)
    return {
        "Date": date,
        "X-MessageMedia-Signature": base64.b64encode(made).decode(),
        "X-MessageMedia-Digest-Type": digest,
        "X-MessageMedia-Cipher-Type": "RSA",
    }


class TestSigned:
    @pytest.fixture
    def keys(self, sandbox: Sandbox, settings: Settings) -> Iterator[httpx.Client]:
        with httpx.Client(
            base_url=sandbox.url, auth=(sandbox.key, sandbox.secret), timeout=10
        ) as client:
            made = client.post(
                "/v1/iam/signature_keys", json={"cipher": "RSA", "digest": "SHA512"}
            ).json()
            client.patch("/v1/iam/signature_keys/enabled", json={"key_id": made["key_id"]})
            settings.WEBHOOK_PUBLIC_KEY = made["public_key"]
            sandbox.set_clock(None)
            yield client

    def test_unsigned_and_wrongly_signed_pushes_are_refused_and_not_kept(
        self, keys: httpx.Client
    ) -> None:
        assert post(pushed_reply()) == (401, "bad signature")
        forged = {
            "Date": "Mon, 02 Mar 2026 12:00:00 GMT",
            "X-MessageMedia-Signature": "bm90aGluZw==",
            "X-MessageMedia-Digest-Type": "SHA512",
            "X-MessageMedia-Cipher-Type": "RSA",
        }
        assert post(pushed_reply(), **forged) == (401, "bad signature")
        assert Reply.objects.count() == 0

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({}, 200),
            ({"separator": b"\n"}, 200),
            ({"digest": "SHA-512"}, 200),
            ({"age": timedelta(minutes=4)}, 200),
            ({"age": timedelta(minutes=6)}, 401),
            ({"age": -timedelta(minutes=6)}, 401),
            ({"signed": b"{}"}, 401),
            ({"path": PATH + "?x=1"}, 401),
            ({"by_another_key": True}, 401),
        ],
        ids=lambda value: ",".join(value) if isinstance(value, dict) else str(value),
    )
    def test_a_signature_counts_for_these_bytes_at_this_time_by_this_key(
        self, settings: Settings, changed: dict[str, Any], expected: int
    ) -> None:
        key, other = (
            rsa.generate_private_key(public_exponent=65_537, key_size=2_048) for _ in range(2)
        )
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        settings.WEBHOOK_PUBLIC_KEY = base64.b64encode(public).decode()
        body = json.dumps(pushed_reply()).encode()
        signing = other if changed.pop("by_another_key", False) else key

        answer = post(body, **signature(signing, **({"signed": body} | changed)))

        assert answer[0] == expected
        assert Reply.objects.count() == (1 if expected == 200 else 0)

    @pytest.mark.django_db(transaction=True)
    def test_what_the_provider_signs_is_taken(
        self, keys: httpx.Client, sandbox: Sandbox, live_server: LiveServer
    ) -> None:
        push_to(sandbox, f"{live_server.url}{PATH}")

        sandbox.reply(PATIENT, "Y")

        assert wait_for(lambda: Reply.objects.count()) == 1


@pytest.mark.django_db(transaction=True)
class TestWithTheSandbox:
    def test_pushed_and_polled_at_once_counts_once(
        self, sandbox: Sandbox, api: MessagesApi, live_server: LiveServer, settings: Settings
    ) -> None:
        settings.PUBLIC_URL = live_server.url
        appointment = make.make_appointment()
        make.make_message(
            appointment=appointment,
            phone=appointment.contact.phone,
            contact=appointment.contact,
            state="queued",
            kind="correction",
            location=appointment.location,
        )
        send_due(api, clock=lambda: NOON)
        sandbox.reply(appointment.contact.phone, "CANCEL")
        wait_for(lambda: Reply.objects.count())

        receive_replies(api, now=NOON)
        receive_reports(api, now=NOON)

        assert sorted(Reply.objects.values_list("source", "outcome")) == [
            ("notice", "stopped"),
            ("poll", "duplicate"),
        ]
        assert list(InboxItem.objects.values_list("kind", flat=True)) == ["may_cancel"]
        assert Suppression.objects.count() == 1
        assert Message.objects.get(kind="correction").state == "delivered"

    @pytest.mark.bench
    def test_an_answer_takes_less_than_50_milliseconds(self) -> None:
        took = []
        for number in range(60):
            begun = time.perf_counter()
            assert post(pushed_reply(reply_id=f"r-{number}")) == (200, "stored")
            took.append(time.perf_counter() - begun)

        assert sorted(took)[len(took) // 2] < 0.05

    def test_a_flood_from_several_sides_is_stored_once(self, live_server: LiveServer) -> None:
        codes: list[int] = []

        def flood(worker: int) -> None:
            with httpx.Client(timeout=10) as client:
                for number in range(60):
                    body = pushed_reply(reply_id=f"r-{number}")
                    codes.append(client.post(f"{live_server.url}{PATH}", json=body).status_code)

        threads = [Thread(target=flood, args=(worker,)) for worker in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert (codes, Reply.objects.count()) == ([200] * 180, 60)

    def test_a_database_that_is_away_is_no_error_page(self, live_server: LiveServer) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE reminders_reply RENAME TO reminders_reply_away")
        try:
            answer = httpx.post(f"{live_server.url}{PATH}", json=pushed_reply(), timeout=10)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE reminders_reply_away RENAME TO reminders_reply")

        assert (answer.status_code, answer.text) == (503, "try again\n")


def push_to(sandbox: Sandbox, url: str) -> None:
    """Have the account's own webhook point here, in the message shape."""
    sandbox.change_settings(webhook_url=url)


def wait_for(found: Any, *, seconds: float = 5) -> Any:
    """What `found` returns as soon as it is true, or at the end."""
    until = time.monotonic() + seconds
    while not (value := found()) and time.monotonic() < until:
        time.sleep(0.02)
    return value
