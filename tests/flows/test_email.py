"""A patient who speaks Spanish gets a mail, can't come, asks for another time, and the entry in her
calendar moves.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings

from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.turns import for_ever
from reminders.domain.consent.emails import keep_addresses
from reminders.domain.diary.appointments import change_appointment
from reminders.domain.diary_import.kept_columns import columns_of_email
from reminders.domain.pages.timeline import timeline
from reminders.domain.roads.email.road import EmailRoad
from reminders.domain.roads.road import work_off
from reminders.domain.setup.email_road import save_road
from reminders.models import Appointment, Contact, Message, ReminderRule
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.diary_import.importing import bring_in, csv_of
from tests.domain.roads.mails import page_of, stop_of
from tests.domain.roads.mailserver import MailServer, attached, part
from tests.faults.support.world import STAFF
from tests.flows.conftest import Clinic

HEAD = "id,name,phone,date,time,E-mail,language"
ASKED_AT = datetime(2026, 3, 3, 10, 1, tzinfo=UTC)


class MailClinic(Clinic):
    """The clinic with a mail server: its rings are rung with the others."""

    def diary_with_mail(self, *rows: str) -> None:
        """Import an export with a column of addresses, and what follows within minutes."""
        bring_in(csv_of(*rows, header=HEAD), now=self.world.now)
        keep_addresses(columns_of_email(), now=self.world.now)

    def arrived(self) -> list[str]:
        """The texts that reached her phone."""
        return [words for status, words in self.texts() if status == "delivered"]

    def ring(self, moment: datetime | None = None) -> None:
        """Let it become this time, if any, and ring until nothing is left to do."""
        if moment:
            self.world.pass_time(moment - self.world.now)
        for _ in range(3):
            self.world.ring()
            while work_off(EmailRoad(), clock=self.world.clock, go_on=for_ever):
                pass


@pytest.fixture
def mail_clinic(
    db: None, sandbox: Sandbox, api: MessagesApi, mail_server: MailServer, settings: Settings
) -> MailClinic:
    """The clinic, e-mail first: its manager has switched it on, for whoever gave an address."""
    settings.ALLOWED_HOSTS = ["reminders.example"]
    clinic = MailClinic(sandbox, api)
    ReminderRule.objects.filter(kind="confirmation").update(roads=[["email", 120]])
    make.make_event_rule("moved", roads=[["email", 120]])
    values = {"on": True, "sender": "", "diary_agrees": True}
    save_road(values, by=SYSTEM, now=clinic.world.now)
    return clinic


def event_of(mail: EmailMessage) -> Any:
    """The event of the file that hangs on a mail."""
    (event,) = Calendar.from_ical(attached(mail)).walk("VEVENT")
    return event


def test_she_cannot_come_asks_for_another_time_and_her_calendar_follows(
    mail_clinic: MailClinic, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = mail_clinic
    monkeypatch.setattr(timezone, "now", lambda: clinic.world.now)
    clinic.diary_with_mail("1,Ana Ruiz,07700 900123,2026-03-04,10:00,mailto:Ana@Casa.example,es")

    # The day before, a mail and no text: in Spanish, with three buttons.
    clinic.ring(ASKED_AT)
    (mail,) = mail_server.mails
    assert (mail["To"], clinic.arrived()) == ("ana@casa.example", [])
    assert mail["Subject"].startswith("Su cita: miércoles")
    words = part(mail, "plain")
    for said in ("¿Vendrá?", "No puedo", "Harbour Dental"):
        assert said in words
    assert "Ruiz" not in words + part(mail, "html")

    # She presses “No puedo” in the mail; that leads to the page, where she says when she could.
    phone = Client(enforce_csrf_checks=True, headers={"host": "reminders.example"})
    page = phone.get(page_of(mail), secure=True).content.decode()
    assert 'id="no-1"' in page
    shown = re.findall(r'name="shown" value="([^"]*)"', page)[0]
    wish = {"do": "other", "visit": "1", "shown": shown, "wish": "El jueves por la tarde"}
    assert phone.post(page_of(mail), wish, secure=True).status_code == 303
    clinic.ring()
    assert clinic.cards() == ["reschedule"]

    # Staff move the visit: she is told by a mail, whose file moves the entry of the first one.
    visit = Appointment.objects.get()
    changes = {"local_date": visit.local_date.replace(day=5), "local_time": time(16, 30)}
    change_appointment(visit, changes, by=STAFF, now=clinic.world.now)
    clinic.ring(clinic.world.now.replace(hour=13))
    second = mail_server.mails[1]
    assert "Ana, su cita ha cambiado." in part(second, "plain")
    old, new = event_of(mail), event_of(second)
    assert (new["UID"], new["SEQUENCE"] > old["SEQUENCE"]) == (old["UID"], True)
    assert new.start == datetime(2026, 3, 5, 16, 30, tzinfo=UTC)

    # She opens it, so no text follows; the story says by which road she was told.
    phone.get(f"{page_of(second)}/seen.gif", secure=True)
    clinic.ring(clinic.world.now.replace(hour=16))
    assert clinic.arrived() == []
    visit.refresh_from_db()
    story = [one.title for one in timeline(visit, now=clinic.world.now)]
    assert [one for one in story if "by e-mail" in one]
    mails = Message.objects.filter(road="email")
    assert set(mails.values_list("state", flat=True)) == {"delivered"}

    # She has had enough of mails: one click of her mail program, and the next goes by SMS.
    stopped = phone.post(stop_of(second), {"List-Unsubscribe": "One-Click"}, secure=True)
    assert stopped.status_code == 200
    assert Contact.objects.get().email_state == "stopped"
    clinic.ring(datetime(2026, 3, 4, 16, 40, tzinfo=UTC))
    assert len(mail_server.mails) == 2
    assert len(clinic.arrived()) == 1
