"""The pages of closed days, and the question when somebody is booked on one."""

from datetime import date

import pytest
from django.test import Client, TestCase
from django.utils import timezone

from reminders.models import Appointment, ClosedDay
from tests.factories import (
    make_appointment,
    make_closed_day,
    make_confirmation_rule,
    make_contact,
    make_location,
    make_user,
)

pytestmark = pytest.mark.django_db
NEXT = timezone.now().year + 1
HOME = "/set-up/closed-days/"


@pytest.fixture
def place():
    return make_location(name="Harbour", country="GB")


@pytest.fixture
def client() -> Client:
    """A manager of all locations."""
    client = Client()
    client.force_login(make_user(group="manager"))
    return client


def page(response) -> str:
    return " ".join(response.content.decode().split())


def add(client, place, **given):
    values = {"name": "Break", "first_day": f"{NEXT}-12-24"} | given
    return client.post(f"{HOME}{place.pk}/add/", values)


def test_an_empty_list_says_what_to_do(client, place):
    shown = page(client.get(HOME))

    assert "No closed days this year" in shown
    assert "Public holidays" in shown


def test_a_day_is_shown_with_its_effect_before_it_is_saved(client, place):
    make_confirmation_rule(weekdays_only=True)
    visit = make_appointment(
        day=date(NEXT, 12, 24), location=place, contact=make_contact(first_name="Zoe")
    )

    asked = add(client, place, last_day=f"{NEXT}-12-26")

    shown = page(asked)
    assert "Nothing is saved yet" in shown
    assert "1 visit" in shown
    assert visit.get_absolute_url() in shown
    assert "Zoe" in shown
    assert not ClosedDay.objects.exists()

    with TestCase.captureOnCommitCallbacks(execute=True):
        saved = add(client, place, last_day=f"{NEXT}-12-26", sure="yes")

    assert saved.status_code == 302
    row = ClosedDay.objects.get()
    assert (row.name, row.first_day, row.last_day) == (
        "Break", date(NEXT, 12, 24), date(NEXT, 12, 26),
    )  # fmt: skip
    listed = page(client.get(f"{HOME}?year={NEXT}"))
    assert "booked all the same" in listed
    assert "/set-up/closed-days/undo/" in listed


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"first_day": "soon"}, "Write the day like"),
        ({"first_day": "1999-12-24"}, "Check the year"),
        ({"last_day": f"{NEXT}-12-23"}, "lies before the first"),
        ({"last_day": f"{NEXT + 2}-12-23"}, "Is the year right"),
        ({"last_day": f"{NEXT + 1}-06-01", "every_year": "on"}, "every year"),
        ({"first_day": "9" * 5000}, "Ensure this value has at most"),
    ],
)
def test_what_can_be_no_closed_day_is_said_at_its_field(client, place, given, words):
    answer = add(client, place, **given)

    assert answer.status_code == 422
    assert words in page(answer)
    assert not ClosedDay.objects.exists()


def test_the_same_days_are_not_closed_twice(client, place):
    add(client, place, sure="yes")

    again = add(client, place, sure="yes")

    assert (again.status_code, ClosedDay.objects.count()) == (422, 1)
    assert "closed on these days already" in page(again)


def test_a_day_is_removed_put_back_and_the_change_undone(client, place):
    row = make_closed_day(place, first_day=date(NEXT, 12, 24))
    address = f"{HOME}day/{row.pk}/"

    assert "Open Harbour again?" in page(client.post(address, {"to": "open"}))
    row.refresh_from_db()
    assert row.removed_at is None

    listed = page(client.get(client.post(address, {"to": "open", "sure": "yes"}).url))
    row.refresh_from_db()
    assert row.removed_at
    undo = listed.split('data-undo="')[1].split('"')[0]
    client.post(undo)
    row.refresh_from_db()
    assert row.removed_at is None
    assert "taken back already" in page(client.get(client.post(undo).url))


def test_public_holidays_are_ticked_shown_and_saved(client, place):
    choose = f"{HOME}{place.pk}/holidays/"
    shown = page(client.get(f"{choose}?country=GB&region=ENG&year={NEXT}"))
    assert "Christmas Day" in shown
    assert "Scotland" in shown
    given = {"country": "GB", "region": "ENG", "year": str(NEXT), "closed": [f"{NEXT}-12-25"]}

    asked = page(client.post(choose, given))

    assert "Closed: <bdi>Christmas Day</bdi>" in asked
    assert not ClosedDay.objects.exists()
    client.post(choose, given | {"sure": "yes"})
    closed = ClosedDay.objects.filter(removed_at=None)
    assert [(row.first_day, row.holiday) for row in closed] == [(date(NEXT, 12, 25), "GB-ENG")]
    # Those that were not ticked are decided about as well: nobody is asked again.
    assert ClosedDay.objects.filter(removed_at__isnull=False).count() >= 6
    again = client.post(choose, given, follow=True)
    assert "Nothing was changed" in page(again)


