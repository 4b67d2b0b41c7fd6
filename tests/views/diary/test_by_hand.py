"""What a front desk does by hand can be taken back, asks before it doubles anybody, and tells."""

import json
from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.models import Appointment, Contact, Message
from tests.factories import (
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
)
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DAY = date(2030, 5, 6)
Status = Appointment.Status


def form(place, **values: object) -> dict[str, object]:
    return {"location": place.pk, "date": "2030-05-06", "time": "10:30"} | values


def new_patient(**values: object) -> dict[str, object]:
    given = {"contact": "new", "new-channel": "sms", "new-phone": "07700 900043"}
    return given | {f"new-{name}": value for name, value in values.items()}


def undo_on(client, response) -> str:
    """The address of the undo that the next page offers."""
    [message] = client.get(response.headers["Location"]).context["messages"]
    return message.extra_tags.partition(" ")[2]


def toast(response) -> dict[str, str]:
    return json.loads(response.headers["HX-Trigger"])["toast"]


class TestUndo:
    def test_a_booking_is_taken_back(self, sign_in):
        place, contact, client = make_location(), make_contact(), sign_in()
        booked = client.post("/appointments/new/", form(place, contact=contact.pk))

        answer = client.post(undo_on(client, booked), headers=HTMX)

        assert toast(answer)["text"] == "Taken back."
        assert Appointment.objects.get().status == "cancelled"

    def test_a_booking_that_was_answered_meanwhile_stays(self, sign_in):
        place, contact, client = make_location(), make_contact(), sign_in()
        undo = undo_on(client, client.post("/appointments/new/", form(place, contact=contact.pk)))
        set_status([Appointment.objects.get().pk], Status.CONFIRMED, by=SYSTEM, now=timezone.now())

        answer = client.post(undo, headers=HTMX)

        assert "changed again since" in toast(answer)["text"]
        assert Appointment.objects.get().status == "confirmed"

    def test_a_move_goes_back_with_the_answer_that_it_had_made_void(self, sign_in):
        one, client = make_appointment(day=DAY, status="confirmed", notes="Ramp"), sign_in()
        address = f"/appointments/{one.pk}/edit/"
        moved = client.post(address, form(one.location, time="15:00", notes="Ramp"))
        one.refresh_from_db()
        between = (one.local_time, one.status, one.notes)

        answer = client.post(undo_on(client, moved), headers=HTMX)

        one.refresh_from_db()
        assert between == (time(15, 0), "booked", "Ramp")
        assert (one.local_date, one.local_time, one.status) == (DAY, time(10, 0), "confirmed")
        assert toast(answer)["text"] == "Taken back."

    def test_a_move_that_was_moved_again_stays_and_no_undo_works_twice(self, sign_in):
        one, client = make_appointment(day=DAY), sign_in()
        address = f"/appointments/{one.pk}/edit/"
        first = undo_on(client, client.post(address, form(one.location, time="15:00")))
        change_appointment(one, {"local_time": time(16)}, by=SYSTEM, now=timezone.now())
        refused = client.post(first, headers=HTMX)
        second = undo_on(client, client.post(address, form(one.location, time="17:00")))

        answers = [toast(client.post(second, headers=HTMX))["text"] for _ in range(2)]

        one.refresh_from_db()
        assert "changed again since" in toast(refused)["text"]
        assert answers[0] == "Taken back."
        assert "changed again since" in answers[1]
        assert one.local_time == time(16, 0)


class TestIsItThisOne:
    @pytest.mark.parametrize(
        "typed",
        [
            {"first_name": "Zoë", "last_name": "Müller"},
            {"first_name": "Mueller", "last_name": "Zoe"},
            {"first_name": "Zoe"},
        ],
        ids=["the same", "turned round", "in part"],
    )
    def test_a_known_person_on_a_known_phone_is_asked_about(self, sign_in, typed):
        place = make_location(country="GB")
        known = make_contact(first_name="Zoe", last_name="Müller", phone="+447700900043")
        client, given = sign_in(), form(place, **new_patient(**typed))

        asked = client.post("/appointments/new/", given)
        booked = (Appointment.objects.count(), Contact.objects.count())
        # As a browser sends it: the radio button that is still chosen, then the button.
        client.post("/appointments/new/", given | {"known": known.pk})

        assert asked.status_code == 422
        assert "Is it this one?" in as_read(asked)
        assert booked == (0, 1)
        assert [one.contact for one in Appointment.objects.all()] == [known]
        assert Contact.objects.count() == 1

    def test_somebody_new_is_added_once_staff_say_so(self, sign_in):
        place = make_location(country="GB")
        make_contact(first_name="Zoe", last_name="Müller", phone="+447700900043")
        given = form(place, **new_patient(first_name="Zoe", last_name="Müller"))

        sign_in().post("/appointments/new/", given | {"sure": "new"})

        assert (Appointment.objects.count(), Contact.objects.count()) == (1, 2)

    def test_a_brother_on_the_phone_is_nobody_to_ask_about(self, sign_in):
        place = make_location(country="GB")
        make_contact(first_name="Zoe", last_name="Müller", phone="+447700900043")
        given = form(place, **new_patient(first_name="Max", last_name="Müller"))

        sign_in().post("/appointments/new/", given)

        assert Appointment.objects.get().contact.first_name == "Max"

    def test_nobody_of_another_location_is_named(self, sign_in):
        mine, other = make_location(country="GB"), make_location(country="GB")
        known = make_contact(first_name="Zoe", last_name="Müller", phone="+447700900043")
        make_appointment(location=other, contact=known)
        given = form(mine, **new_patient(first_name="Zoe", last_name="Müller"))

        sign_in("receptionist", mine).post("/appointments/new/", given)

        assert Appointment.objects.filter(location=mine).count() == 1


