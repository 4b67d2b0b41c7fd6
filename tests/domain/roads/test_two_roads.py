"""WhatsApp, then e-mail, then SMS, and the other way round: each in its turn, and none too many."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from reminders.domain.consent.emails import stop
from reminders.domain.roads import chain
from reminders.models import (
    Appointment,
    Contact,
    EmailRoad,
    EmailText,
    InboxItem,
    Message,
    Road,
    WhatsAppText,
)
from tests.domain.roads.conftest import killed_at
from tests.domain.roads.practice import Practice
from tests.faults.support.world import STAFF

NO_WHATSAPP, SILENT, TAPS_YES = "+447700900996", "+447700900998", "+447700900999"
Status = Appointment.Status


# In order


def test_whatsapp_then_e_mail_then_sms(whatsapp_then_mail: Practice) -> None:
    practice = whatsapp_then_mail
    practice.visit(SILENT)

    practice.until(minutes=61)
    assert practice.messages() == [("whatsapp", "submitted")]
    practice.until(minutes=14)
    assert practice.came() == (0, [])
    practice.until(minutes=2)
    assert practice.messages() == [("whatsapp", "failed"), ("email", "enroute")]
    practice.until(minutes=59)
    assert practice.came() == (1, [])
    practice.until(minutes=2)
    practice.until(hours=5)

    assert practice.came() == (1, ["sms"])
    assert practice.messages() == [
        ("whatsapp", "failed"),
        ("email", "failed"),
        ("sms", "delivered"),
    ]
    assert practice.reminders() == [("sent", "", "sms")]
    sms = Message.objects.get(road="sms")
    assert [one.road for one in chain.before(sms)] == ["email", "whatsapp"]
    assert "Reply Y" in sms.text


def test_e_mail_then_whatsapp_then_sms(mail_then_whatsapp: Practice) -> None:
    practice = mail_then_whatsapp
    practice.visit(SILENT)

    practice.until(minutes=61)
    assert practice.messages() == [("email", "enroute")]
    practice.until(minutes=61)
    assert practice.messages() == [("email", "failed"), ("whatsapp", "submitted")]
    practice.until(minutes=16)

    assert practice.came() == (1, ["sms"])
    assert practice.reminders() == [("sent", "", "sms")]
    assert "Reply Y" in practice.texts()[0]


def test_the_first_that_reaches_is_the_last(whatsapp_then_mail: Practice) -> None:
    practice = whatsapp_then_mail
    practice.visit()

    practice.until(minutes=61)
    practice.until(hours=5)

    assert practice.came() == (0, ["whatsapp"])
    assert practice.reminders() == [("sent", "", "whatsapp")]


def test_the_second_that_reaches_needs_no_sms(mail_then_whatsapp: Practice) -> None:
    practice = mail_then_whatsapp
    visit = practice.visit(TAPS_YES)

    practice.until(minutes=61)
    practice.until(minutes=61)
    practice.until(hours=5)

    visit.refresh_from_db()
    assert visit.status == "confirmed"
    assert [road for road, words in practice.told() if "Reply Y" in words] == ["whatsapp"]
    assert practice.reminders() == [("sent", "", "whatsapp")]


def test_what_is_left_to_try_is_forgotten_once_it_is_settled(mail_then_whatsapp: Practice) -> None:
    practice = mail_then_whatsapp
    practice.visit()
    practice.until(minutes=61)
    (leg,) = EmailText.objects.get().later
    assert (leg["road"], leg["minutes"], leg["columns"]["buttons"]) == (
        "whatsapp",
        15,
        ["yes", "no"],
    )

    practice.until(minutes=61)

    assert EmailText.objects.values_list("later", "sms_text").get() == ([], "")
    assert WhatsAppText.objects.values_list("later", "parameters").get() == ([], [])


# Left out


@pytest.mark.parametrize(
    ("agreed", "messages"),
    [
        ((Road.EMAIL,), [("email", "enroute")]),
        ((Road.WHATSAPP,), [("whatsapp", "submitted")]),
        ((), [("sms", "accepted")]),
    ],
)
def test_a_road_that_somebody_did_not_agree_to_is_left_out(
    whatsapp_then_mail: Practice, agreed: tuple[Road, ...], messages: list[Any]
) -> None:
    practice = whatsapp_then_mail
    practice.visit(SILENT, agreed=agreed)
    practice.ring()
    ahead = practice.messages()

    practice.until(minutes=61)

    assert (ahead or practice.messages()) == messages


def test_who_agreed_to_whatsapp_alone_gets_the_sms_after_it(whatsapp_then_mail: Practice) -> None:
    practice = whatsapp_then_mail
    practice.visit(SILENT, agreed=[Road.WHATSAPP])

    practice.until(minutes=61)
    practice.until(minutes=16)

    assert practice.came() == (0, ["sms"])


@pytest.mark.parametrize("why", ["unsubscribed", "switched off", "no server"])
def test_what_does_not_hold_any_more_when_its_turn_comes_is_left_out(
    whatsapp_then_mail: Practice, settings: Settings, why: str
) -> None:
    practice = whatsapp_then_mail
    visit = practice.visit(SILENT)
    practice.until(minutes=61)
    if why == "unsubscribed":
        stop(visit.contact.email, by=STAFF, now=practice.now)
    elif why == "switched off":
        EmailRoad.objects.update(on=False)
    else:
        settings.PATIENTS_MAIL = None

    practice.until(minutes=16)

    assert practice.messages() == [("whatsapp", "failed"), ("sms", "delivered")]


def test_whatsapp_that_was_taken_back_meanwhile_is_left_out(mail_then_whatsapp: Practice) -> None:
    practice = mail_then_whatsapp
    practice.visit()
    practice.until(minutes=61)
    Contact.objects.update(whatsapp_agreed_at=None)

    practice.until(minutes=61)

    assert practice.messages() == [("email", "failed"), ("sms", "delivered")]


def test_a_road_for_which_there_is_no_time_left_is_left_out(whatsapp_then_mail: Practice) -> None:
    practice = whatsapp_then_mail
    # Enough for WhatsApp before the SMS, and not for the mail after it.
    practice.rule.min_notice_minutes = 24 * 60 - 70
    practice.rule.save()
    practice.visit(SILENT)

    practice.until(minutes=61)
    practice.until(minutes=16)

    assert practice.messages() == [("whatsapp", "failed"), ("sms", "delivered")]


def test_the_next_road_waits_for_texting_hours_as_all_texts_do(
    mail_then_whatsapp: Practice,
) -> None:
    practice = mail_then_whatsapp
    practice.visit()
    practice.until(minutes=61)
    place = practice.site
    place.opens, place.closes = time(8), practice.now.time()
    place.save()

    practice.until(minutes=61)
    practice.until(hours=4)
    assert practice.messages() == [("email", "failed"), ("whatsapp", "queued")]
    assert Message.objects.get(road="whatsapp").scheduled_at.time() == time(8)


# Failing


@pytest.mark.parametrize("order", ["whatsapp_then_mail", "mail_then_whatsapp"])
def test_what_fails_at_once_is_followed_at_once(request: pytest.FixtureRequest, order: str) -> None:
    practice: Practice = request.getfixturevalue(order)
    practice.visit(NO_WHATSAPP, name="nobody")

    practice.until(minutes=61)

    assert practice.roads() == ["sms"]
    assert len(practice.messages()) == 3
    assert practice.reminders() == [("sent", "", "sms")]
    assert InboxItem.objects.count() == 0


def test_a_lost_answer_at_each_step_is_no_second_text_there(
    whatsapp_then_mail: Practice,
) -> None:
    practice = whatsapp_then_mail
    practice.visit(SILENT, name="lost")
    practice.sandbox.order_fault("drop_response_after_accepting", "whatsapp_send")

    practice.until(minutes=61)
    practice.until(minutes=16)
    assert practice.messages() == [("whatsapp", "failed"), ("email", "unknown")]
    practice.until(minutes=61)

    assert practice.came() == (1, ["sms"])
    assert len(practice.sandbox.whatsapp.texts) == 1


def test_when_no_text_could_follow_any_more_a_card_asks_to_call(
    whatsapp_then_mail: Practice,
) -> None:
    practice = whatsapp_then_mail
    practice.visit(SILENT)
    practice.until(minutes=61)
    practice.until(minutes=16)

    practice.pass_time(timedelta(hours=21, minutes=30))
    practice.ring()

    assert practice.came() == (1, [])
    assert practice.reminders() == [("failed", "not_delivered", "email")]
    assert list(InboxItem.objects.values_list("kind", flat=True)) == ["unreachable"]


@pytest.mark.deep
@pytest.mark.parametrize("number", [NO_WHATSAPP, SILENT])
@pytest.mark.parametrize("at", range(3, 75, 9))
def test_killed_at_any_point_of_the_hand_over_there_is_one_text_by_each_road(
    mail_then_whatsapp: Practice, number: str, at: int
) -> None:
    practice = mail_then_whatsapp
    practice.visit(number)
    practice.until(minutes=61)
    practice.pass_time(timedelta(minutes=61))

    with killed_at(at):
        practice.by_roads()
    for minutes in (10, 16, 16):
        practice.until(minutes=minutes)

    assert practice.came() == (1, ["sms"])
    assert len(practice.sandbox.whatsapp.texts) <= 1
    assert practice.reminders() == [("sent", "", "sms")]
    assert InboxItem.objects.count() == 0
    assert Message.objects.filter(state__in=("unknown", "submitting", "queued")).count() == 0
