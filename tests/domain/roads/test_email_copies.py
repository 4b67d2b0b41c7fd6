"""A copy by e-mail beside a text: it counts as none, and goes with it."""

from __future__ import annotations

from reminders.domain.diary.appointments import set_status
from reminders.models import (
    Appointment,
    InboxItem,
    Message,
)
from tests.domain.roads.practice import Practice
from tests.faults.support.world import STAFF

Status = Appointment.Status


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
    with_copies.visit(name="nobody")

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
