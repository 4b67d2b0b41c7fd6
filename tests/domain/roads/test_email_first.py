"""E-mail first, then SMS: who is reached, by what, and never by two texts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from pytest_django import Settings

from reminders.domain.diary.appointments import set_status
from reminders.models import (
    Appointment,
    Contact,
    EmailRoad,
    EmailText,
    InboxItem,
    Message,
    Reminder,
    Wording,
)
from tests import factories as make
from tests.domain.roads.conftest import killed_at
from tests.domain.roads.mails import SITE, event_of, open_page, page_of, stop_of
from tests.domain.roads.mailserver import attached, free_port, part
from tests.domain.roads.practice import Practice
from tests.faults.support.world import STAFF

Status = Appointment.Status


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
    by_mail.visit(agreed=())
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
    assert "Reply" not in text + html
    # Neither the patient's name nor the number, anywhere.
    everything = mail.as_string() + text + html
    for personal in ("Lee", visit.contact.phone, visit.contact.phone[-7:]):
        assert personal not in everything


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Hi Ann, your appointment at Harbour Dental is on Tue, March 3 at 1:00 PM."),
        ("de", "Hallo Ann, Ihr Termin bei Harbour Dental ist am Di., 3. März um 13:00 Uhr."),
    ],
)
def test_it_says_what_the_rules_wording_says_beside_the_details(
    by_mail: Practice, language: str, said: str
) -> None:
    by_mail.visit(language=language)
    by_mail.until(minutes=61)
    (mail,) = by_mail.mails

    assert part(mail, "plain").splitlines()[0] == said
    assert f"{said}</p>" in part(mail, "html")
    assert said not in mail["Subject"]
    assert Message.objects.get().text.startswith(said)
    assert EmailText.objects.get().words == ""


def test_the_practices_own_words_stand_in_it_and_the_text_keeps_its_own(
    by_mail: Practice,
) -> None:
    Wording.objects.create(
        purpose="confirmation",
        rule=by_mail.rule,
        text="{location}: {first_name}, bring <your> card.[ {instructions}]\n"
        "Reply Y or N. More: {link}",
    )
    visit = by_mail.visit()
    service = make.make_service(instructions="Eat nothing before.")
    Appointment.objects.filter(pk=visit.pk).update(service=service)
    by_mail.until(minutes=61)
    (mail,) = by_mail.mails

    said = "Harbour Dental: Ann, bring <your> card. Eat nothing before."
    assert part(mail, "plain").splitlines()[0] == said
    # Once, though the page shows it, too.
    assert part(mail, "plain").count("Eat nothing before.") == 1
    assert "bring &lt;your&gt; card" in part(mail, "html")
    by_mail.until(minutes=61)
    (text,) = by_mail.texts()
    assert text.startswith(said)
    assert "Reply Y or N. More: https://reminders.example/v/" in text


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
    by_mail.visit(name=name)

    by_mail.until(minutes=61)

    assert len(by_mail.texts()) == 1
    assert by_mail.reminders() == [("sent", "", "sms")]
    # Only of an address that does not exist is the address to blame.
    assert Contact.objects.get().email_state == ("bounced" if name == "nobody" else "")


def test_an_address_that_came_back_is_not_tried_again(by_mail: Practice) -> None:
    visit = by_mail.visit(name="nobody")
    by_mail.until(minutes=61)

    (second,) = by_mail.book(place=by_mail.site, starts_in=timedelta(hours=30))
    Appointment.objects.filter(pk=second.pk).update(contact=visit.contact_id)
    Reminder.objects.filter(appointment=second).update(phone=visit.contact.phone)
    by_mail.until(hours=6)

    sent = [("email", "failed"), ("sms", "delivered"), ("sms", "delivered")]
    assert sorted(by_mail.messages()) == sent


def test_greylisting_is_waited_for(by_mail: Practice) -> None:
    by_mail.visit(name="grey")
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


def test_what_was_answered_while_it_waited_is_not_sent_when_the_server_is_back(
    by_mail: Practice,
) -> None:
    visit = by_mail.visit()
    EmailRoad.objects.update(held_until=by_mail.now + timedelta(days=1))
    by_mail.until(minutes=61)
    set_status([visit.pk], Status.CONFIRMED, by=STAFF, now=by_mail.now)

    by_mail.until(minutes=61)
    EmailRoad.objects.update(held_until=None)
    by_mail.until(hours=2)

    assert (by_mail.mails, by_mail.texts()) == ([], [])
    assert by_mail.messages() == [("email", "cancelled")]
    assert by_mail.reminders() == [("expired", "confirmed", "email")]


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


# Killed at every point, and answers that are lost


@pytest.mark.deep
@pytest.mark.parametrize("name", ["ann", "nobody"])
@pytest.mark.parametrize("at", range(2, 62, 6))
def test_killed_at_any_point_there_is_one_mail_at_most_and_one_text(
    by_mail: Practice, name: str, at: int
) -> None:
    by_mail.visit(name=name)
    by_mail.pass_time(timedelta(minutes=61))
    by_mail.send()

    with killed_at(at):
        by_mail.by_roads()
    by_mail.until(minutes=10)
    by_mail.until(minutes=61)
    by_mail.until(minutes=61)

    assert by_mail.server.seen == len(by_mail.mails) <= 1
    assert len(by_mail.texts()) == 1
    assert by_mail.reminders()[0][0] == "sent"
    assert InboxItem.objects.count() == 0
    assert Message.objects.filter(state__in=("unknown", "submitting", "queued")).count() == 0


def test_an_answer_of_the_server_that_is_lost_is_no_second_mail(by_mail: Practice) -> None:
    by_mail.visit(name="lost")
    by_mail.until(minutes=61)
    assert by_mail.messages() == [("email", "unknown")]

    by_mail.until(minutes=30)
    by_mail.until(minutes=40)

    assert (by_mail.server.seen, len(by_mail.texts())) == (1, 1)
    assert Message.objects.get(road="email").words == "Not known whether the mail server took it"


def test_one_that_is_lost_and_opened_all_the_same_needs_no_text(by_mail: Practice) -> None:
    by_mail.visit(name="lost")
    by_mail.until(minutes=61)

    open_page(by_mail.mails[0])
    by_mail.until(minutes=70)

    assert by_mail.texts() == []
    assert by_mail.messages() == [("email", "delivered")]
