"""The day sheet as a page: what is remembered, how it is refreshed, what it costs."""

import json
from datetime import date, time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import set_status
from reminders.models import Appointment, AuditEntry, Message, Reminder, StaffProfile
from tests.factories import (
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
    make_practitioner,
)
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db

DAY = date(2030, 5, 6)
HTMX = {"HX-Request": "true"}


def names(response) -> list[str]:
    return [line.row.name for line in response.context["entries"] if line.row]


def live(client: Client, **given: Any):
    return client.get("/day/rows/", {"date": DAY.isoformat()} | given, headers=HTMX)


def note(response) -> dict[str, Any]:
    return json.loads(response.headers["HX-Trigger"])["toast"]


def booked(first_name: str = "Ann", **values: Any) -> Appointment:
    return make_appointment(
        day=DAY, contact=make_contact(first_name=first_name, last_name=""), **values
    )


def test_a_date_shows_its_appointments_by_time(sign_in):
    place = make_location()
    booked("Late", at=time(15, 0), location=place)
    booked("Early", at=time(8, 0), location=place)

    assert names(sign_in().get(f"/?date={DAY}")) == ["Early", "Late"]


def test_nonsense_in_the_address_shows_today(sign_in):
    response = sign_in().get("/?date=someday&practitioner=x&state=odd&page=-3")

    assert response.status_code == 200
    assert response.context["choice"].relative == "Today"


def test_the_ends_of_the_calendar_are_dates_too(sign_in):
    client = sign_in()

    assert [client.get(f"/?date={day}").status_code for day in ("0001-01-01", "9999-12-31")] == [
        200,
        200,
    ]


def test_only_locations_that_one_may_see_are_shown(sign_in):
    mine, other = make_location(), make_location()
    booked("Mine", location=mine)
    booked("Other", location=other)

    assert names(sign_in("receptionist", mine).get(f"/?date={DAY}")) == ["Mine"]


def test_the_practitioner_is_remembered(sign_in):
    doctor, place = make_practitioner(), make_location()
    booked("Hers", practitioner=doctor, location=place)
    booked("His", location=place)
    client = sign_in()

    client.get(f"/?date={DAY}&practitioner={doctor.pk}")

    assert names(client.get(f"/?date={DAY}")) == ["Hers"]
    assert StaffProfile.objects.get().remembered["practitioner"] == doctor.pk


def test_a_count_filters_by_its_state(sign_in):
    booked("Yes", status="confirmed")
    booked("Perhaps")

    assert names(sign_in().get(f"/?date={DAY}&state=confirmed")) == ["Yes"]


def test_a_live_look_at_an_unchanged_day_says_nothing(sign_in):
    booked()
    client = sign_in()
    token = client.get(f"/?date={DAY}").context["token"]

    response = live(client, token=token)

    assert (response.status_code, response.content) == (204, b"")


def test_a_live_look_shows_what_changed(sign_in):
    appointment = booked()
    client = sign_in()
    token = client.get(f"/?date={DAY}").context["token"]
    set_status([appointment.pk], Appointment.Status.CONFIRMED, by=SYSTEM, now=timezone.now())

    response = live(client, token=token)

    assert response.status_code == 200
    assert "state-confirmed" in response.content.decode()


def test_a_live_look_after_something_elsewhere_brings_only_its_token(sign_in):
    booked()
    elsewhere = make_appointment()
    client = sign_in()
    token = client.get(f"/?date={DAY}").context["token"]
    set_status([elsewhere.pk], Appointment.Status.CONFIRMED, by=SYSTEM, now=timezone.now())

    response = live(client, token=token)
    new = response.context["token"]

    assert response.content.decode() == f'<div data-token="{new}" hidden></div>\n'
    assert new.partition("/")[2] == token.partition("/")[2]
    assert live(client, token=new).status_code == 204


def test_a_live_look_follows_the_location_chosen_in_another_window(sign_in):
    here, there = make_location(), make_location()
    booked("Here", location=here)
    booked("There", location=there)
    client = sign_in()
    client.post("/remember/", {"location": here.pk})
    token = client.get(f"/?date={DAY}").context["token"]
    client.post("/remember/", {"location": there.pk})

    assert names(live(client, token=token)) == ["There"]


