"""A free time that ended because somebody came there, and an undo that takes them away again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest

from reminders.domain.diary import undoing
from reminders.domain.diary.appointments import (
    change_appointment,
    create_appointment,
    delete_appointment,
    set_status,
)
from reminders.domain.whole_day import carry_out
from reminders.domain.whole_day.take_back import begin_undo
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.models import Appointment, AuditEntry, ClosedDay, FreeSlot
from tests import factories as make
from tests.domain.sooner.scene import WEDNESDAY, Scene, at
from tests.domain.whole_day.visits import carried_out
from tests.faults.support.world import STAFF

pytestmark = pytest.mark.django_db
ON_TIME = {"local_date": WEDNESDAY, "local_time": time(10)}
Story = Callable[[Scene], None]


def undo_last(minute: int, *kinds: str) -> None:
    """Take the latest change of one of these kinds back."""
    line = AuditEntry.objects.filter(kind__in=kinds, undone_at=None).order_by("-at", "-pk")[0]
    assert undoing.undo(line.pk, by=STAFF, now=at(minute))


def dora_comes(scene: Scene, minute: int) -> Appointment:
    """From nine to ten on Ann's Wednesday."""
    dora = scene.visit("Dora", WEDNESDAY, at=time(9))
    change_appointment(dora, ON_TIME, by=STAFF, now=at(minute))
    return dora


def undone_at_once(scene: Scene) -> None:
    scene.decline()
    dora_comes(scene, 3)
    undo_last(3, "moved")
    scene.ring(4)


def undone_once_the_others_were_told(scene: Scene) -> None:
    scene.decline()
    scene.last_text(scene.ben, 1)
    dora_comes(scene, 3)
    scene.ring(3)
    assert scene.offers() == ["Ben withdrawn"]
    undo_last(5, "moved")
    scene.ring(5)


def after_a_no(scene: Scene) -> None:
    scene.decline()
    scene.says(scene.ben, "N", 2)
    dora_comes(scene, 3)
    scene.ring(3)
    undo_last(5, "moved")
    scene.ring(5)


def a_whole_day(scene: Scene) -> None:
    scene.decline()
    dora = scene.visit("Dora", WEDNESDAY, at=time(9))
    later = carried_out([dora], Wish(Kind.MOVE, minutes=60), now=at(3))
    scene.ring(3)
    assert scene.slot() == "gone"
    begin_undo(later, by=STAFF, now=at(4))
    carry_out.work_now(later.pk, now=at(4))
    scene.ring(4)


def booked_there(scene: Scene) -> None:
    scene.decline()
    create_appointment(
        location=scene.place, contact=make.make_contact(), day=WEDNESDAY, at=time(10),
        by=STAFF, now=at(3),
    )  # fmt: skip
    undo_last(4, "created")
    scene.ring(4)


def somebody_else_is_there(scene: Scene) -> None:
    scene.decline()
    dora_comes(scene, 3)
    change_appointment(scene.visit("Eve", date(2026, 3, 9)), ON_TIME, by=STAFF, now=at(4))
    line = AuditEntry.objects.filter(kind="moved").order_by("pk")[0]
    assert undoing.undo(line.pk, by=STAFF, now=at(5))
    scene.ring(5)


def closed_since(scene: Scene) -> None:
    scene.decline()
    dora_comes(scene, 3)
    ClosedDay.objects.create(
        location=scene.place, name="Stocktaking", first_day=WEDNESDAY, last_day=WEDNESDAY
    )
    undo_last(4, "moved")
    scene.ring(4)


def too_near_by_then(scene: Scene) -> None:
    scene.decline()
    dora_comes(scene, 3)
    undo_last(60 * 45, "moved")
    scene.ring(60 * 45)


def moved_on_by_hand(scene: Scene) -> None:
    """No undo: as with any move, nobody is asked about the time that is left."""
    scene.decline()
    dora = dora_comes(scene, 3)
    change_appointment(dora, {"local_time": time(9)}, by=STAFF, now=at(4))
    scene.ring(4)


