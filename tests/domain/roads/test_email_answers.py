"""E-mail first: what patients press and staff change meanwhile, and looks that come late."""

from __future__ import annotations

import re
from datetime import time, timedelta

import pytest
from django.test import Client

from reminders.domain.consent.suppressions import opt_out
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.models import (
    Appointment,
    Contact,
    EmailNews,
    InboxItem,
    Message,
    Suppression,
)
from tests.domain.roads.mails import SITE, event_of, open_page
from tests.domain.roads.mailserver import part
from tests.domain.roads.practice import Practice
from tests.faults.support.world import STAFF

Status = Appointment.Status


@pytest.mark.parametrize(("button", "status"), [("yes", "confirmed"), ("no", "declined")])
def test_a_button_answers_and_no_text_follows(by_mail: Practice, button: str, status: str) -> None:
    visit = by_mail.visit()
    by_mail.until(minutes=61)

    by_mail.press(by_mail.mails[0], button)
    by_mail.until(minutes=61)

    visit.refresh_from_db()
    assert (visit.status, by_mail.texts()) == (status, [])
    assert by_mail.messages() == [("email", "delivered")]


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.DECLINED])
def test_who_answers_by_telephone_gets_no_text_either(
    by_mail: Practice, status: Appointment.Status
) -> None:
    visit = by_mail.visit()
    by_mail.until(minutes=61)

    set_status([visit.pk], status, by=STAFF, now=by_mail.now)
    by_mail.until(minutes=61)
    by_mail.until(hours=3)

    assert by_mail.texts() == []
    assert InboxItem.objects.filter(kind="unreachable").count() == 0


def test_a_scanner_that_looks_at_every_address_opens_and_stops_nothing(by_mail: Practice) -> None:
    by_mail.visit()
    by_mail.until(minutes=61)
    (mail,) = by_mail.mails
    for path in re.findall(rf"{SITE}(/\S+?)[#\s]", part(mail, "plain")):
        for method in ("get", "head", "options"):
            getattr(Client(), method)(path, secure=True)

    by_mail.until(minutes=61)

    assert EmailNews.objects.count() == 0
    assert Contact.objects.get().is_mailed
    assert len(by_mail.texts()) == 1


# Withdrawn, changed, late


def test_a_visit_that_is_cancelled_before_is_not_told_of(by_mail: Practice) -> None:
    visit = by_mail.visit()
    by_mail.ring()
    set_status([visit.pk], Status.CANCELLED, by=STAFF, now=by_mail.now)

    by_mail.until(minutes=61)
    by_mail.until(minutes=61)

    assert (by_mail.mails, by_mail.texts()) == ([], [])


def test_one_that_is_moved_after_the_mail_shows_the_new_time_and_no_old_text_follows(
    by_mail: Practice,
) -> None:
    visit = by_mail.visit()
    by_mail.until(minutes=61)
    later = visit.local_time.replace(minute=45)
    change_appointment(visit, {"local_time": later}, by=STAFF, now=by_mail.now)

    by_mail.until(minutes=61)
    by_mail.until(minutes=61)

    # The new time is asked about anew, by a mail of its own; nothing tells of the old one.
    assert len(by_mail.mails) == 2
    old, new = map(event_of, by_mail.mails)
    assert (old["UID"], old["SEQUENCE"] < new["SEQUENCE"]) == (new["UID"], True)
    assert new.start == old.start.replace(minute=45)
    assert all(f":{later:%M}" in text for text in by_mail.texts())


def test_a_late_look_calls_a_text_back_that_still_waits(by_mail: Practice) -> None:
    by_mail.visit()
    by_mail.until(minutes=61)
    place = by_mail.site
    place.opens, place.closes = time(8), by_mail.now.time()
    place.save()
    by_mail.pass_time(timedelta(minutes=61))
    by_mail.ring()
    assert by_mail.messages() == [("email", "failed"), ("sms", "accepted")]

    open_page(by_mail.mails[0])
    by_mail.until(minutes=1)

    assert by_mail.messages() == [("email", "delivered"), ("sms", "cancelled")]
    assert by_mail.reminders() == [("sent", "", "email")]


def test_a_late_look_after_the_text_is_shown(by_mail: Practice) -> None:
    by_mail.visit()
    by_mail.until(minutes=61)
    by_mail.until(minutes=61)

    open_page(by_mail.mails[0])
    by_mail.until(minutes=1)

    assert by_mail.messages() == [("email", "delivered"), ("sms", "delivered")]
    assert Message.objects.get(road="email").words == "Opened after the SMS had gone"
    assert len(by_mail.texts()) == 1


def test_a_stop_by_sms_holds_on_this_road(by_mail: Practice) -> None:
    visit = by_mail.visit()
    by_mail.send()
    opt_out(
        visit.contact.phone, reason=Suppression.Reason.STAFF, words="", by=STAFF, now=by_mail.now
    )

    by_mail.until(minutes=61)

    assert (by_mail.mails, by_mail.texts()) == ([], [])
