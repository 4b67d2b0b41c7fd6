"""A patient opens the link in their text on a phone, and can't come."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from reminders.domain.common.audit import SYSTEM
from reminders.domain.pages.timeline import timeline
from reminders.domain.setup.wordings import WordingKey, save_wording
from reminders.models import Appointment, FreeSlot, Reply, VisitLink
from tests.flows.conftest import Clinic

WORDS = "Hi {first_name}, your visit at {location}: {date}, {time}. Can you come? {link}"
ASKED_AT = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://reminders.example"
    settings.ALLOWED_HOSTS = ["reminders.example"]


def on_phone(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A phone's browser at the clinic's time."""
    monkeypatch.setattr(timezone, "now", lambda: clinic.world.now)
    return Client(enforce_csrf_checks=True, headers={"host": "reminders.example"})


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


def test_a_no_on_the_page_frees_the_time_and_staff_see_it(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The practice puts the link into its question; the patient gets a text with an address.
    place = WordingKey("confirmation", "en")
    save_wording(place, WORDS, by=SYSTEM, now=clinic.world.now)
    clinic.diary("1,Ann Lee,07700 900123,2026-03-04,10:00")
    clinic.wait_until(ASKED_AT)
    [(status, text)] = [one for one in clinic.texts() if one[0] == "delivered"]
    assert status == "delivered"
    [address] = re.findall(r"https://reminders\.example(/v/[A-Za-z0-9]{22})$", text)

    # She opens it: the page says when and where, and neither her name nor anything else of her.
    phone = on_phone(clinic, monkeypatch)
    page = phone.get(address, secure=True)
    shown = page.content.decode()
    assert page.status_code == 200
    assert "Wednesday 4 March" in shown
    assert "10:00" in shown
    assert "Harbour Dental" in shown
    assert "Ann" not in shown
    phone.get(f"{address}/seen.gif", secure=True)

    # She can't come, and presses that; a second tap on the same button does nothing more.
    form = {"do": "no", "visit": "1", "shown": field(shown, "shown")}
    for _ in range(2):
        sent = phone.post(address, form, secure=True)
        assert (sent.status_code, sent["Location"]) == (303, address)
    assert "You can&#x27;t come." in phone.get(address, secure=True).content.decode()

    # Staff see the decline as a reply, the free time, and the story.
    clinic.world.settle()
    visit = Appointment.objects.get()
    assert (clinic.statuses(), clinic.cards()) == ({"1": "declined"}, ["declined"])
    [reply] = Reply.objects.all()
    assert (reply.source, reply.text, reply.outcome) == ("link", "I can't come", "declined")
    assert FreeSlot.objects.get().appointment == visit
    story = {one.title for one in timeline(visit, now=clinic.world.now)}
    assert {"Link opened", "Answered on the page", "Declined"} <= story
    assert VisitLink.objects.get().opened_at == clinic.world.now
