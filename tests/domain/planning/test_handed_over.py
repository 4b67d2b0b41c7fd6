"""Texts that the provider holds when a name changes: those that mention it go out again with the
new one.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment
from reminders.domain.diary.contacts import change_contact
from reminders.domain.diary_import.undo import take_back
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.sending.claiming.due import claim_due
from reminders.domain.sending.send import send_due
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.models import Appointment, Contact, Import, Message, Wording
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.beside import beside
from tests.domain.diary_import.importing import bring_in, csv_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)
NAMING = "{first_name}, {date} {time} with {practitioner} at {location}. Reply Y or N."
HEADER = "id,patient id,name,phone,date,time,practitioner"
ANN = "1,P1,Ann Lee,07700 900123,2026-03-03,13:00,Dr Old"


def at_noon() -> datetime:
    return NOON


def booked(*, names_practitioner: bool = True) -> Appointment:
    """Ann's visit to Dr Old tomorrow at one."""
    if names_practitioner:
        Wording.objects.create(purpose="confirmation", language="en", text=NAMING)
    make.make_confirmation_rule()
    make.make_location(name="Harbour", zone="Europe/London", country="GB")
    bring_in(csv_of(ANN, header=HEADER), now=NOON - timedelta(minutes=1))
    return Appointment.objects.get()


def to_dr_new(appointment: Appointment) -> int:
    new = make.make_practitioner(name="Dr New")
    return change_appointment(
        appointment, {"practitioner_id": new.pk}, by=SYSTEM, now=NOON
    ).to_withdraw


def renamed(appointment: Appointment) -> int:
    names = {"first_name": "Anne", "last_name": "Leigh"}
    return change_contact(Contact.objects.get(), names, by=SYSTEM, now=NOON).to_withdraw


def imported(old: str, new: str) -> Callable[[Appointment], int]:
    def change(appointment: Appointment) -> int:
        return bring_in(csv_of(ANN.replace(old, new), header=HEADER), now=NOON).counts.to_withdraw

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (to_dr_new, "Ann … Dr New"),
        (renamed, "Anne … Dr Old"),
        (imported("Dr Old", "Dr New"), "Ann … Dr New"),
        (imported("Ann Lee", "Anne Leigh"), "Anne … Dr Old"),
    ],
    ids=["another practitioner", "another name", "imported practitioner", "imported name"],
)
def test_a_held_text_goes_out_again_with_the_new_name(
    change: Callable[[Appointment], int], says: str, sandbox: Sandbox, api: MessagesApi
) -> None:
    appointment = booked()
    send_due(api, clock=at_noon)
    first = Message.objects.get()

    assert (first.text[:3], change(appointment)) == ("Ann", 1)
    withdraw_stale(api, clock=at_noon)
    send_due(api, clock=at_noon)

    old, new = sandbox.ledger()
    assert (old["status"], new["status"], new["scheduled"]) == (
        "cancelled",
        "scheduled",
        old["scheduled"],
    )
    first_name, practitioner = says.split(" … ")
    assert (
        new["content"]
        == f"{first_name}, Tue 3 March 13:00 with {practitioner} at Harbour. Reply Y or N."
    )
    assert Appointment.objects.get().version == 1


@pytest.mark.parametrize(("old", "new"), [("Dr Old", "Dr New"), ("Ann Lee", "Anne Leigh")])
@pytest.mark.parametrize(("named", "count"), [(True, 1), (False, 0)])
def test_the_preview_of_an_import_counts_them(
    named: bool, count: int, old: str, new: str, sandbox: Sandbox, api: MessagesApi
) -> None:
    booked()
    if not named:
        Wording.objects.update(text="{date} {time} at {location}. Reply Y or N.")
    send_due(api, clock=at_noon)

    looked = bring_in(csv_of(ANN.replace(old, new), header=HEADER), now=NOON, dry_run=True)

    assert looked.counts.to_withdraw == count
    assert imported(old, new)(Appointment.objects.get()) == count


def test_a_text_that_does_not_name_the_practitioner_stays(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    appointment = booked(names_practitioner=False)
    send_due(api, clock=at_noon)

    assert to_dr_new(appointment) == 0
    assert Message.objects.values_list("state", "cancel_requested_at").get() == ("accepted", None)


def test_a_text_that_has_left_stays(sandbox: Sandbox, api: MessagesApi) -> None:
    appointment = booked()
    send_due(api, clock=at_noon)
    Message.objects.update(state="delivered")

    assert to_dr_new(appointment) == 0


def test_a_family_text_names_everybody(sandbox: Sandbox, api: MessagesApi) -> None:
    make.make_confirmation_rule()
    place, number = make.make_location(name="Harbour"), make.phone()
    people = [make.make_contact(first_name=name, phone=number) for name in ("Ann", "Ben")]
    visits = [
        make.make_appointment(day=date(2026, 3, 3), at=time(13 + n), contact=person, location=place)
        for n, person in enumerate(people)
    ]
    plan_appointments([visit.pk for visit in visits], now=NOON)
    send_due(api, clock=at_noon)

    assert change_contact(people[1], {"first_name": "Benny"}, by=SYSTEM, now=NOON).to_withdraw == 1

    withdraw_stale(api, clock=at_noon)
    send_due(api, clock=at_noon)
    assert [("Benny" in each["content"], each["status"]) for each in sandbox.ledger()] == [
        (False, "cancelled"),
        (True, "scheduled"),
    ]


def test_a_claim_that_read_the_old_name_is_waited_for() -> None:
    appointment = booked()

    with beside(lambda: to_dr_new(appointment)) as changing:
        claim_due(now=NOON, ahead=timedelta(days=1), limit=10, hold=timedelta(minutes=1))

    assert changing.result == 1
    assert Message.objects.values_list("state", "cancel_requested_at").get() == ("submitting", NOON)


def test_taking_an_import_back_takes_its_names_back_too(sandbox: Sandbox, api: MessagesApi) -> None:
    booked()
    bring_in(csv_of(ANN.replace("Dr Old", "Dr New"), header=HEADER), now=NOON)
    bring_in(
        csv_of(ANN.replace("Dr Old", "Dr New").replace("Ann Lee", "Anne Lee"), header=HEADER),
        now=NOON,
    )
    send_due(api, clock=at_noon)

    for row in Import.objects.order_by("-pk")[:2]:
        take_back(row, now=NOON)
    withdraw_stale(api, clock=at_noon)
    send_due(api, clock=at_noon)

    held = [each["content"] for each in sandbox.ledger() if each["status"] == "scheduled"]
    assert held == ["Ann, Tue 3 March 13:00 with Dr Old at Harbour. Reply Y or N."]
