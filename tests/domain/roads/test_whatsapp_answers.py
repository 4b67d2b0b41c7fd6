"""What patients answer by WhatsApp: buttons, words, receipts."""

from __future__ import annotations

from reminders.domain.diary.appointments import change_appointment
from reminders.models import (
    Appointment,
    Message,
    Reply,
    Suppression,
    WhatsAppText,
)
from tests.domain.roads.practice import Practice
from tests.faults.support.world import STAFF

Status = Appointment.Status
NO_WHATSAPP, SWITCHED_OFF, SILENT, TAPS_YES = (f"+44770090099{last}" for last in "6789")


def test_a_tapped_button_confirms_and_is_answered_there(practice: Practice) -> None:
    visit = practice.visit(TAPS_YES)

    practice.until(minutes=61)
    practice.until(minutes=1)

    visit.refresh_from_db()
    assert visit.status == "confirmed"
    reply = Reply.objects.get()
    assert (reply.source, reply.button, reply.text, reply.matched_by) == (
        "whatsapp",
        "yes",
        "I will come",
        "metadata",
    )
    assert practice.roads() == ["whatsapp", "whatsapp"]
    assert practice.told()[1][1].startswith("Thanks Ann, see you")


def test_a_button_acts_once_however_often_its_news_comes(practice: Practice) -> None:
    visit = practice.visit()
    practice.until(minutes=61)
    (text,) = practice.sandbox.whatsapp.texts.values()
    practice.sandbox.whatsapp.tap(text.number, text.message_id, text.buttons[1][1])
    (again,) = practice.sandbox.whatsapp.callbacks.kept
    practice.ring()
    practice.sandbox.whatsapp.callbacks.kept.append(again)

    practice.ring()

    visit.refresh_from_db()
    assert (visit.status, Reply.objects.count()) == ("declined", 1)


def test_a_button_of_a_text_about_another_time_does_not_confirm_the_new_one(
    practice: Practice,
) -> None:
    visit = practice.visit()
    practice.until(minutes=61)
    (text,) = practice.sandbox.whatsapp.texts.values()
    later = visit.local_time.replace(minute=45)
    change_appointment(visit, {"local_time": later}, by=STAFF, now=practice.now)

    practice.sandbox.whatsapp.tap(text.number, text.message_id, text.buttons[0][1])
    practice.ring()

    visit.refresh_from_db()
    assert visit.status == "booked"


def test_typed_words_are_read_as_any_reply_and_a_stop_holds_on_every_road(
    practice: Practice,
) -> None:
    visit = practice.visit()
    practice.until(minutes=61)

    practice.sandbox.whatsapp.write(visit.contact.phone, "Stop")
    practice.ring()

    assert Suppression.objects.filter(phone=visit.contact.phone, lifted_at=None).exists()


def test_an_answer_that_whatsapp_does_not_take_goes_by_sms(practice: Practice) -> None:
    visit = practice.visit()
    practice.until(minutes=61)
    practice.sandbox.whatsapp.write(visit.contact.phone, "yes")
    practice.sandbox.order_fault("400_unreadable", "whatsapp_send", times=None)

    practice.ring()
    practice.until(minutes=1)

    assert practice.roads() == ["whatsapp", "sms"]
    assert Message.objects.filter(kind="answer", answers__isnull=False).count() == 1


def test_what_was_read_is_known(practice: Practice) -> None:
    visit = practice.visit()
    practice.until(minutes=61)

    practice.sandbox.whatsapp.read(visit.contact.phone)
    practice.ring()

    assert WhatsAppText.objects.get().read_at == practice.now


def test_values_are_kept_no_longer_than_they_are_needed(practice: Practice) -> None:
    practice.visit()
    practice.until(minutes=61)

    assert WhatsAppText.objects.get().parameters == []


# Killed at every point
