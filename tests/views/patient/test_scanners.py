"""What follows links without being a patient: scanners, previews, guessers, and the log."""

from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from config.log.discretion import Discreet
from reminders.domain.links.addresses import digest_of, new_token
from reminders.models import Appointment, Reply, VisitLink
from reminders.views.patient import visits
from tests.views.patient.page import text_of, texted, visit_soon

pytestmark = pytest.mark.django_db
SCANS = 100  # of a thousand each one is the same; they would take half a minute
GUESSES = 10_000


def test_looks_of_scanners_write_nothing():
    phone = texted(visit_soon())
    ways = [
        ("get", {}),
        ("head", {}),
        ("options", {}),
        ("get", {"headers": {"sec-purpose": "prefetch;prerender", "user-agent": "Scanner/1"}}),
    ]

    with CaptureQueriesContext(connection) as context:
        for scan in range(SCANS):
            way, options = ways[scan % len(ways)]
            answer = getattr(phone.client, way)(phone.path, **options)
            assert answer.status_code == (405 if way == "options" else 200)

    assert {query["sql"].split()[0] for query in context.captured_queries} == {"SELECT"}
    assert (phone.link.opened_at, Reply.objects.count()) == (None, 0)
    assert Appointment.objects.get().status == "booked"


@pytest.mark.parametrize(
    ("way", "headers", "noted"),
    [
        ("get", {}, True),
        ("head", {}, False),
        ("get", {"sec-purpose": "prefetch"}, False),
        ("get", {"purpose": "prefetch"}, False),
    ],
)
def test_the_picture_of_the_page_notes_that_somebody_sees_it(way, headers, noted):
    phone = texted(visit_soon())

    getattr(phone.client, way)(f"{phone.path}/seen.gif", headers=headers)

    assert (phone.link.opened_at is not None) is noted


def test_a_look_within_the_minute_is_noted_once():
    phone = texted(visit_soon())
    phone.client.get(f"{phone.path}/seen.gif")
    first = phone.link.last_opened_at

    with CaptureQueriesContext(connection) as context:
        phone.client.get(f"{phone.path}/seen.gif")

    assert all(query["sql"].lstrip().startswith("SELECT") for query in context.captured_queries)
    assert phone.link.last_opened_at == first


def test_ten_thousand_guesses_find_nothing():
    texted(visit_soon())
    guesses = {new_token() for _ in range(GUESSES)}

    assert len(guesses) == GUESSES
    assert not VisitLink.objects.filter(digest__in=map(digest_of, guesses)).exists()


@pytest.mark.parametrize(
    "path",
    [
        "/v/short",
        f"/v/{'a' * 22}",
        f"/v/{'a' * 5000}",
        "/v/%00",
        "/v/%ff%fe",
        "/v/a/b/c",
        "/v/مرحبا",
        f"/v/{'a' * 22}/1.ics",
        f"/v/{'a' * 22}/",
    ],
)
def test_every_wrong_address_looks_the_same(client: Client, path: str):
    answer = client.get(path)

    assert answer.status_code == 404
    if "%00" not in path:
        assert text_of(answer) == text_of(client.get("/v/other"))
        assert answer["Cache-Control"] == "no-store"


def test_an_address_says_so_in_the_language_of_the_browser(client: Client):
    said = client.get("/v/x", headers={"accept-language": "tlh, pt-BR;q=0.8, en;q=0.5"})

    assert '<html lang="pt"' in said.content.decode()


def test_who_tries_many_is_asked_to_wait_and_a_right_link_opens_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(visits, "GUESSES", 3)
    phone = texted(visit_soon())

    answers = [phone.client.get(f"/v/{new_token()}").status_code for _ in range(5)]

    assert answers == [404, 404, 404, 429, 429]
    assert phone.open().status_code == 200
    # Another network is not held back, nor is the sign-in of this one.
    assert Client(REMOTE_ADDR="203.0.113.9").get("/v/x").status_code == 404
    assert phone.client.get("/sign-in/").status_code == 200


def test_who_presses_without_end_is_asked_to_wait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(visits, "PRESSES", 2)
    phone = texted(visit_soon())

    answers = [phone.press(one).status_code for one in ("yes", "no", "yes")]

    assert answers == [303, 303, 429]
    assert Reply.objects.count() == 2


def test_the_log_holds_no_secret(client: Client, settings: Settings):
    token = new_token()
    line = logging.LogRecord(
        "django.request", 30, "", 0, "Not Found: %s", (f"/v/{token}/1.ics",), None
    )

    assert Discreet("%(message)s").format(line) == "Not Found: /v/…/1.ics"


def test_the_table_holds_no_secret():
    phone = texted(visit_soon())

    held = VisitLink.objects.values().get()

    assert phone.token not in str(held)
    assert held["digest"] == digest_of(phone.token)
