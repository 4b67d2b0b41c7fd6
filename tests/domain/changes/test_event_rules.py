"""When texts about what happened leave, for whom, and what becomes of those that can't."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import set_status
from reminders.domain.diary.staff_actions import cancel
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.telling.cards import open_cards_for_untold
from reminders.models import Appointment, InboxItem, Message, Reminder, VisitChange
from tests import factories as make
from tests.domain.changes.desk import Desk, desk
from tests.factories import NOON

pytestmark = pytest.mark.django_db

FAR, FRI = "2026-03-16T10:00", "2026-03-06T15:30"
NIGHT = 9 * 60  # 21:00, after texting hours


def due(kind: str) -> str:
    """When the waiting text of a kind leaves, on the site's clock."""
    row = Reminder.objects.get(rule__kind=kind, state="planned")
    return f"{row.due_at.astimezone(row.location.tz):%d %H:%M}"


def at_desk(front: Desk, *steps: tuple[float, str, str]) -> None:
    """Do these without waiting for what follows."""
    for minute, name, given in steps:
        front.now = NOON + timedelta(minutes=minute)
        getattr(front, name)(given)


@pytest.mark.parametrize(
    ("values", "minute", "old", "new", "leaves"),
    [
        ({}, 0, FAR, FRI, "02 12:10"),
        ({"settle_minutes": 30}, 0, FAR, FRI, "02 12:30"),
        ({"minutes_after": 120}, 0, FAR, FRI, "02 14:00"),
        ({"settle_minutes": 0}, 0, FAR, FRI, "02 12:00"),
        ({}, NIGHT, FAR, FRI, "03 08:00"),
        # Within an hour of the time that they know: at once, or as soon as it is an hour.
        ({}, 0, "2026-03-02T12:50", FRI, "02 12:00"),
        ({}, 0, "2026-03-02T13:05", FRI, "02 12:05"),
        # The night ends before the old time.
        ({}, NIGHT, "2026-03-03T08:30", FRI, "03 08:00"),
    ],
)
def test_when_a_move_is_told(
    values: dict[str, int], minute: float, old: str, new: str, leaves: str
) -> None:
    make.make_event_rule("moved", **values)
    at_desk(desk(), (-3000, "book", old), (minute, "move", new))

    assert due("moved") == leaves


def test_a_move_that_the_night_keeps_from_being_told_is_a_card() -> None:
    make.make_event_rule("moved")
    front = desk()
    at_desk(front, (-3000, "book", "2026-03-03T07:30"), (NIGHT, "move", FRI))

    assert front.reasons() == ["moved: closed_too_long"]
    open_cards_for_untold(now=front.now + timedelta(minutes=20))
    open_cards_for_untold(now=front.now + timedelta(minutes=40))
    assert list(InboxItem.objects.values_list("kind", "appointment")) == [
        ("untold", front.visit.pk if front.visit else 0)
    ]


@pytest.mark.parametrize(
    ("patient", "reason"),
    [
        ({"phone": ""}, "no_phone"),
        ({"channel": "none"}, "no_channel"),
        ({"wrong_number": "+447700900555", "phone": "+447700900555"}, "wrong_number"),
    ],
)
def test_who_cannot_be_told_of_a_move_is_a_card_once_it_has_settled(
    patient: dict[str, str], reason: str
) -> None:
    make.make_event_rule("moved")
    front = Desk(make.make_location(), make.make_contact(**patient))
    at_desk(front, (-3000, "book", FAR), (0, "move", FRI))

    assert front.reasons() == [f"moved: {reason}"]
    assert open_cards_for_untold(now=NOON + timedelta(minutes=5)) == 0
    assert open_cards_for_untold(now=NOON + timedelta(minutes=11)) == 1


def test_moved_back_before_it_has_settled_is_no_card() -> None:
    make.make_event_rule("moved")
    front = Desk(make.make_location(), make.make_contact(phone=""))
    at_desk(front, (-3000, "book", FAR), (0, "move", FRI), (5, "move", FAR))

    assert open_cards_for_untold(now=NOON + timedelta(minutes=30)) == 0


def test_of_a_move_and_the_confirmation_due_just_then_one_goes() -> None:
    make.make_confirmation_rule()
    make.make_event_rule("moved", position=2)
    front = desk()
    at_desk(front, (-3000, "book", FAR), (-5, "move", "2026-03-03T12:00"))

    assert due("moved") == "02 12:05"
    assert front.reasons() == ["confirmation: told_by_other"]