class TestCancelling:
    def test_it_asks_whether_to_tell_and_shows_the_text(self, sign_in):
        one = make_appointment(day=DAY, contact=make_contact(first_name="Ann"))

        page = as_read(sign_in().get(f"/appointments/{one.pk}/cancel/"))

        for words in ("Cancel it and tell the patient", "Cancel it, tell nobody", "Keep the app"):
            assert words in page
        assert "Ann, your appointment at" in page
        assert ">Cancel<" not in page

    @pytest.mark.parametrize(("told", "kind"), [(False, "staff"), (True, "correction")])
    def test_the_patient_is_told(self, sign_in, told, kind):
        one = make_appointment(day=DAY)
        if told:
            make_handed_over(one, make_confirmation_rule())
        given = {"seen": "booked", "tell": "yes", "text": "We are closed that day."}

        response = sign_in().post(f"/appointments/{one.pk}/cancel/", given, headers=HTMX)

        text = Message.objects.get(text="We are closed that day.")
        one.refresh_from_db()
        assert (one.status, text.kind, text.appointment_id) == ("cancelled", kind, one.pk)
        assert "The text is going out." in toast(response)["text"]
        assert toast(response)["undo"] == ""

    def test_nobody_is_told_and_it_can_be_taken_back(self, sign_in):
        one, client = make_appointment(day=DAY), sign_in()

        response = client.post(
            f"/appointments/{one.pk}/cancel/", {"seen": "booked", "tell": "no"}, headers=HTMX
        )
        cancelled = Appointment.objects.get().status
        client.post(toast(response)["undo"], headers=HTMX)

        assert (cancelled, Appointment.objects.get().status) == ("cancelled", "booked")
        assert Message.objects.count() == 0

    def test_nothing_is_changed_where_the_text_is_empty_or_somebody_was_faster(self, sign_in):
        one, client = make_appointment(day=DAY), sign_in()
        address = f"/appointments/{one.pk}/cancel/"

        empty = client.post(address, {"seen": "booked", "tell": "yes", "text": " "}, headers=HTMX)
        late = client.post(address, {"seen": "confirmed", "tell": "no"}, headers=HTMX)

        assert [empty.status_code, late.status_code] == [422, 422]
        assert "Please write something first." in as_read(empty)
        assert "Somebody changed this meanwhile" in as_read(late)
        assert Appointment.objects.get().status == "booked"

    def test_without_a_number_it_says_that_nobody_can_be_texted(self, sign_in):
        one = make_appointment(day=DAY, contact=make_contact(phone=""))

        page = as_read(sign_in().get(f"/appointments/{one.pk}/cancel/"))

        assert "There is no usable phone number" in page
        assert "tell the patient" not in page


def test_a_text_is_about_the_persons_own_visit_before_that_of_another_on_the_phone(sign_in):
    place, shared = make_location(), "+447700900043"
    mum = make_contact(first_name="Mum", last_name="", phone=shared)
    kid = make_contact(first_name="Kid", last_name="", phone=shared)
    soon = make_appointment(location=place, contact=kid, day=DAY)
    own = make_appointment(location=place, contact=mum, day=DAY + timedelta(days=3))

    page = sign_in().get(f"/contacts/{mum.pk}/")

    assert [row.id for row in page.context["choices"]] == [own.pk, soon.pk]
    assert "About: Kid," in as_read(page)


@pytest.mark.parametrize("address", ["/appointments/new/", "/appointments/{}/edit/"])
def test_no_form_about_appointments_ends_in_a_button_cancel(sign_in, address):
    one = make_appointment(day=DAY)

    assert ">Cancel<" not in as_read(sign_in().get(address.format(one.pk)))
