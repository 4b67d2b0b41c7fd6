"""What comes in between: late, early, twice, elsewhere, and by somebody else's hand.

Each case tells its story in a few steps, and then how Ann's time stands, who was asked, and when
Ben and Clara come.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from reminders.domain.diary.appointments import (
    change_appointment,
    set_status,
)
from reminders.domain.sooner import staff
from reminders.models import (
    Appointment,
    ClosedDay,
    FreeSlot,
    InboxItem,
    Message,
)
from tests import factories as make
from tests.domain.sooner import stories as told
from tests.domain.sooner.scene import WEDNESDAY, Scene, at
from tests.faults.support.world import STAFF

pytestmark = pytest.mark.django_db
BOTH_STAY = {"Ben": "20 10 booked", "Clara": "12 10 booked"}
BEN_COMES = {"Ben": "4 10 confirmed", "Clara": "12 10 booked"}
CLARA_COMES = {"Ben": "20 10 booked", "Clara": "4 10 confirmed"}
Story = Callable[[Scene], None]


CASES: list[tuple[Story, str, list[str], dict[str, str]]] = [
    (told.asked, "offering", ["Ben asking"], BOTH_STAY),
    (told.yes_in_time, "filled", ["Ben accepted"], BEN_COMES),
    (told.yes_twice, "filled", ["Ben accepted"], BEN_COMES),
    (told.no, "offering", ["Ben declined", "Clara asking"], BOTH_STAY),
    (told.no_and_no, "given_up", ["Ben declined", "Clara declined"], BOTH_STAY),
    (told.no_then_yes, "offering", ["Ben declined", "Clara asking"], BOTH_STAY),
    (told.yes_but_later, "offering", ["Ben asking"], BOTH_STAY),
    (told.another_day, "offering", ["Ben asking"], BOTH_STAY),
    (told.the_day_restated, "filled", ["Ben accepted"], BEN_COMES),
    (told.thanks, "offering", ["Ben asking"], BOTH_STAY),
    (told.stop, "offering", ["Ben declined", "Clara asking"], BOTH_STAY),
    (told.no_answer, "offering", ["Ben lapsed", "Clara asking"], BOTH_STAY),
    (told.nobody_answers, "given_up", ["Ben lapsed", "Clara lapsed"], BOTH_STAY),
    (
        told.late_yes_while_next_is_asked,
        "filled",
        ["Ben accepted", "Clara withdrawn"],
        BEN_COMES,
    ),
    (told.late_yes_after_the_next_took_it, "filled", ["Ben lapsed", "Clara accepted"], CLARA_COMES),
    (told.late_yes_when_nobody_took_it, "filled", ["Ben accepted", "Clara lapsed"], BEN_COMES),
    (told.late_yes_when_it_is_too_near, "given_up", ["Ben lapsed", "Clara lapsed"], BOTH_STAY),
    (told.booked_by_hand, "gone", ["Ben withdrawn"], BOTH_STAY),
    (told.booked_by_a_file, "offering", ["Ben asking"], BOTH_STAY),
    (told.own_visit_called_off, "offering", ["Ben asking"], BOTH_STAY | {"Ben": "20 10 cancelled"}),
    (
        told.own_visit_is_sooner,
        "offering",
        ["Ben asking"],
        BOTH_STAY | {"Ben": "3 10 booked"},
    ),
    (told.until_passed, "offering", ["Clara asking"], BOTH_STAY),
    (told.other_days, "offering", ["Clara asking"], BOTH_STAY),
    (told.other_times, "offering", ["Clara asking"], BOTH_STAY),
    (told.more_notice, "offering", ["Clara asking"], BOTH_STAY),
    (told.first_by_priority, "offering", ["Clara asking"], BOTH_STAY),
    (told.other_location, "offering", ["Clara asking"], BOTH_STAY),
    (told.other_practitioner, "offering", ["Clara asking"], BOTH_STAY),
    (told.other_service, "offering", ["Clara asking"], BOTH_STAY),
    (told.too_long_for_it, "offering", ["Clara asking"], BOTH_STAY),
    (told.landline, "offering", ["Clara asking"], BOTH_STAY),
    (told.wrong_number, "offering", ["Clara asking"], BOTH_STAY),
    (told.opted_out, "offering", ["Clara asking"], BOTH_STAY),
    (told.no_messages, "offering", ["Clara asking"], BOTH_STAY),
    (told.one_phone_for_two, "offering", ["Ben asking"], BOTH_STAY),
    (told.taken_off_the_list, "offering", ["Ben withdrawn", "Clara asking"], BOTH_STAY),
    (told.text_that_reached_nobody, "offering", ["Ben failed", "Clara asking"], BOTH_STAY),
    (told.undone_after_it_is_out, "gone", ["Ben withdrawn"], BOTH_STAY),
    (told.undone_too_late, "filled", ["Ben accepted"], BEN_COMES),
    (told.by_night, "offering", ["Ben asking"], BOTH_STAY),
    (told.stopped_by_staff, "waiting", ["Ben withdrawn"], BOTH_STAY),
    (told.given_on_the_phone, "filled", ["Ben withdrawn"], CLARA_COMES),
    (told.let_go, "let_go", ["Ben withdrawn"], BOTH_STAY),
]


@pytest.mark.parametrize(
    ("story", "slot", "offers", "visits"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_what_comes_in_between(
    story: Story, slot: str, offers: list[str], visits: dict[str, str]
) -> None:
    scene = Scene()

    story(scene)

    assert (scene.slot(), scene.offers(), scene.visits()) == (slot, offers, visits)


@pytest.mark.parametrize(
    ("story", "purpose"),
    [
        (told.yes_in_time, "offer_accepted"),
        (told.no, "offer_declined"),
        (told.yes_but_later, "unclear_received"),
        (told.late_yes_after_the_next_took_it, "offer_taken"),
        (told.booked_by_hand, "offer_taken"),
        (told.undone_after_it_is_out, "offer_taken"),
        (told.stopped_by_staff, "offer_taken"),
    ],
)
def test_the_patient_is_told_what_holds(story: Story, purpose: str) -> None:
    scene = Scene()

    story(scene)

    assert scene.last_text(scene.ben, 30) == purpose


def test_a_filling_is_taken_back_while_nobody_has_the_old_time() -> None:
    scene = Scene()
    scene.wish(scene.ben, days=[3])
    set_status([scene.clara.pk], Appointment.Status.CONFIRMED, by=STAFF, now=at(0))
    slot = scene.decline()
    staff.give(slot.pk, scene.wishes[scene.clara.pk].pk, by=STAFF, now=at(3))
    scene.ring(3)

    staff.take_back(slot.pk, by=STAFF, now=at(6))
    scene.ring(6)

    assert scene.visits() == {"Ben": "20 10 booked", "Clara": "12 10 confirmed"}
    assert (scene.slot(), scene.wishes[scene.clara.pk].offers.count()) == ("waiting", 0)
    assert not FreeSlot.objects.filter(appointment=scene.clara, state__in=FreeSlot.LIVE).exists()
    with pytest.raises(staff.SlotError):
        staff.take_back(slot.pk, by=STAFF, now=at(7))


def test_a_visit_that_begins_too_soon_frees_nothing() -> None:
    scene = Scene()
    when = {"local_date": date(2026, 3, 2), "local_time": time(13, 30)}
    change_appointment(scene.ann, when, by=STAFF, now=at(0))

    set_status([scene.ann.pk], Appointment.Status.DECLINED, by=STAFF, now=at(1))

    assert not FreeSlot.objects.exists()


def test_a_visit_on_a_day_that_was_closed_frees_nothing() -> None:
    scene = Scene()
    ClosedDay.objects.create(
        location=scene.place, name="Stocktaking", first_day=WEDNESDAY, last_day=WEDNESDAY
    )

    set_status([scene.ann.pk], Appointment.Status.DECLINED, by=STAFF, now=at(1))

    assert not FreeSlot.objects.exists()


def test_what_has_come_too_near_is_given_up_and_left_to_staff() -> None:
    scene = Scene(sooner_hold_minutes=720)
    change_appointment(
        scene.ann, {"local_date": date(2026, 3, 2), "local_time": time(15)}, by=STAFF, now=at(0)
    )
    scene.decline(1)
    assert scene.offers() == ["Ben asking"]

    scene.ring(61)

    assert (scene.slot(), scene.offers()) == ("given_up", ["Ben withdrawn"])
    assert InboxItem.objects.filter(kind="free_slot", done_at=None).count() == 1


def test_a_yes_to_two_open_questions_is_for_a_person() -> None:
    scene = Scene()
    rule = make.make_confirmation_rule()
    question = make.make_handed_over(scene.ben, rule).message
    Message.objects.filter(pk=question.pk).update(
        state="delivered", asks="yes_no", scheduled_at=at(-30), created_at=at(-40)
    )
    scene.decline()

    scene.says(scene.ben, "Y", 5, to_offer=False)

    assert (scene.slot(), scene.offers(), scene.visits()) == ("offering", ["Ben asking"], BOTH_STAY)
    assert InboxItem.objects.filter(reply__isnull=False).values_list("kind", flat=True).get() in (
        "unclear",
        "unmatched",
    )


def test_the_time_that_was_left_is_offered_once_more_by_itself_and_then_waits_for_staff() -> None:
    scene = Scene()
    dora = scene.visit("Dora", date(2026, 3, 26))
    make.make_wish(dora, days=[5])
    told.yes_in_time(scene)
    assert scene.offers() == ["Ben accepted", "Dora asking"]  # Ben's Friday is hers, if she likes

    make.make_wish(scene.visit("Fay", date(2026, 3, 30)), days=[4])
    scene.says(dora, "Y", 7)

    assert scene.offers() == ["Ben accepted", "Dora accepted"]
    states = FreeSlot.objects.order_by("pk").values_list("depth", "state")
    assert list(states) == [(0, "filled"), (1, "filled"), (2, "waiting")]


@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [
        ("Australia/Sydney", date(2026, 4, 5), time(10)),  # the clocks go back that night
        ("Europe/London", date(2026, 3, 29), time(1, 30)),  # a time that does not exist
        ("America/New_York", date(2026, 3, 8), time(9)),
    ],
)
def test_another_zone_and_a_day_on_which_the_clocks_change(
    zone: str, day: date, clock: time
) -> None:
    scene = Scene(zone=zone, opens=time(0), closes=time(0))
    for visit, when in ((scene.ann, day), (scene.ben, day + timedelta(days=9))):
        change_appointment(visit, {"local_date": when, "local_time": clock}, by=STAFF, now=at(0))
    start = Appointment.objects.get(pk=scene.ann.pk).starts_at
    scene.wish(scene.ben, time_from=clock, time_to=clock, days=[day.isoweekday()])
    scene.wish(scene.clara, until=date(2026, 3, 3))

    scene.decline(1)
    scene.says(scene.ben, "Y", 5)

    moved = Appointment.objects.get(pk=scene.ben.pk)
    assert (moved.starts_at, moved.local_date, moved.local_time) == (start, day, clock)
    assert scene.slot() == "filled"