def test_of_a_booking_and_the_confirmation_due_just_then_the_confirmation_goes() -> None:
    make.make_confirmation_rule()
    make.make_event_rule("booked", position=2)
    front = desk()
    at_desk(front, (0, "book", "2026-03-03T10:00"))

    assert front.reasons() == ["booked: told_by_other"]
    assert due("confirmation") == "02 12:00"


def test_a_confirmation_of_another_day_goes_besides() -> None:
    make.make_confirmation_rule()
    make.make_event_rule("moved", position=2)
    at_desk(desk(), (-3000, "book", FAR), (0, "move", FRI))

    assert (due("moved"), due("confirmation")) == ("02 12:10", "05 15:30")


def test_texting_hours_are_those_of_the_place_it_moves_to() -> None:
    make.make_event_rule("moved")
    sydney = make.make_location(name="Sydney", zone="Australia/Sydney")
    front = desk()
    at_desk(front, (-3000, "book", FAR))
    front.now = NOON  # 23:00 over there
    front.to_place(sydney)

    assert due("moved") == "03 08:00"


def test_the_night_when_the_clocks_change_has_its_own_length() -> None:
    make.make_event_rule("moved")
    front = desk()
    # London goes over to summer time on 29 March 2026.
    late = (datetime(2026, 3, 28, 21, tzinfo=UTC) - NOON) / timedelta(minutes=1)
    at_desk(front, (0, "book", "2026-04-16T10:00"), (late, "move", "2026-04-10T15:30"))

    assert due("moved") == "29 08:00"
    assert Reminder.objects.get(state="planned").due_at.hour == 7


def test_after_the_visit_only_those_that_took_place_since_it_is_on() -> None:
    make.make_event_rule("after", minutes_after=60, changed_at=NOON)
    place = make.make_location()
    began_before, came, missed, off = (
        make.make_appointment(day=date(2026, 3, 2), at=time(hour), location=place)
        for hour in (11, 13, 14, 15)
    )
    plan_appointments([began_before.pk, came.pk, missed.pk, off.pk], now=NOON)
    set_status([came.pk], Appointment.Status.ARRIVED, by=SYSTEM, now=NOON + timedelta(hours=1))
    set_status([missed.pk], Appointment.Status.NO_SHOW, by=SYSTEM, now=NOON + timedelta(hours=2))
    set_status([off.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)

    waiting = Reminder.objects.filter(state="planned")
    assert [(row.appointment_id, row.due_at.hour) for row in waiting] == [(came.pk, 14)]


def test_a_visit_that_is_missed_after_all_gets_no_thanks() -> None:
    make.make_event_rule("after", minutes_after=120)
    front = desk()
    front.run((-60, "book", "2026-03-02T13:00"), (65, "mark", "arrived"), (70, "mark", "no_show"))

    assert front.sent == []


def test_rules_for_new_patients_and_a_practitioner_replace_the_general_one() -> None:
    general = make.make_event_rule("booked")
    doctor = make.make_practitioner()
    with_doctor = make.make_event_rule("booked", practitioner=doctor)
    new = make.make_event_rule("booked", patients="new")
    place, known = make.make_location(), make.make_contact()
    make.make_appointment(day=date(2026, 2, 2), contact=known, location=place, status="arrived")
    visits = [
        make.make_appointment(contact=known, location=place),
        make.make_appointment(contact=known, location=place, practitioner=doctor),
        make.make_appointment(location=place, practitioner=doctor),
    ]
    VisitChange.objects.bulk_create(
        VisitChange(appointment=visit, version=1, at=NOON, knew="nothing") for visit in visits
    )
    # Whose second visit is new no more: the first one of the same person comes before it.
    plan_appointments([visit.pk for visit in visits], now=NOON)

    used = {row.appointment_id: row.rule_id for row in Reminder.objects.all()}
    assert [used[visit.pk] for visit in visits] == [general.pk, with_doctor.pk, new.pk]


@pytest.mark.parametrize("text", ["We are sorry", None])
def test_what_staff_tell_themselves_no_rule_tells_besides(text: str | None) -> None:
    make.make_event_rule("cancelled")
    front = desk()
    at_desk(front, (-3000, "book", FAR))
    assert front.visit
    cancel(front.visit, seen="booked", text=text, by=SYSTEM, now=NOON)

    reason = "told_by_staff" if text else "told_nobody"
    assert front.reasons() == [f"cancelled: {reason}"]
    assert Message.objects.count() == (1 if text else 0)
    assert open_cards_for_untold(now=NOON + timedelta(hours=1)) == 0


def test_without_a_rule_for_it_nothing_is_noted() -> None:
    make.make_event_rule("moved", active=False)
    front = desk()
    at_desk(front, (0, "book", FAR), (10, "move", FRI))

    assert not VisitChange.objects.exists()
