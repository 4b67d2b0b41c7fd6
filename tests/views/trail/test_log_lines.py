"""The lines of the log by which other programs shut addresses out; the documented filter fits."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from django.conf import settings as product
from django.test import Client

from config.log.discretion import Discreet
from tests.factories import make_user
from tests.programs import ROOT
from tests.views.door.steps import RIGHT, SECOND, with_app, wrong_code

pytestmark = pytest.mark.django_db
HOST = r"(?P<host>[0-9a-f.:]+)"
"""What fail2ban puts for <HOST>, as far as addresses go."""
LINE = product.LOGGING["formatters"]["text"]


def filter_of_the_document() -> re.Pattern[str]:
    text = (ROOT / "docs" / "trust" / "trail.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"^failregex = (.+)$", text, re.MULTILINE)
    return re.compile(written.replace("<HOST>", HOST))


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What stands in the log, as it is written there; grows with each sign-in."""
    found: list[str] = []
    written = Discreet(LINE["format"], LINE["datefmt"])

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(written.format(record))

    log = logging.getLogger("reminders.sign_ins")
    keeping = Keeping()
    log.addHandler(keeping)
    caplog.set_level("INFO")
    yield found
    log.removeHandler(keeping)


def shut_out(lines: list[str]) -> list[str]:
    """The address in each line that the filter takes."""
    return [match["host"] for line in lines if (match := filter_of_the_document().search(line))]


def test_wrong_passwords_codes_and_pauses_are_taken_and_right_ones_are_not(
    lines: list[str],
) -> None:
    ann, bea = make_user("ann", group="receptionist"), with_app("bea")
    at = Client(REMOTE_ADDR="192.0.2.1")
    elsewhere = Client(REMOTE_ADDR="2001:db8::7")

    at.post("/sign-in/", {"username": "ann", "password": "no"})
    at.post("/sign-in/", {"username": "nobody", "password": "no"})
    elsewhere.post("/sign-in/", RIGHT | {"username": "bea"})
    elsewhere.post(SECOND, {"code": wrong_code()})
    Client(REMOTE_ADDR="198.51.100.1").post("/sign-in/", RIGHT)

    parts = [line.split(" ", 1) for line in lines]
    assert [re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at) is None for at, _ in parts] == [
        False
    ] * 4
    refused, accepted = (
        f"{level} reminders.sign_ins: sign-in {how} address"
        for level, how in (("WARNING", "refused"), ("INFO", "accepted"))
    )
    assert [rest for _, rest in parts] == [
        f"{refused}=192.0.2.1 user={ann.pk} why=password",
        f"{refused}=192.0.2.1 user=- why=password",
        f"{refused}=2001:db8::7 user={bea.pk} why=code",
        f"{accepted}=198.51.100.1 user={ann.pk}",
    ]
    assert shut_out(lines) == ["192.0.2.1", "192.0.2.1", "2001:db8::7"]


def test_who_goes_on_during_a_pause_is_taken_too(lines: list[str]) -> None:
    for _ in range(14):
        Client(REMOTE_ADDR="192.0.2.1").post("/sign-in/", {"username": "ann", "password": "no"})

    assert [line.rpartition("why=")[2] for line in lines] == ["password"] * 10 + ["paused"] * 4
    assert shut_out(lines) == ["192.0.2.1"] * 14


@pytest.mark.parametrize("told", ["198.51.100.9 user=1 why=code", "\n198.51.100.9", "unknown"])
def test_nobody_gets_another_shut_out_by_a_made_up_address(told: str, lines: list[str]) -> None:
    Client(REMOTE_ADDR=told).post("/sign-in/", {"username": told, "password": told})

    assert (len(lines), shut_out(lines)) == (1, [])
    assert "198.51.100.9" not in lines[0]