def ann_comes_and_it_is_undone(scene: Scene) -> None:
    """Declined; marked as confirmed by mistake, which is taken back."""
    scene.decline()
    scene.says(scene.ben, "N", 2)
    set_status([scene.ann.pk], Appointment.Status.CONFIRMED, by=STAFF, now=at(3))
    scene.ring(3)
    assert scene.slot() == "gone"
    undo_last(4, "confirmed")
    scene.ring(4)


def ann_gets_another_time_and_it_is_undone(scene: Scene) -> None:
    scene.decline()
    change_appointment(scene.ann, {"local_date": date(2026, 3, 11)}, by=STAFF, now=at(3))
    undo_last(4, "moved")
    scene.ring(4)


@pytest.mark.parametrize(
    ("story", "state", "offers"),
    [
        (undone_at_once, "offering", ["Ben asking"]),
        (undone_once_the_others_were_told, "offering", ["Ben asking"]),
        (after_a_no, "offering", ["Ben declined", "Clara asking"]),
        (a_whole_day, "offering", ["Ben asking"]),
        (booked_there, "offering", ["Ben asking"]),
        (somebody_else_is_there, "gone", ["Ben withdrawn"]),
        (closed_since, "gone", ["Ben withdrawn"]),
        (too_near_by_then, "gone", ["Ben withdrawn"]),
        (moved_on_by_hand, "gone", ["Ben withdrawn"]),
        (ann_comes_and_it_is_undone, "offering", ["Ben declined", "Clara asking"]),
        (ann_gets_another_time_and_it_is_undone, "offering", ["Ben asking"]),
    ],
)
def test_what_an_undo_gives_back(story: Story, state: str, offers: list[str]) -> None:
    scene = Scene()

    story(scene)

    slots = FreeSlot.objects.exclude(state=FreeSlot.State.GONE)
    assert (scene.slot(), scene.offers()) == (state, offers)
    assert slots.count() == (state != "gone")
    if state == "offering":
        # The one who is asked gets it, and it is nobody else's.
        asked = {"Ben": scene.ben, "Clara": scene.clara}[offers[-1].split()[0]]
        scene.says(asked, "Y", 8)
        there = Appointment.objects.filter(local_date=WEDNESDAY, local_time=time(10))
        assert list(there.exclude(status__in=["declined", "cancelled"])) == [asked]


@pytest.mark.parametrize("practitioner", [True, False])
def test_of_two_times_of_one_seat_an_undo_gives_one_back(practitioner: bool) -> None:
    scene = Scene(sooner_offers="staff")
    whom = {"practitioner": make.make_practitioner()} if practitioner else {}
    first = scene.visit("First", WEDNESDAY, at=time(14), **whom)
    second = scene.visit("Second", date(2026, 3, 9), **whom)
    third = scene.visit("Third", date(2026, 3, 10), **whom)
    place = {"local_date": WEDNESDAY, "local_time": time(14)}
    set_status([first.pk], Appointment.Status.DECLINED, by=STAFF, now=at(0))
    change_appointment(second, place, by=STAFF, now=at(1))
    set_status([second.pk], Appointment.Status.CANCELLED, by=STAFF, now=at(2))
    change_appointment(third, place, by=STAFF, now=at(3))
    ended = FreeSlot.objects.filter(state="gone").count()

    undo_last(4, "moved")

    assert (ended, FreeSlot.objects.filter(state__in=FreeSlot.LIVE).count()) == (2, 1)


def test_an_undone_booking_leaves_no_time_that_nobody_had() -> None:
    scene = Scene()
    create_appointment(
        location=scene.place, contact=make.make_contact(), day=WEDNESDAY, at=time(16),
        by=STAFF, now=at(0),
    )  # fmt: skip
    undo_last(1, "created")
    scene.ring(1)
    assert scene.offers() == []

    # Taken out later, it was somebody's time, and is free.
    booked = scene.visit("Dora", WEDNESDAY, at=time(16))
    delete_appointment(booked, by=STAFF, now=at(60))
    scene.ring(60)
    assert scene.offers() == ["Ben asking"]
