"""E-mail first, then SMS: who is reached, by what, and never by two texts."""

from __future__ import annotations

import re
from datetime import time, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar
from pytest_django import Settings

from reminders.domain.consent.suppressions import opt_out
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.models import (
    Appointment,
    Contact,
    EmailNews,
    EmailRoad,
    EmailText,
    InboxItem,
    Message,
    Reminder,
    Suppression,
)
from tests.domain.roads.by_mail import SITE, Practice, open_page, page_of, stop_of
from tests.domain.roads.conftest import killed_at
from tests.domain.roads.mailserver import attached, free_port, part
from tests.faults.support.world import STAFF

Status = Appointment.Status


def event_of(mail: EmailMessage) -> Any:
    """The one event of the file that hangs on a mail."""
    (event,) = Calendar.from_ical(attached(mail)).walk("VEVENT")
    return event


def test_who_opens_the_mail_gets_no_text(by_mail: Practice) -> None:
    by_mail.visit()
    by_mail.ring()
    assert by_mail.messages() == []

    by_mail.until(minutes=61)
    assert by_mail.messages() == [("email", "enroute")]
    open_page(by_mail.mails[0])
    by_mail.until(minutes=61)
    by_mail.until(hours=5)

    assert (len(by_mail.mails), by_mail.texts()) == (1, [])
    assert by_mail.messages() == [("email", "delivered")]
    assert by_mail.reminders() == [("sent", "", "email")]
    assert Contact.objects.get().email_reached_at is not None


def test_a_mail_that_nobody_opens_is_followed_by_one_text(by_mail: Practice) -> None:
    by_mail.visit()
    by_mail.until(minutes=61)

    by_mail.until(minutes=59)
    assert by_mail.texts() == []
    by_mail.until(minutes=2)
    by_mail.until(hours=5)

    assert len(by_mail.texts()) == 1
    assert "Reply Y" in by_mail.texts()[0]
    assert by_mail.messages() == [("email", "failed"), ("sms", "delivered")]
    assert by_mail.reminders() == [("sent", "", "sms")]
    assert Message.objects.get(road="email").words == "Not opened in time"


def test_who_has_not_agreed_or_without_the_road_gets_a_text_handed_over_ahead(
    by_mail: Practice,
) -> None:
    by_mail.visit(agreed=False)
    by_mail.ring()
    EmailRoad.objects.update(on=False)
    by_mail.visit()

    by_mail.ring()

    assert by_mail.messages() == [("sms", "accepted")] * 2


def test_what_the_mail_holds(by_mail: Practice) -> None:
    visit = by_mail.visit()
    by_mail.until(minutes=61)
    (mail,) = by_mail.mails

    assert mail["From"] == "Harbour Dental <reminders@localhost>"
    assert mail["Subject"].startswith("Your appointment: Tue")
    assert mail["Message-ID"] == f"<{Message.objects.get().pk}@reminders.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = part(mail, "plain"), part(mail, "html")
    for words in ("Harbour Dental", "Are you coming?", "I can't come", "020 7946 0000"):
        assert words in text
        assert words.replace("'", "&#x27;") in html
    assert f"{SITE}{page_of(mail)}#yes-1" in text
    # Neither the patient nor the number, anywhere.
    everything = mail.as_string() + text + html
    for personal in ("Lee", visit.contact.phone, visit.contact.phone[-7:]):
        assert personal not in everything


def test_the_file_for_the_calendar_is_the_visits_own(by_mail: Practice) -> None:
    visit = by_mail.visit()
    by_mail.until(minutes=61)

    calendar: Any = Calendar.from_ical(attached(by_mail.mails[0]))

    event = event_of(by_mail.mails[0])
    assert calendar["METHOD"] == "PUBLISH"
    assert (event["UID"], event["SEQUENCE"]) == (f"{visit.uuid}@reminders.example", visit.version)
    assert event.start == visit.starts_at
    assert str(event["SUMMARY"]) == "Appointment at Harbour Dental"


