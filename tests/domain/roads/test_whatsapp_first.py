"""WhatsApp first, then SMS: who is reached, by what, and never by both where that can be helped."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from pytest_django import Settings

from reminders.domain.consent.suppressions import opt_out
from reminders.domain.diary.appointments import set_status
from reminders.domain.roads.whatsapp.road import WhatsAppRoad
from reminders.models import (
    Appointment,
    Contact,
    InboxItem,
    Message,
    Road,
    Suppression,
    WhatsAppTemplate,
)
from tests import factories as make
from tests.domain.roads.conftest import killed_at
from tests.domain.roads.practice import WHATSAPP_WAIT, Practice
from tests.faults.support.world import STAFF

Status = Appointment.Status
NO_WHATSAPP, SWITCHED_OFF, SILENT, TAPS_YES = (f"+44770090099{last}" for last in "6789")


def test_who_agreed_is_reached_by_whatsapp_alone(practice: Practice) -> None:
    practice.visit()
    practice.ring()
    assert practice.messages() == []

    practice.until(minutes=61)
    practice.until(minutes=30)

    assert practice.roads() == ["whatsapp"]
    assert practice.messages() == [("whatsapp", "delivered")]
    assert practice.reminders() == [("sent", "", "whatsapp")]


def test_who_has_not_agreed_gets_an_sms_handed_over_ahead(practice: Practice) -> None:
    practice.visit(agreed=())

    practice.ring()

    assert practice.messages() == [("sms", "accepted")]


def test_without_an_approved_template_it_goes_by_sms(practice: Practice) -> None:
    WhatsAppTemplate.objects.update(state="PAUSED")
    practice.visit()

    practice.until(minutes=61)
    practice.until(minutes=30)

    assert practice.roads() == ["sms"]


def test_whatsapp_that_would_try_for_longer_than_the_wait_is_not_used(practice: Practice) -> None:
    WhatsAppTemplate.objects.update(ttl_seconds=16 * 60)
    practice.visit()

    practice.until(minutes=61)

    assert practice.roads() == ["sms"]


def test_a_number_without_whatsapp_gets_the_sms_at_once(practice: Practice) -> None:
    practice.visit(NO_WHATSAPP)

    practice.until(minutes=61)

    assert practice.roads() == ["sms"]
    assert practice.messages() == [("whatsapp", "failed"), ("sms", "delivered")]
    assert practice.reminders() == [("sent", "", "sms")]
    assert Message.objects.get(road="whatsapp").words == "This number has no WhatsApp"


@pytest.mark.parametrize("number", [SWITCHED_OFF, SILENT])
def test_who_is_not_reached_within_the_wait_gets_one_sms(practice: Practice, number: str) -> None:
    practice.visit(number)

    practice.until(minutes=61)
    assert practice.roads() == []
    practice.until(minutes=14)
    assert practice.roads() == []
    practice.until(minutes=2)
    practice.until(hours=5)

    assert practice.roads() == ["sms"]
    assert practice.reminders() == [("sent", "", "sms")]
    assert InboxItem.objects.count() == 0


def test_with_too_little_time_left_a_card_asks_to_call(practice: Practice) -> None:
    practice.visit(SILENT, starts_in=timedelta(hours=25))
    practice.until(minutes=61)

    practice.pass_time(timedelta(hours=21, minutes=30))
    practice.ring()

    assert practice.roads() == []
    assert practice.reminders() == [("failed", "not_delivered", "whatsapp")]
    assert list(InboxItem.objects.values_list("kind", flat=True)) == ["unreachable"]


def test_what_begins_too_soon_for_a_second_text_goes_by_sms_alone(practice: Practice) -> None:
    practice.rule.min_notice_minutes = 24 * 60 - 10
    practice.rule.save()
    practice.visit()

    practice.until(minutes=61)

    assert practice.roads() == ["sms"]


def test_an_sms_that_fails_too_still_tries_the_second_number(practice: Practice) -> None:
    unreachable, second = "+447700900990", make.phone()
    visit = practice.visit(unreachable)
    Contact.objects.filter(pk=visit.contact_id).update(second_phone=second)
    practice.sandbox.order_fault("401", "whatsapp_send", times=None)

    for minutes in (61, 20, 1):
        practice.until(minutes=minutes)

    assert practice.messages()[:1] == [("whatsapp", "failed")]
    assert practice.reminders() == [("sent", "", "sms")]
    assert [one["destination"] for one in practice.ledger()] == [unreachable, second]


def test_a_whole_outage_of_whatsapp_costs_the_wait_and_no_text(practice: Practice) -> None:
    practice.visit()
    practice.sandbox.order_fault("503", "whatsapp_send", times=None)

    practice.until(minutes=61)
    practice.until(minutes=16)

    assert practice.roads() == ["sms"]
    assert practice.messages() == [("whatsapp", "failed"), ("sms", "delivered")]


def test_after_a_short_one_it_is_whatsapp_all_the_same(practice: Practice) -> None:
    practice.visit()
    practice.sandbox.order_fault("429", "whatsapp_send", times=1)

    practice.until(minutes=61)
    practice.until(minutes=2)

    assert practice.roads() == ["whatsapp"]


def test_switched_off_in_the_settings_it_all_goes_by_sms(
    practice: Practice, settings: Settings
) -> None:
    practice.visit(SILENT)
    practice.until(minutes=61)
    settings.WHATSAPP = None
    practice.rings[Road.WHATSAPP] = WhatsAppRoad(None)
    practice.visit()

    practice.until(minutes=61)

    assert practice.roads() == ["sms", "sms"]


def test_what_waits_for_it_when_it_is_switched_off_goes_by_sms_at_once(
    practice: Practice, settings: Settings
) -> None:
    visit = practice.visit()
    practice.pass_time(timedelta(minutes=61))
    practice.send()
    make.make_message(
        kind="answer", road="whatsapp", state="queued", phone=visit.contact.phone, text="Thanks"
    )
    Message.objects.update(send_after=practice.now, expires_at=practice.now + timedelta(hours=2))
    settings.WHATSAPP = None
    practice.rings[Road.WHATSAPP] = WhatsAppRoad(None)

    practice.ring()

    assert practice.roads() == ["sms", "sms"]


# Withdrawn, changed, late


def test_a_visit_that_is_cancelled_in_time_is_not_told_of_at_all(practice: Practice) -> None:
    visit = practice.visit()
    practice.ring()
    set_status([visit.pk], Status.CANCELLED, by=STAFF, now=practice.now)

    practice.until(minutes=61)
    practice.until(minutes=30)

    assert practice.roads() == []


def test_one_that_is_cancelled_while_whatsapp_tries_gets_no_sms(practice: Practice) -> None:
    visit = practice.visit(SILENT)
    practice.until(minutes=61)
    set_status([visit.pk], Status.CANCELLED, by=STAFF, now=practice.now)

    practice.until(minutes=20)
    practice.until(hours=3)

    assert practice.roads() == []
    assert InboxItem.objects.count() == 0


def test_a_late_delivery_calls_an_sms_back_that_still_waits(practice: Practice) -> None:
    practice.visit(SILENT)
    practice.until(minutes=61)
    place = practice.site
    # Texts may go until a minute ago: the SMS has to wait for the morning.
    place.opens, place.closes = time(8), practice.now.time()
    place.save()
    practice.pass_time(WHATSAPP_WAIT + timedelta(minutes=1))
    practice.ring()
    assert practice.messages() == [("whatsapp", "failed"), ("sms", "accepted")]

    practice.late_news("DELIVERED")
    practice.until(minutes=1)

    assert practice.messages() == [("whatsapp", "delivered"), ("sms", "cancelled")]
    assert practice.reminders() == [("sent", "", "whatsapp")]


def test_a_late_delivery_after_the_sms_is_shown(practice: Practice) -> None:
    practice.visit(SILENT)
    practice.until(minutes=61)
    practice.until(minutes=16)

    practice.late_news("READ")
    practice.until(minutes=1)

    assert practice.messages() == [("whatsapp", "delivered"), ("sms", "delivered")]
    first = Message.objects.get(road="whatsapp")
    assert first.words == "Delivered by WhatsApp after the SMS had gone"
    assert first.by_whatsapp.read_at is not None
    assert practice.reminders() == [("sent", "", "sms")]


def test_an_opt_out_while_it_waits_is_kept(practice: Practice) -> None:
    visit = practice.visit(SILENT)
    practice.until(minutes=61)
    opt_out(
        visit.contact.phone, reason=Suppression.Reason.STAFF, words="", by=STAFF, now=practice.now
    )

    practice.until(minutes=20)

    assert practice.roads() == []
    assert practice.reminders()[0][:2] == ("skipped", "opted_out")


# The patient's side


@pytest.mark.deep
@pytest.mark.parametrize("number", [NO_WHATSAPP, TAPS_YES])
@pytest.mark.parametrize("at", range(4, 60, 13))
def test_killed_at_any_point_everybody_is_told_by_one_road(
    practice: Practice, number: str, at: int
) -> None:
    practice.visit(number)
    practice.pass_time(timedelta(minutes=61))
    practice.send()

    with killed_at(at):
        practice.by_roads()
    practice.until(minutes=10)
    practice.until(minutes=20)

    asked = [words for _, words in practice.told() if "Reply Y" in words]
    assert len(asked) == 1
    assert practice.reminders()[0][0] == "sent"
    assert InboxItem.objects.count() == 0


@pytest.mark.parametrize("fault", ["drop_response_after_accepting", "reset_after_receiving"])
@pytest.mark.parametrize("number", [NO_WHATSAPP, TAPS_YES])
def test_a_lost_answer_is_no_second_text_and_no_lost_one(
    practice: Practice, number: str, fault: str
) -> None:
    practice.visit(number)
    practice.sandbox.order_fault(fault, "whatsapp_send")

    practice.until(minutes=61)
    practice.until(minutes=20)
    practice.until(minutes=20)

    assert len([words for _, words in practice.told() if "Reply Y" in words]) == 1
    assert Message.objects.filter(state="unknown").count() == 0


def test_a_morning_told_from_both_sides(practice: Practice) -> None:
    """Ann taps a button, Ben has no WhatsApp, Cleo's phone is off, Dora never agreed to it."""
    ann, ben, cleo = (practice.visit(one) for one in (TAPS_YES, NO_WHATSAPP, SWITCHED_OFF))
    dora = practice.visit(agreed=())
    practice.until(minutes=61)
    practice.until(minutes=1)

    # Within a minute of its time everybody but Cleo knows, each by one road.
    asked = [(road, words) for road, words in practice.told() if "Reply Y" in words]
    assert sorted(road for road, _ in asked) == ["sms", "sms", "whatsapp"]
    ann.refresh_from_db()
    assert ann.status == "confirmed"

    # A quarter of an hour later Cleo's SMS follows; Dora answers hers as ever.
    practice.until(minutes=16)
    practice.hear(dora.contact.phone, "N")
    practice.ring()
    asked = [(road, words) for road, words in practice.told() if "Reply Y" in words]
    assert sorted(road for road, _ in asked) == ["sms", "sms", "sms", "whatsapp"]
    dora.refresh_from_db()
    assert dora.status == "declined"
    assert {state for state, _, _ in practice.reminders()} == {"sent"}
    assert {ben.status, cleo.status} == {"booked"}
