"""The short-notice list on the pages, and the card of a time that became free."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reminders.domain.diary.appointments import set_status
from reminders.domain.sooner.ring import work_off_slots
from reminders.models import Appointment, FreeSlot, InboxItem, SoonerWish
from tests import factories as make
from tests.faults.support.world import STAFF

pytestmark = pytest.mark.django_db
SOON = {"days": ["1", "2", "3", "4", "5", "6", "7"], "least_notice_hours": "2", "priority": "2"}


def visit(place, *, days, name="Ben"):
    day = timezone.now().date() + timedelta(days=days)
    return make.make_appointment(
        day=day, location=place, contact=make.make_contact(first_name=name),
        changed_at=timezone.now() - timedelta(days=9),
    )  # fmt: skip


def page(client, name, *names, **query):
    return client.get(reverse(name, args=names), query).content.decode()


@pytest.fixture
def place():
    return make.make_location(opens="00:00", closes="00:00")


@pytest.fixture
def card(place):
    """Somebody called off, and Ben is on the list."""
    ann, ben = visit(place, days=4, name="Ann"), visit(place, days=20)
    make.make_wish(ben, note="Lives next door")
    set_status([ann.pk], Appointment.Status.DECLINED, by=STAFF, now=timezone.now())
    work_off_slots(clock=timezone.now)
    return InboxItem.objects.get(kind="free_slot")


def test_put_on_change_take_off_and_back(sign_in, place):
    client, ben = sign_in(), visit(place, days=20)
    assert "Nobody is on the list" in page(client, "short_notice")
    assert "Wants to come sooner" in page(client, "appointment", ben.pk)
    assert "Put on the list" in page(client, "short_notice_edit", ben.pk)

    edit = reverse("short_notice_edit", args=[ben.pk])
    client.post(edit, SOON | {"location": place.pk, "note": "Mornings", "time_to": "11:00"})
    listed = page(client, "short_notice")
    assert "Ben Lee" in listed
    assert "on any day until 11:00" in listed
    assert "On the short-notice list" in page(client, "appointment", ben.pk)

    client.post(edit, SOON | {"location": place.pk, "priority": "1", "days": ["3"]})
    wish = SoonerWish.objects.get(ended_at=None)
    assert (wish.priority, wish.days, wish.note) == (1, [3], "")
    page(client, "short_notice")  # with the note that it is saved
    assert "Ben Lee" not in page(client, "short_notice", priority="2")

    removed = client.post(reverse("short_notice_remove", args=[wish.pk]), follow=True)
    assert "Ben Lee is off the short-notice list." in removed.content.decode()
    client.post(reverse("short_notice_restore", args=[wish.pk]))
    assert "Ben Lee" in page(client, "short_notice", priority="1")
    assert "Taken off the short-notice list" in page(client, "appointment", ben.pk)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"days": []}, "Choose at least one day."),
        ({"time_from": "12:00", "time_to": "09:00"}, "before the time from which"),
        ({"until": "2020-01-01"}, "This day has passed."),
        ({"least_notice_hours": "9999"}, "less than or equal to 720"),
    ],
)
def test_what_can_not_be_is_said(sign_in, place, given, words):
    ben = visit(place, days=20)

    answer = sign_in().post(
        reverse("short_notice_edit", args=[ben.pk]), SOON | {"location": place.pk} | given
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_visit_that_is_off_has_nothing_to_come_sooner_than(sign_in, place):
    ben = visit(place, days=20)
    set_status([ben.pk], Appointment.Status.CANCELLED, by=STAFF, now=timezone.now())

    shown = page(sign_in(), "short_notice_edit", ben.pk)

    assert "does not take place" in shown
    assert "Wants to come sooner" not in page(sign_in(), "appointment", ben.pk)


def test_a_visit_is_found_by_its_patient(sign_in, place):
    visit(place, days=20)

    found = sign_in().post(reverse("short_notice"), {"q": "lee"}).content.decode()

    assert "Choose" in found


def test_the_card_says_who_fits_why_and_what_they_would_read(sign_in, card):
    shown = page(sign_in(), "inbox_card", card.pk)

    for words in (
        "1. <bdi>Ben Lee</bdi>", "16 days sooner", "with anyone", "any service",
        "could come on any day", "Lives next door", "an earlier time is free",
        "10 minutes to answer",
    ):  # fmt: skip
        assert words in shown, words


@pytest.mark.parametrize(
    ("act", "state", "waits"),
    [("offer", "offering", 0), ("call", "calling", 1), ("let_go", "let_go", 0)],
)
def test_staff_choose_and_take_it_back(sign_in, card, act, state, waits):
    client = sign_in()

    client.post(reverse("inbox_slot", args=[card.pk]), {"act": act, "revision": card.revision})
    assert FreeSlot.objects.get().state == state
    assert InboxItem.objects.filter(kind="free_slot", done_at=None).count() == waits

    if not waits:
        undo = f"{reverse('inbox_undo', args=[card.pk])}?revision={card.revision + 1}"
        client.post(undo)
        assert FreeSlot.objects.get().state == "waiting"
        assert InboxItem.objects.filter(kind="free_slot", done_at=None).count() == 1


def test_who_said_yes_on_the_telephone_gets_it(sign_in, card):
    client, wish = sign_in(), SoonerWish.objects.get()
    given = {"act": "give", "wish": wish.pk, "revision": card.revision}

    client.post(reverse("inbox_slot", args=[card.pk]), given)

    slot = FreeSlot.objects.get(appointment__contact__first_name="Ann")
    ben = Appointment.objects.get(contact__first_name="Ben")
    assert (slot.state, slot.filled_by, ben.starts_at) == ("filled", ben, slot.starts_at)
    again = client.post(reverse("inbox_slot", args=[card.pk]), given)
    assert "has closed" in again.content.decode() or again.status_code == 302


def test_somebody_who_is_limited_sees_and_gives_nothing_of_another_location(sign_in, place, card):
    other = sign_in("receptionist", make.make_location())
    wish = SoonerWish.objects.get()

    assert "Ben" not in page(other, "short_notice")
    assert other.get(reverse("inbox_card", args=[card.pk])).status_code == 404
    assert other.post(reverse("short_notice_remove", args=[wish.pk])).status_code == 404
    assert wish.ended_at is None


def test_the_statistics_tell_of_freed_and_filled_hours(sign_in, card):
    FreeSlot.objects.update(local_date=timezone.now().date())

    shown = page(sign_in("manager"), "statistics")

    assert "Times that became free" in shown