def test_its_secrets_are_kept_as_digests_alone(by_mail: Practice) -> None:
    by_mail.visit()
    by_mail.until(minutes=61)
    (mail,) = by_mail.mails
    secrets = [page_of(mail).removeprefix("/v/"), stop_of(mail).removeprefix("/u/")]

    assert [len(one) for one in secrets] == [22, 22]
    assert "[I'm coming] [I can't come] [Another time]" in Message.objects.get().text
    kept = repr([list(table.objects.values()) for table in (Message, EmailText)])
    kept += repr(list(Message.objects.values("link__digest")))
    assert not any(one in kept for one in secrets)


@pytest.mark.parametrize("name", ["nobody", "unwanted", "spam"])
def test_a_mail_that_is_refused_is_followed_by_the_text_at_once(
    by_mail: Practice, name: str
) -> None:
    by_mail.visit(name)

    by_mail.until(minutes=61)

    assert len(by_mail.texts()) == 1
    assert by_mail.reminders() == [("sent", "", "sms")]
    # Only of an address that does not exist is the address to blame.
    assert Contact.objects.get().email_state == ("bounced" if name == "nobody" else "")


def test_an_address_that_came_back_is_not_tried_again(by_mail: Practice) -> None:
    visit = by_mail.visit("nobody")
    by_mail.until(minutes=61)

    (second,) = by_mail.book(place=by_mail.site, starts_in=timedelta(hours=30))
    Appointment.objects.filter(pk=second.pk).update(contact=visit.contact_id)
    Reminder.objects.filter(appointment=second).update(phone=visit.contact.phone)
    by_mail.until(hours=6)

    sent = [("email", "failed"), ("sms", "delivered"), ("sms", "delivered")]
    assert sorted(by_mail.messages()) == sent


def test_greylisting_is_waited_for(by_mail: Practice) -> None:
    by_mail.visit("grey")
    by_mail.until(minutes=61)
    assert by_mail.messages() == [("email", "queued")]
    by_mail.server.greylists = False

    by_mail.until(minutes=6)

    assert by_mail.messages() == [("email", "enroute")]


def test_a_server_that_is_away_is_left_alone_and_then_tried(
    by_mail: Practice, settings: Settings
) -> None:
    by_mail.visit()
    there = settings.PATIENTS_MAIL
    settings.PATIENTS_MAIL = there._replace(options={**there.options, "port": free_port()})

    by_mail.until(minutes=61)

    assert by_mail.messages() == [("email", "queued")]
    assert EmailRoad.objects.get().trouble == "The mail server can't be reached"
    settings.PATIENTS_MAIL = there
    by_mail.until(minutes=2)
    assert by_mail.messages() == [("email", "enroute")]
    assert EmailRoad.objects.get().trouble == ""


def test_a_server_that_stays_away_is_no_reason_to_tell_nobody(by_mail: Practice) -> None:
    by_mail.visit()
    EmailRoad.objects.update(held_until=by_mail.now + timedelta(days=1))

    by_mail.until(minutes=61)
    by_mail.until(minutes=61)

    assert len(by_mail.texts()) == 1
    assert Message.objects.get(road="email").words == "The mail server did not take it in time"


def test_with_too_little_time_left_it_goes_by_sms_alone(by_mail: Practice) -> None:
    by_mail.rule.min_notice_minutes = 24 * 60 - 30
    by_mail.rule.save()
    by_mail.visit()

    by_mail.until(minutes=61)

    assert (by_mail.mails, len(by_mail.texts())) == ([], 1)


def test_when_no_text_could_follow_any_more_a_card_asks_to_call(by_mail: Practice) -> None:
    by_mail.visit()
    by_mail.until(minutes=61)

    by_mail.pass_time(timedelta(hours=21, minutes=30))
    by_mail.ring()

    assert by_mail.texts() == []
    assert by_mail.reminders() == [("failed", "not_delivered", "email")]
    assert list(InboxItem.objects.values_list("kind", flat=True)) == ["unreachable"]


