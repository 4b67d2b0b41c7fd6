"""A time becomes free, and somebody who wanted to come sooner gets it, all of it by text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reminders.domain.diary_import.undo import take_back
from reminders.domain.replies.special.slot_cards import SlotAct, act_on_slot
from reminders.domain.slots import freeing
from reminders.models import Appointment, FreeSlot, Import, InboxItem
from tests import factories as make
from tests.domain.diary_import.importing import bring_in, csv_of
from tests.faults.support.world import STAFF
from tests.flows.conftest import ANN, Clinic

BEN, CLARA = "+447700900124", "+447700900125"
DIARY = (
    "1,Ann Lee,07700 900123,2026-03-04,10:00",
    "2,Ben Hay,07700 900124,2026-03-20,11:00",
    "3,Clara Day,07700 900125,2026-03-12,09:30",
)
ASKED_AT = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
SLOT = "Wed 4 March at 10:00"


def test_a_declined_visit_goes_to_the_next_one_who_says_yes(clinic: Clinic) -> None:
    clinic.diary(*DIARY)
    for visit in Appointment.objects.exclude(external_id="1"):
        make.make_wish(visit)
    clinic.wait_until(ASKED_AT)

    clinic.hear("No sorry")

    # Staff read who fits, and have it offered: Ben first, who gains the most days.
    assert clinic.cards() == ["declined", "free_slot"]
    card = InboxItem.objects.get(kind="free_slot")
    act_on_slot(card, SlotAct.OFFER, revision=card.revision, by=STAFF, now=clinic.world.now)
    clinic.world.settle()
    offer = (
        f"Hi Ben, an earlier time is free at Harbour Dental: {SLOT}. "
        "The first yes gets it: reply Y to take it, N to keep your own."
    )
    assert clinic.texts(BEN)[-1] == ("delivered", offer)
    assert clinic.texts(CLARA) == []

    # Ben lets the time for an answer pass, so Clara is asked, and says yes.
    clinic.world.pass_time(timedelta(minutes=11))
    clinic.world.settle()
    clinic.hear("Y", phone=CLARA)
    assert clinic.texts(CLARA) == [
        ("delivered", offer.replace("Ben", "Clara")),
        (
            "delivered",
            f"Thanks Clara, it is yours: your appointment is now on {SLOT} at Harbour Dental. "
            "Your later one is given up.",
        ),
        (
            "scheduled",
            f"Hi Clara, a reminder of your appointment at Harbour Dental on {SLOT}. See you then!",
        ),
    ]
    clara = Appointment.objects.get(external_id="3")
    assert (f"{clara}", clara.status) == ("Wed 04 Mar 2026 10:00", "confirmed")

    # Ben comes late; nothing happens to the visit that he has.
    clinic.hear("Yes please", phone=BEN)
    assert clinic.texts(BEN)[-1] == (
        "delivered",
        "Sorry Ben, that time is no longer free. "
        "You keep your appointment on Fri 20 March at 11:00 at Harbour Dental.",
    )
    assert clinic.statuses() == {"1": "declined", "2": "booked", "3": "confirmed"}

    # Ann's mind changes too late; and Clara's old time waits for staff in turn.
    clinic.hear("Yes I can come after all", phone=ANN)
    assert clinic.statuses()["1"] == "declined"
    states = list(FreeSlot.objects.order_by("pk").values_list("state", "depth"))
    assert states == [("filled", 0), ("waiting", 1)]


def test_who_asks_for_a_sooner_time_is_put_before_staff(clinic: Clinic) -> None:
    clinic.diary(DIARY[0])
    clinic.wait_until(ASKED_AT)

    clinic.hear("Can I come sooner please?")

    assert (clinic.statuses(), clinic.cards()) == ({"1": "booked"}, ["sooner"])


def test_a_visit_cancelled_in_the_diary_frees_its_time_until_the_diary_fills_it(
    clinic: Clinic,
) -> None:
    heading = "id,name,phone,date,time,practitioner,status"
    before = ["1,Ann Lee,07700 900123,2026-03-06,10:00,Dr Grey,booked"]
    cancelled = [before[0].replace("booked", "cancelled")]
    filled = [*cancelled, "9,Dan Fox,07700 900126,2026-03-06,10:00,Dr Grey,booked"]

    found = []
    for rows in (before, cancelled, before, cancelled, filled):
        bring_in(csv_of(*rows, header=heading), now=clinic.world.now)
        clinic.world.settle()
        found.append(list(FreeSlot.objects.order_by("pk").values_list("state", "why")))

    given_up = ("given_up", "Nobody on the list fits.")
    back, taken = ("gone", freeing.RETURNED), ("gone", freeing.TAKEN)
    assert found == [[], [given_up], [back], [back, given_up], [back, taken]]

    # That file was a mistake: whoever it had brought is gone, and the time is before staff again.
    take_back(Import.objects.latest("pk"), now=clinic.world.now)
    clinic.world.settle()
    assert list(FreeSlot.objects.order_by("pk").values_list("state", "why")) == [back, given_up]


def test_a_cancellation_that_is_taken_back_with_its_file_leaves_no_free_time(
    clinic: Clinic,
) -> None:
    clinic.diary(DIARY[0])
    called_off = csv_of(f"{DIARY[0]},cancelled", header="id,name,phone,date,time,status")
    bring_in(called_off, now=clinic.world.now)
    clinic.world.settle()
    freed = list(FreeSlot.objects.values_list("state", flat=True))

    take_back(Import.objects.latest("pk"), now=clinic.world.now)

    assert (freed, clinic.statuses()) == (["given_up"], {"1": "booked"})
    assert list(FreeSlot.objects.values_list("state", "why")) == [("gone", freeing.RETURNED)]


def test_a_file_brought_by_mistake_frees_no_time_when_it_is_taken_back(clinic: Clinic) -> None:
    clinic.diary(DIARY[0])

    take_back(Import.objects.get(), now=clinic.world.now)

    # Its text waits at the provider, so it is cancelled and not deleted; nobody had booked it.
    assert clinic.statuses() == {"1": "cancelled"}
    assert list(FreeSlot.objects.values_list("state", "why")) == [("gone", freeing.NEVER_THERE)]
