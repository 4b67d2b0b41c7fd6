"""What logs and error reports leave out."""

import logging
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from config.log.discretion import Discreet, discreet, discreet_report
from tests.factories import make_contact
from tests.programs import run


@pytest.mark.django_db
def test_a_refused_row_is_not_in_the_log() -> None:
    contact = make_contact(first_name="Ann", notes="two\nlines")
    try:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE reminders_contact SET phone = NULL WHERE id = %s", [contact.pk])
    except IntegrityError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "It failed", (), sys.exc_info())

    lines = Discreet("%(message)s").format(record).splitlines()

    assert "Ann" not in "\n".join(lines)
    assert "lines" not in "\n".join(lines)
    assert lines.count("(details left out)") == 2  # psycopg's error, and Django's made of it
    assert [line for line in lines if line.startswith("django.db.utils.IntegrityError: null value")]


def test_the_address_of_a_push_is_logged_without_its_secret() -> None:
    record = logging.LogRecord(
        "x", 30, "f", 1, "%s: %s", ("Bad Request", "/webhooks/messages/s3cr3t-_x/"), None
    )

    assert Discreet("%(message)s").format(record) == "Bad Request: /webhooks/messages/…/"


@pytest.mark.parametrize(
    ("written", "logged"),
    [
        ("Not Found: /sign-in/link/abc-DEF_1/", "Not Found: /sign-in/link/…/"),
        ("Not Found: /first-login/abc/", "Not Found: /first-login/…/"),
        (
            "/sign-in/organisation/back/?state=s1&code=c1 500",
            "/sign-in/organisation/back/?state=…&code=… 500",
        ),
        ("redis://ann:p%40ss@broker.example:6379/0", "redis://…@broker.example:6379/0"),
    ],
)
def test_no_address_is_logged_with_its_secret(written: str, logged: str) -> None:
    assert discreet(written) == logged


def test_a_report_names_no_token_whatever_it_is_called() -> None:
    request = {
        "headers": {
            "Cookie": "sessionid=1",
            "Authorization": "Basic x",
            "X-Csrftoken": "t",
            "Accept": "text/html",
        },
        "cookies": {"sessionid": "1"},
        "query_string": "state=s1",
    }

    assert discreet_report({"request": request}, {}) == {
        "request": {
            "headers": {
                "Cookie": "…",
                "Authorization": "…",
                "X-Csrftoken": "…",
                "Accept": "text/html",
            },
            "cookies": "…",
            "query_string": "…",
        }
    }


def test_a_report_is_discreet_in_every_text() -> None:
    report = {
        "exception": {
            "values": [
                {"type": "IntegrityError", "value": "null value\nDETAIL:  Failing row (Ann)."}
            ]
        },
        "request": {"url": "https://reminders.example/webhooks/messages/s3cr3t/"},
        "level": 3,
    }

    assert discreet_report(report, {}) == {
        "exception": {
            "values": [{"type": "IntegrityError", "value": "null value\n(details left out)"}]
        },
        "request": {"url": "https://reminders.example/webhooks/messages/…/"},
        "level": 3,
    }


def test_times_in_the_log_are_utc_whatever_the_zone_of_the_machine(
    bare_environment: dict[str, str],
) -> None:
    code = (
        "import django; django.setup(); import logging; "
        "logging.getLogger('reminders').warning('now')"
    )
    environment = {
        **bare_environment,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TIME_ZONE": "Asia/Tokyo",
    }

    said = run(["-c", code], environment | {"TZ": "America/New_York"}).stderr

    written = datetime.strptime(said.split(" ")[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=1)
