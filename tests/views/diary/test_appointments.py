"""Booking and changing appointments, the list with its search, and the story of one."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.models import Appointment, AuditEntry, Contact, Import, Reply
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
    make_service,
    make_user,
)
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db

DAY = date(2030, 5, 6)


def form(place, **values: object) -> dict[str, object]:
    return {"location": place.pk, "date": "2030-05-06", "time": "10:30"} | values


def found(response) -> list[str]:
    return [line.row.name for line in response.context["lines"]]


def test_booking_reads_the_time_on_the_locations_clock(sign_in):
    place, contact = make_location(zone="America/New_York"), make_contact()

    response = sign_in().post(
        "/appointments/new/", form(place, contact=contact.pk, notes="Ramp, please")
    )

    appointment = Appointment.objects.get()
    assert response.headers["Location"] == f"/appointments/{appointment.pk}/"
    assert appointment.starts_at == datetime(2030, 5, 6, 14, 30, tzinfo=UTC)
    assert (appointment.contact, appointment.notes) == (contact, "Ramp, please")


def test_booking_adds_a_new_patient_on_the_spot(sign_in):
    place = make_location()

    sign_in().post(
        "/appointments/new/",
        form(place, contact="new")
        | {"new-first_name": "Mia", "new-phone": "07700 900123", "new-channel": "sms"},
    )

    contact = Contact.objects.get()
    assert (contact.name, contact.phone, contact.phone_as_given) == (
        "Mia",
        "+447700900123",
        "07700 900123",
    )
    assert Appointment.objects.get().contact == contact


def test_a_bad_number_of_a_new_patient_books_nothing(sign_in):
    place = make_location()

    response = sign_in().post(
        "/appointments/new/",
        form(place, contact="new")
        | {"new-first_name": "Mia", "new-phone": "12", "new-channel": "sms"},
    )

    assert (response.status_code, Appointment.objects.count(), Contact.objects.count()) == (
        422,
        0,
        0,
    )
    assert "Digits are missing" in response.content.decode()


def test_booking_without_a_patient_says_what_is_missing(sign_in):
    response = sign_in().post("/appointments/new/", form(make_location()))

    assert response.status_code == 422
    assert "Choose a patient, or add a new one." in response.content.decode()


def test_nobody_books_at_a_location_they_may_not_see(sign_in):
    mine, other = make_location(), make_location()

    response = sign_in("receptionist", mine).post(
        "/appointments/new/", form(other, contact=make_contact().pk)
    )

    assert (response.status_code, Appointment.objects.count()) == (422, 0)


def test_patients_are_offered_while_typing(sign_in):
    make_contact(first_name="Zuzanna", last_name="Kowalska")
    make_contact(first_name="Ann", last_name="Lee")

    page = sign_in().post("/appointments/pick/", {"who": "zuz"}).content.decode()

    assert ("Zuzanna Kowalska" in page, "Ann Lee" in page) == (True, False)


def test_moving_an_appointment_keeps_who_moved_it(sign_in):
    appointment = make_appointment(day=DAY)
    client = sign_in("receptionist", first_name="Robin", last_name="Reed")
    page = client.get(f"/appointments/{appointment.pk}/edit/")

    client.post(
        f"/appointments/{appointment.pk}/edit/",
        form(appointment.location, time="15:00", seen=page.context["seen"]),
    )

    appointment.refresh_from_db()
    assert appointment.local_time == time(15, 0)
    story = client.get(f"/appointments/{appointment.pk}/").context["moments"]
    assert [(one.title, one.who, one.changes) for _, one in story] == [
        ("Moved", "Robin Reed", (("Time", "10:00", "15:00"),)),
        ("Booked", "", ()),
    ]


def test_the_second_of_two_editors_sees_what_the_first_changed(sign_in):
    appointment = make_appointment(day=DAY)
    client = sign_in()
    seen = client.get(f"/appointments/{appointment.pk}/edit/").context["seen"]
    other = make_user(first_name="Robin", last_name="Reed")
    change_appointment(
        appointment,
        {"local_time": time(16, 0)},
        by=Actor.staff(other.pk),
        now=appointment.updated_at + timedelta(minutes=1),
    )
    address = f"/appointments/{appointment.pk}/edit/"

    first = client.post(address, form(appointment.location, time="09:00", notes="Mine", seen=seen))
    page = as_read(first)
    appointment.refresh_from_db()
    kept = appointment.local_time
    client.post(
        address, form(appointment.location, time="09:00", notes="Mine", seen=first.context["seen"])
    )
    appointment.refresh_from_db()

    assert (first.status_code, kept) == (409, time(16, 0))
    assert "<b>Robin Reed</b>" in page
    assert "Time: <del>10:00</del> → <ins>16:00</ins>" in page
    assert "Mine" in page
    assert (appointment.local_time, appointment.notes) == (time(9, 0), "Mine")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lov", True),
        ("ada love", True),
        ("LOVELACE", True),
        ("07700 900 123", True),
        ("00123", True),
        ("+44 7700 900123", True),
        ("D-77", True),
        ("babbage", False),
        ("900124", False),
    ],
)
def test_the_list_finds_by_name_number_and_diary_id(sign_in, query, expected):
    ada = make_contact(first_name="Ada", last_name="Lovelace", phone="+447700900123")
    make_appointment(day=DAY, contact=ada, external_id="D-77")

    response = sign_in().post("/appointments/", {"q": query})

    assert found(response) == (["Ada Lovelace"] if expected else [])


def test_a_search_never_stands_in_the_address(sign_in):
    make_appointment(day=DAY)

    page = sign_in().post("/appointments/", {"q": "ann"}, headers={"HX-Request": "true"})

    assert {"HX-Push-Url", "HX-Replace-Url", "Location"} & set(page.headers) == set()


def test_the_story_tells_texts_and_replies_with_the_latest_first(sign_in):
    appointment = make_appointment(day=DAY)
    make_handed_over(appointment, make_confirmation_rule(), due_at=NOON)
    reply = Reply.objects.create(
        provider_id="r", text="Y", received_at=NOON + timedelta(minutes=5), stored_at=NOON
    )
    reply.appointments.add(appointment)
    set_status(
        [appointment.pk],
        Appointment.Status.CONFIRMED,
        by=Actor(AuditEntry.Source.PATIENT),
        now=NOON + timedelta(minutes=6),
    )

    story = sign_in().get(f"/appointments/{appointment.pk}/").context["moments"]

    assert [(one.title, one.who, one.text) for _, one in story] == [
        ("Confirmed", "The patient", ""),
        ("Reply", "", "Y"),
        ("Text sent", "", "Hello"),
        ("Booked", "", ""),
    ]


def test_a_text_that_the_provider_holds_is_not_told_as_sent(sign_in):
    appointment = make_appointment(day=DAY)
    make_handed_over(
        appointment, make_confirmation_rule(), due_at=datetime(2030, 5, 5, 9, tzinfo=UTC)
    )

    story = sign_in().get(f"/appointments/{appointment.pk}/").context["moments"]

    assert [(one.title, one.state) for _, one in story] == [
        ("Text ready to go out", "Planned"),
        ("Booked", ""),
    ]


def test_the_story_of_an_imported_appointment_begins_with_its_file(sign_in):
    file = Import.objects.create(filename="diary.csv", created_at=NOON)
    appointment = make_appointment(day=DAY, imported_by=file)

    story = sign_in().get(f"/appointments/{appointment.pk}/").context["moments"]

    assert [(one.title, one.who, one.state) for _, one in story] == [
        ("Booked", "A diary import", "diary.csv")
    ]


def test_the_list_costs_the_same_for_one_row_and_for_many(sign_in, statements):
    place = make_location()
    client = sign_in()
    client.get("/appointments/")

    def cost(more: int) -> int:
        for _ in range(more):
            make_appointment(day=DAY, location=place, service=make_service())
        return statements(lambda: client.get("/appointments/"))

    costs = [cost(more) for more in (1, 2, 9)]

    assert len(set(costs)) == 1
    assert costs[0] <= 13


def test_one_appointments_page_costs_the_same_however_much_happened(sign_in, statements):
    appointment = make_appointment(day=DAY)
    client = sign_in()
    client.get("/")

    def cost() -> int:
        for status in (Appointment.Status.CONFIRMED, Appointment.Status.BOOKED):
            set_status([appointment.pk], status, by=Actor.staff(None), now=NOON)
        return statements(lambda: client.get(f"/appointments/{appointment.pk}/"))

    costs = [cost() for _ in range(3)]

    assert len(set(costs)) == 1
    assert costs[0] <= 20
