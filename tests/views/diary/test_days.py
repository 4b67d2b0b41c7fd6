"""Days that are typed: in forms and in the addresses of pages, in the location's format."""

from datetime import date, time

import pytest
from django.test import Client

from reminders.models import Appointment, Location
from tests.factories import make_appointment, make_contact, make_location, make_user

pytestmark = pytest.mark.django_db
DAY = date(2030, 5, 6)


@pytest.fixture
def new_york() -> Location:
    return make_location(name="Midtown", country="US", zone="America/New_York")


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user(group="receptionist"))
    return client


def book(client: Client, place: Location, **typed: str):
    values = {"contact": make_contact().pk, "location": place.pk, "time": ""}
    return client.post("/appointments/new/", values | typed)


def booked() -> list[tuple[date, time]]:
    return list(Appointment.objects.values_list("local_date", "local_time"))


def test_a_day_with_its_time_books_both(client: Client, new_york: Location) -> None:
    book(client, new_york, date="5/6/2030 2:30 pm", written_in="US")

    assert booked() == [(DAY, time(14, 30))]


def test_the_day_is_read_as_it_was_shown_though_another_location_is_chosen(
    client: Client, new_york: Location
) -> None:
    book(client, new_york, date="06/05/2030", time="10:00", written_in="GB")

    assert booked() == [(DAY, time(10))]


def test_two_times_that_differ_are_asked_about(client: Client, new_york: Location) -> None:
    page = book(client, new_york, date="6 May 2030 14:30", time="10:00", written_in="US")

    assert page.status_code == 422
    assert "Behind the date stands 14:30: which one is it?" in page.content.decode()
    assert booked() == []


def test_without_a_time_or_with_no_day_nothing_is_booked(
    client: Client, new_york: Location
) -> None:
    without = book(client, new_york, date="6 May 2030", written_in="US").content.decode()
    no_day = book(client, new_york, date="soon", time="10:00", written_in="US").content.decode()

    assert "This field is required." in without
    assert "Write the day like" in no_day
    assert booked() == []


def test_a_visit_is_moved_by_typing_over_its_day_alone(client: Client, new_york: Location) -> None:
    visit = make_appointment(location=new_york, day=date(2030, 5, 1), at=time(10))
    page = client.get(f"/appointments/{visit.pk}/edit/")
    values = page.context["form"].initial | {
        "date": "6 May 2030 14:30",
        "seen": page.context["seen"],
    }
    shown = page.content.decode()

    client.post(
        f"/appointments/{visit.pk}/edit/",
        {name: value or "" for name, value in values.items()} | {"time": "10:00"},
    )

    assert 'value="05/01/2030"' in shown
    assert booked() == [(DAY, time(14, 30))]


@pytest.mark.parametrize("written", ["2030-05-06", "5/6/2030", "6 May 2030"])
def test_the_day_sheet_takes_what_is_typed(
    client: Client, new_york: Location, written: str
) -> None:
    page = client.get("/", {"date": written})

    assert page.context["choice"].day == DAY
    assert 'data-day="mm/dd/yyyy"' in page.content.decode()
    assert 'value="05/06/2030"' in page.content.decode()
