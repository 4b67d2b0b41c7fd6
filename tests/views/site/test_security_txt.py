"""Whom to tell of a hole: only where somebody said who, and never out of date."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

PATH = "/.well-known/security.txt"


@pytest.mark.parametrize(
    ("contact", "line"),
    [
        ("security@clinic.example", "Contact: mailto:security@clinic.example"),
        ("https://clinic.example/report", "Contact: https://clinic.example/report"),
    ],
)
def test_it_names_the_operators_contact(settings, contact, line):
    settings.SECURITY_CONTACT, settings.PUBLIC_URL = contact, "https://reminders.example"

    answer = Client().get(PATH)
    lines = answer.content.decode().splitlines()

    assert (answer.headers["Content-Type"], lines[0]) == ("text/plain; charset=utf-8", line)
    assert lines[2:] == ["Preferred-Languages: en", f"Canonical: https://reminders.example{PATH}"]
    ends = datetime.fromisoformat(lines[1].removeprefix("Expires: "))
    assert 170 < (ends - timezone.now()).days < 181


def test_without_a_contact_there_is_none(settings):
    settings.SECURITY_CONTACT = ""

    assert Client().get(PATH).status_code == 404
