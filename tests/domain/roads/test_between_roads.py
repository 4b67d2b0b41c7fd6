"""Several roads before SMS: an answer on an earlier one, and changes between the steps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reminders.domain.consent.suppressions import opt_out
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.models import (
    Appointment,
    InboxItem,
    Message,
    Road,
    Suppression,
)
from tests.domain.roads.mails import open_page
from tests.domain.roads.practice import Practice
from tests.faults.support.world import STAFF

NO_WHATSAPP, SILENT, TAPS_YES = "+447700900996", "+447700900998", "+447700900999"
Status = Appointment.Status


def test_an_earlier_mail_that_is_answered_stops_the_sms(mail_then_whatsapp: Practice) -> None:
    practice = mail_then_whatsapp
    visit = practice.visit(SILENT)
    practice.until(minutes=61)
    practice.until(minutes=61)
    assert practice.messages() == [("email", "failed"), ("whatsapp", "submitted")]

    practice.press(practice.mails[0], "yes")
    practice.until(minutes=16)
    practice.until(hours=5)

    visit.refresh_from_db()
    assert visit.status == "confirmed"
    assert practice.roads() == []
    assert practice.reminders() == [("sent", "", "email")]
    mail = Message.objects.get(road="email")
    assert (mail.state, mail.words) == (
        "delivered",
        "Opened after the text by WhatsApp had gone",
    )


def test_one_that_is_only_opened_in_the_last_moment_does_so_too(
    mail_then_whatsapp: Practice,
) -> None:
    practice = mail_then_whatsapp
    practice.visit(SILENT)
    practice.until(minutes=61)
    practice.until(minutes=61)
    practice.pass_time(timedelta(minutes=16))
    # WhatsApp's ring is first, and e-mail's has not heard of it yet.
    open_page(practice.mails[0])
    practice.by_roads(Road.WHATSAPP)

    practice.until(minutes=1)

    assert practice.roads() == []
    assert practice.reminders() == [("sent", "", "email")]


def test_what_waits_at_a_later_road_is_called_back(mail_then_whatsapp: Practice) -> None:
    practice = mail_then_whatsapp
    practice.visit()
    practice.until(minutes=61)
    practice.sandbox.order_fault("429", "whatsapp_send", times=None)
    practice.until(minutes=61)
    assert practice.messages() == [("email", "failed"), ("whatsapp", "queued")]

    open_page(practice.mails[0])
    practice.by_roads(Road.EMAIL)
    practice.sandbox.clear_faults()
    practice.until(hours=1)

    assert practice.roads() == []
    assert practice.messages() == [("email", "delivered"), ("whatsapp", "cancelled")]
    assert practice.reminders() == [("sent", "", "email")]
    assert Message.objects.get(road="email").words == "Opened"


def test_whatsapp_that_arrives_late_stops_the_sms_after_the_mail(
    whatsapp_then_mail: Practice,
) -> None:
    practice = whatsapp_then_mail
    practice.visit(SILENT)
    practice.until(minutes=61)
    practice.until(minutes=16)

    practice.late_news("READ")
    practice.until(minutes=1)
    practice.until(hours=2)

    assert practice.came() == (1, ["whatsapp"])
    first = Message.objects.get(road="whatsapp")
    assert first.words == "Delivered by WhatsApp after the e-mail had gone"
    assert practice.reminders() == [("sent", "", "whatsapp")]


def test_an_answer_by_telephone_stops_what_follows(whatsapp_then_mail: Practice) -> None:
    practice = whatsapp_then_mail
    visit = practice.visit(SILENT)
    practice.until(minutes=61)
    set_status([visit.pk], Status.CONFIRMED, by=STAFF, now=practice.now)

    practice.until(minutes=16)
    practice.until(hours=5)

    assert practice.came() == (0, [])
    assert InboxItem.objects.count() == 0


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.DECLINED])
@pytest.mark.parametrize("step", [1, 2])
def test_a_visit_that_is_called_off_between_the_steps_is_told_of_no_more(
    whatsapp_then_mail: Practice, step: int, status: Appointment.Status
) -> None:
    practice = whatsapp_then_mail
    visit = practice.visit(SILENT)
    practice.until(minutes=61)
    if step == 2:
        practice.until(minutes=16)
    set_status([visit.pk], status, by=STAFF, now=practice.now)

    practice.until(minutes=16)
    practice.until(hours=5)

    assert practice.came() == (step - 1, [])
    assert not InboxItem.objects.filter(kind="unreachable").exists()


def test_a_visit_that_is_moved_between_the_steps_is_told_of_anew(
    whatsapp_then_mail: Practice,
) -> None:
    practice = whatsapp_then_mail
    visit = practice.visit(SILENT)
    practice.until(minutes=61)
    day = visit.local_date + timedelta(days=2)
    change_appointment(visit, {"local_date": day}, by=STAFF, now=practice.now)

    practice.until(minutes=16)
    practice.until(hours=5)
    assert practice.came() == (0, [])
    assert practice.messages() == [("whatsapp", "failed")]
    practice.until(hours=43)
    practice.until(minutes=16)

    assert practice.messages()[1:] == [("whatsapp", "failed"), ("email", "enroute")]


def test_an_opt_out_between_the_steps_is_kept(whatsapp_then_mail: Practice) -> None:
    practice = whatsapp_then_mail
    visit = practice.visit(SILENT)
    practice.until(minutes=61)
    opt_out(
        visit.contact.phone, reason=Suppression.Reason.STAFF, words="", by=STAFF, now=practice.now
    )

    practice.until(minutes=16)
    practice.until(hours=2)

    assert practice.came() == (0, [])
    assert practice.reminders()[0][:2] == ("skipped", "opted_out")