# Answers


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


# Killed at every point, and answers that are lost


@pytest.mark.parametrize("name", ["ann", "nobody"])
@pytest.mark.parametrize("at", range(2, 62, 6))
def test_killed_at_any_point_there_is_one_mail_at_most_and_one_text(
    by_mail: Practice, name: str, at: int
) -> None:
    by_mail.visit(name)
    by_mail.pass_time(timedelta(minutes=61))
    by_mail.send()

    with killed_at(at):
        by_mail.email()
    by_mail.until(minutes=10)
    by_mail.until(minutes=61)
    by_mail.until(minutes=61)

    assert by_mail.server.seen == len(by_mail.mails) <= 1
    assert len(by_mail.texts()) == 1
    assert by_mail.reminders()[0][0] == "sent"
    assert InboxItem.objects.count() == 0
    assert Message.objects.filter(state__in=("unknown", "submitting", "queued")).count() == 0


def test_an_answer_of_the_server_that_is_lost_is_no_second_mail(by_mail: Practice) -> None:
    by_mail.visit("lost")
    by_mail.until(minutes=61)
    assert by_mail.messages() == [("email", "unknown")]

    by_mail.until(minutes=30)
    by_mail.until(minutes=40)

    assert (by_mail.server.seen, len(by_mail.texts())) == (1, 1)
    assert Message.objects.get(road="email").words == "Not known whether the mail server took it"


def test_one_that_is_lost_and_opened_all_the_same_needs_no_text(by_mail: Practice) -> None:
    by_mail.visit("lost")
    by_mail.until(minutes=61)

    open_page(by_mail.mails[0])
    by_mail.until(minutes=70)

    assert by_mail.texts() == []
    assert by_mail.messages() == [("email", "delivered")]


# Copies


def test_a_copy_goes_beside_the_text_and_counts_as_none(with_copies: Practice) -> None:
    with_copies.visit()
    with_copies.ring()
    assert with_copies.messages() == [("email", "queued"), ("sms", "accepted")]

    with_copies.until(minutes=61)
    with_copies.until(hours=5)

    assert (len(with_copies.mails), len(with_copies.texts())) == (1, 1)
    copy = Message.objects.get(road="email")
    assert (copy.kind, copy.state, copy.segments) == ("copy", "enroute", 0)
    assert with_copies.reminders() == [("sent", "", "sms")]


def test_a_copy_is_withdrawn_with_its_text(with_copies: Practice) -> None:
    visit = with_copies.visit()
    with_copies.ring()
    set_status([visit.pk], Status.CANCELLED, by=STAFF, now=with_copies.now)
    with_copies.ring()

    with_copies.until(minutes=61)

    assert (with_copies.mails, with_copies.texts()) == ([], [])
    assert Message.objects.get(road="email").state == "cancelled"


def test_a_copy_to_a_dead_address_changes_nothing_about_the_text(with_copies: Practice) -> None:
    with_copies.visit("nobody")

    with_copies.until(minutes=61)
    with_copies.until(hours=30)

    assert len(with_copies.texts()) == 1
    assert Message.objects.get(road="email").state == "failed"
    assert InboxItem.objects.count() == 0


def test_a_copys_button_answers_the_visit_and_a_text_does_so_too(with_copies: Practice) -> None:
    ann, ben = with_copies.visit(), with_copies.visit()
    with_copies.until(minutes=61)
    theirs = dict(zip(with_copies.server.to, with_copies.mails, strict=True))

    with_copies.press(theirs[ann.contact.email], "no")
    with_copies.hear(ben.contact.phone, "Y")
    with_copies.until(minutes=1)

    ann.refresh_from_db()
    ben.refresh_from_db()
    assert (ann.status, ben.status) == ("declined", "confirmed")