def test_a_live_look_with_another_filter_shows_what_that_leaves(sign_in):
    place = make_location()
    booked("Yes", status="confirmed", location=place)
    booked("Perhaps", location=place)
    client = sign_in()
    token = client.get(f"/?date={DAY}").context["token"]

    assert names(live(client, token=token, state="confirmed")) == ["Yes"]


def test_a_later_page_shows_the_later_appointments_with_the_counts_of_all(sign_in, monkeypatch):
    monkeypatch.setattr("reminders.views.diary.day_sheet.ROWS", 2)
    place = make_location()
    for name, hour in (("Early", 8), ("Noon", 12), ("Late", 15)):
        booked(name, at=time(hour), location=place)

    response = sign_in().get(f"/?date={DAY}&page=2")

    assert (names(response), response.context["sheet"].total) == (["Late"], 3)


def test_a_status_is_given_and_taken_back(sign_in):
    appointment = booked()
    client = sign_in()

    done = client.post(
        f"/appointments/{appointment.pk}/status/",
        {"to": "confirmed", "seen": "booked"},
        headers=HTMX,
    )
    appointment.refresh_from_db()
    then = appointment.status
    undone = client.post(note(done)["undo"], headers=HTMX)
    appointment.refresh_from_db()

    assert (note(done)["text"], then) == ("Ann is confirmed.", "confirmed")
    assert (note(undone)["text"], appointment.status) == ("Taken back.", "booked")


def test_a_status_that_changed_meanwhile_is_told(sign_in):
    appointment = booked(status="declined")

    response = sign_in().post(
        f"/appointments/{appointment.pk}/status/",
        {"to": "confirmed", "seen": "booked"},
        headers=HTMX,
    )

    assert note(response) == {
        "text": "Somebody changed this meanwhile to “Declined”. Nothing was changed.",
        "undo": "",
        "tone": "warning",
    }


def test_an_unknown_status_changes_nothing(sign_in):
    appointment = booked()

    sign_in().post(f"/appointments/{appointment.pk}/status/", {"to": "gone"}, headers=HTMX)

    assert AuditEntry.objects.count() == 0


def test_the_menu_offers_to_stop_a_planned_text(sign_in):
    make_confirmation_rule()
    appointment = booked()
    client = sign_in()
    client.post(f"/appointments/{appointment.pk}/status/", {"to": "declined", "seen": "booked"})
    client.post(f"/undo/{AuditEntry.objects.get().pk}/")
    reminder = Reminder.objects.get(state="planned")

    menu = client.get(f"/appointments/{appointment.pk}/menu/").content.decode()
    response = client.post(f"/reminders/{reminder.pk}/hold/", headers=HTMX)

    assert f"/reminders/{reminder.pk}/hold/" in menu
    assert note(response)["undo"] == f"/reminders/{reminder.pk}/release/"


def test_a_text_of_ones_own_is_queued(sign_in):
    appointment = booked()

    response = sign_in().post(
        f"/appointments/{appointment.pk}/text/", {"text": "Please bring your card."}, headers=HTMX
    )

    message = Message.objects.get()
    assert response.status_code == 204
    assert (message.text, message.kind, message.state) == (
        "Please bring your card.",
        "staff",
        "queued",
    )


def test_a_text_to_nobody_says_why_and_keeps_the_words(sign_in):
    appointment = make_appointment(day=DAY, contact=make_contact(phone=""))

    response = sign_in().post(
        f"/appointments/{appointment.pk}/text/", {"text": "Hello there"}, headers=HTMX
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "no usable phone number" in page
    assert "Hello there" in page


def test_the_length_of_a_text_is_told_while_typing(sign_in):
    response = sign_in().post("/text-size/", {"text": "x" * 161})

    assert as_read(response) == "2 parts · 145 left"


def test_the_page_costs_the_same_for_one_row_and_for_many(sign_in, statements):
    place, rule = make_location(), make_confirmation_rule()
    client = sign_in()
    client.get("/")

    def cost(more: int) -> int:
        for _ in range(more):
            appointment = booked(location=place, practitioner=make_practitioner())
            make_handed_over(appointment, rule)
        return statements(lambda: client.get(f"/?date={DAY}"))

    costs = [cost(more) for more in (1, 2, 9)]

    assert len(set(costs)) == 1
    assert costs[0] <= 12


def test_a_live_look_costs_few_statements(sign_in, statements):
    booked()
    client = sign_in()
    token = client.get(f"/?date={DAY}").context["token"]

    assert statements(lambda: live(client, token=token)) <= 8
