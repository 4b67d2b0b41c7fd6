"""Saving in the administration goes through the domain: texts and appointments follow."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, AuditEntry, Job, Location, Reminder, ReminderRule, Wording
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> Client:
    ReminderRule.objects.all().delete()
    client = Client()
    client.force_login(make.make_user(group="administrator"))
    return client


def form_of(row: Location, **changes) -> dict[str, object]:
    fields = ("name", "phone", "zone", "country", "language", "source_number", "late_decline_hours")
    values = {name: getattr(row, name) for name in fields}
    values |= {
        "opens": "08:00",
        "closes": "20:00",
        "open_days": ["1", "2", "3", "4", "5"],
        "reception_days": ["1", "2", "3", "4", "5"],
        "active": "on",
    }
    return values | {"family_messages": "on"} | changes


def in_ten_days() -> date:
    return timezone.now().date() + timedelta(days=10)


def test_another_zone_keeps_the_wall_time_and_moves_the_texts(client):
    make.make_confirmation_rule()
    place = make.make_location(zone="Europe/London")
    appointment = make.make_appointment(day=in_ten_days(), at=time(10), location=place)
    plan_appointments([appointment.pk], now=timezone.now())
    was = appointment.starts_at

    response = client.post(
        f"/admin/reminders/location/{place.pk}/change/",
        form_of(place, zone="Asia/Tokyo"),
        follow=True,
    )

    row = Appointment.objects.get()
    reminder = Reminder.objects.get(version=2)
    assert (row.local_time, row.version) == (time(10), 2)
    assert row.starts_at == datetime.combine(in_ten_days(), time(1), UTC) != was
    assert reminder.due_at == row.starts_at - timedelta(days=1)
    assert "planned again" in response.content.decode()
    assert AuditEntry.objects.get(kind="location_changed").details["changes"] == {
        "zone": ["Europe/London", "Asia/Tokyo"]
    }


def test_other_hours_plan_anew(client):
    make.make_confirmation_rule()
    place = make.make_location()
    appointment = make.make_appointment(day=in_ten_days(), at=time(10), location=place)
    plan_appointments([appointment.pk], now=timezone.now())

    client.post(f"/admin/reminders/location/{place.pk}/change/", form_of(place, opens="11:00"))

    due = Reminder.objects.get().due_at.astimezone(place.tz)
    assert (due.date(), due.time()) == (in_ten_days() - timedelta(days=1), time(11))


def test_the_country_of_a_location_is_chosen_from_those_that_there_are(client):
    page = client.get("/admin/reminders/location/add/").content.decode()

    assert '<option value="GB"' in page
    assert "United Kingdom (GB)" in page
    assert '<option value="UK"' not in page


@pytest.mark.parametrize("written", ["UK", "uk", " gb "])
def test_uk_is_the_united_kingdom(client, written):
    client.post(
        "/admin/reminders/location/add/", form_of(make.make_location(), name="New", country=written)
    )

    assert Location.objects.get(name="New").country == "GB"


@pytest.mark.parametrize("written", ["XX", "", "U", "001", "\0", "٣٣", "GBR"])
def test_a_country_that_is_none_is_refused_in_words(client, written):
    place = make.make_location()

    answer = client.post(
        f"/admin/reminders/location/{place.pk}/change/", form_of(place, country=written)
    )

    assert (answer.status_code, Location.objects.get().country) == (200, "GB")
    assert answer.context["adminform"].form.errors["country"]


def test_no_other_way_writes_a_country_that_is_none_either():
    with pytest.raises(ValidationError, match="the United Kingdom is GB"):
        Location(name="New", country="UK").full_clean()


@pytest.mark.parametrize("ids", [["x"], ["1", "\0"], ["9" * 5_000], ["9" * 30], ["-"], ["1.5"]])
def test_rows_that_cannot_be_are_chosen_again(client, ids):
    place = make.make_location()

    answer = client.post(
        "/admin/reminders/location/",
        {"action": "delete_selected", "_selected_action": ids},
        follow=True,
    )

    assert "What was chosen is not in this list." in answer.content.decode()
    assert Location.objects.filter(pk=place.pk).exists()


def test_when_replies_are_read_is_saved_and_plans_nothing(client):
    place = make.make_location()
    given = {"reception_opens": "09:00", "reception_closes": "12:30", "reception_days": ["3", "1"]}
    given["closed_wording"] = "We read texts again {date} at {time}. {location}"

    client.post(f"/admin/reminders/location/{place.pk}/change/", form_of(place, **given))

    place.refresh_from_db()
    assert (place.reception_opens, place.reception_closes) == (time(9), time(12, 30))
    assert (place.reception_days, place.closed_wording) == ([1, 3], given["closed_wording"])
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reception_opens": "09:00"}, "Give both times, or neither."),
        (
            {"reception_opens": "09:00", "reception_closes": "12:00", "reception_days": []},
            "Choose at least one day.",
        ),
        ({"closed_wording": "Back at {clock}"}, "{clock}"),
    ],
)
def test_hours_that_say_nothing_are_refused_in_words(client, given, words):
    place = make.make_location()

    page = client.post(f"/admin/reminders/location/{place.pk}/change/", form_of(place, **given))

    assert words in page.content.decode()
    assert Location.objects.get() == place
    assert Location.objects.get().reception_opens is None


def test_a_new_location_needs_no_planning(client):
    place = make.make_location()

    client.post("/admin/reminders/location/add/", form_of(place, name="Second"))

    assert Location.objects.filter(name="Second", open_days=[1, 2, 3, 4, 5]).exists()


def test_a_zone_that_does_not_exist_is_refused_in_words(client):
    place = make.make_location()

    page = client.post(
        f"/admin/reminders/location/{place.pk}/change/", form_of(place, zone="Mars/Base")
    )

    assert "is no time zone. Write it like Australia/Sydney" in page.content.decode()


RULE = {
    "settle_minutes": "10",
    "name": "Ask",
    "kind": "confirmation",
    "active": "on",
    "position": "1",
    "days_before": "2",
    "quiet": "later",
    "late": "at_once",
    "min_notice_minutes": "180",
    "cutoff_minutes": "120",
}


def test_a_changed_rule_plans_anew(client):
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment(day=in_ten_days(), at=time(10))
    plan_appointments([appointment.pk], now=timezone.now())

    page = client.post(f"/admin/reminders/reminderrule/{rule.pk}/change/", RULE, follow=True)

    assert "1 text planned again." in page.content.decode()
    assert Reminder.objects.get().due_at.date() == in_ten_days() - timedelta(days=2)


def test_a_rule_with_days_and_minutes_is_refused_in_words(client):
    page = client.post("/admin/reminders/reminderrule/add/", RULE | {"minutes_before": "60"})

    assert "Give either the days before or the minutes before, not both." in page.content.decode()


def test_a_wording_that_invites_stop_words_is_refused(client):
    values = {"purpose": "confirmation", "language": "en", "channel": "sms", "active": "on"}
    faulty = values | {"text": "{location}: {date} {time}. Reply CANCEL if you can't come."}

    page = client.post("/admin/reminders/wording/add/", faulty)
    client.post(
        "/admin/reminders/wording/add/",
        values | {"text": "Hi {first_name}, {location} on {date} at {time}. Reply Y or N."},
    )

    assert "CANCEL must not be offered as an answer" in page.content.decode()
    assert Wording.objects.count() == 1


def test_a_wording_is_changed_and_taken_back(client):
    row = Wording.objects.create(
        purpose="confirmation", language="en", text="{location} {date} {time}"
    )
    values = {"text": "Dear {first_name}: {location}, {date}, {time}", "active": "on"}

    page = client.post(f"/admin/reminders/wording/{row.pk}/change/", values, follow=True)
    row.refresh_from_db()
    client.post(f"/admin/reminders/wording/{row.pk}/delete/", {"post": "yes"})

    assert page.status_code == 200
    assert row.text == "Dear {first_name}: {location}, {date}, {time}"
    assert not Wording.objects.exists()
    assert set(AuditEntry.objects.values_list("kind", flat=True)) == {
        "wording_changed",
        "wording_reset",
    }