def test_a_holiday_is_switched_off_by_taking_its_tick_away(client, place):
    row = make_closed_day(place, first_day=date(NEXT, 12, 25), holiday="GB-ENG")
    choose = f"{HOME}{place.pk}/holidays/"
    given = {"country": "GB", "region": "ENG", "year": str(NEXT), "closed": []}

    assert "Open: <bdi>Christmas</bdi>" in page(client.post(choose, given))
    client.post(choose, given | {"sure": "yes"})

    row.refresh_from_db()
    assert row.removed_at


@pytest.mark.parametrize("query", ["country=XX", "country=&region=ENG", "year=abc", "year=99999"])
def test_an_odd_choice_of_holidays_shows_the_usual_ones(client, place, query):
    answer = client.get(f"{HOME}{place.pk}/holidays/?{query}")

    assert answer.status_code == 200
    assert "United Kingdom" in page(answer)


def test_who_is_limited_sees_and_changes_their_own_location_only(place):
    other = make_location(name="Hill")
    row = make_closed_day(other)
    client = Client()
    client.force_login(make_user(group="manager", locations=(place,)))

    assert "Hill" not in page(client.get(HOME))
    answers = [
        client.get(f"{HOME}?at={other.pk}"),
        add(client, other, sure="yes"),
        client.get(f"{HOME}{other.pk}/holidays/"),
        client.post(f"{HOME}day/{row.pk}/", {"to": "open", "sure": "yes"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    row.refresh_from_db()
    assert row.removed_at is None


def book(client, place, whom, **given):
    values = {
        "contact": whom.pk, "location": place.pk, "date": f"{NEXT}-12-24", "time": "10:00",
        "written_in": "GB",
    }  # fmt: skip
    return client.post("/appointments/new/", values | given)


def test_booking_on_a_closed_day_asks_once_and_does_not_block(client, place):
    make_closed_day(place, first_day=date(NEXT, 12, 24), name="Training")
    ann = make_contact()

    asked = book(client, place, ann)

    assert asked.status_code == 422
    assert "Training" in page(asked)
    assert "Book all the same" in page(asked)
    assert not Appointment.objects.exists()
    answer = f"{place.pk}:{NEXT}-12-24"
    # The answer holds for that day alone.
    make_closed_day(place, first_day=date(NEXT, 12, 27), name="Stocktaking")
    other = book(client, place, ann, date=f"{NEXT}-12-27", although_closed=answer)
    assert "Stocktaking" in page(other)
    book(client, place, ann, although_closed=answer)
    assert Appointment.objects.get().local_date == date(NEXT, 12, 24)


def test_the_answer_goes_along_with_the_question_who_it_is(client, place):
    make_closed_day(place, first_day=date(NEXT, 12, 24), name="Training")
    known = make_contact(first_name="Bea", phone="+447700900555")
    new = {
        "contact": "new", "new-first_name": "Bea", "new-last_name": "Lee",
        "new-phone": "07700 900555", "new-channel": "sms",
    }  # fmt: skip

    first = page(book(client, place, known, **new))
    assert "Training" in first
    assert "Is it this one?" not in first
    answer = f"{place.pk}:{NEXT}-12-24"
    second = page(book(client, place, known, **new, although_closed=answer))
    assert "Is it this one?" in second
    assert f'name="although_closed" value="{answer}"' in second
    book(client, place, known, **new, although_closed=answer, sure="new")
    assert Appointment.objects.get().contact.first_name == "Bea"


def test_a_visit_is_asked_about_when_it_moves_to_a_closed_day_and_not_when_it_stays(client, place):
    make_closed_day(place, first_day=date(NEXT, 12, 24), name="Training")
    visit = make_appointment(day=date(NEXT, 12, 23), location=place)
    given = {"location": place.pk, "time": "10:00", "written_in": "GB", "seen": ""}
    address = f"/appointments/{visit.pk}/edit/"

    moved = client.post(address, given | {"date": f"{NEXT}-12-24"})

    assert moved.status_code == 422
    assert "Save all the same" in page(moved)
    answer = f"{place.pk}:{NEXT}-12-24"
    seen = page(moved).split('name="seen" value="')[1].split('"')[0]
    done = client.post(
        address, given | {"date": f"{NEXT}-12-24", "although_closed": answer, "seen": seen}
    )
    assert done.status_code == 302
    visit.refresh_from_db()
    assert visit.local_date == date(NEXT, 12, 24)
    seen = page(client.get(address)).split('name="seen" value="')[1].split('"')[0]
    note = client.post(
        address, given | {"date": f"{NEXT}-12-24", "notes": "Key at the desk", "seen": seen}
    )
    assert note.status_code == 302
