"""Secret addresses of calendars: made once, fetched by programs, ended."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.models import Appointment, AuditEntry, CalendarFeed, Location, TrailEntry
from tests import factories as make

pytestmark = pytest.mark.django_db
NEW = "/set-up/calendars/new/"


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://reminders.example"


def made(client: Client, **given: object) -> str:
    """The path of a new address, as the page shows it once."""
    page = client.post(NEW, given).content.decode()
    return re.findall(r"https://reminders\.example(/calendars/\w+\.ics)", page)[0]


def visit_in(days: float, **values):
    """A visit so many days from now."""
    at = timezone.now() + timedelta(days=days)
    visit = make.make_appointment(**values)
    Appointment.objects.filter(pk=visit.pk).update(starts_at=at)
    return visit


def titles(path: str) -> list[str]:
    """What the calendar at this address tells."""
    answer = Client().get(path)
    assert answer.status_code == 200
    return [str(one["SUMMARY"]) for one in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_a_location_has_its_visits_from_a_week_ago_to_sixty_days_ahead(sign_in):
    place, other = make.make_location(), make.make_location()
    service, doctor = make.make_service(name="Check-up"), make.make_practitioner(name="Dr Patel")
    for days in (-8, -6, 1, 59, 61):
        visit_in(days, location=place, service=service, practitioner=doctor)
    for status in ("cancelled", "declined"):
        visit_in(2, location=place, status=status)
    visit_in(1, location=other)

    path = made(sign_in("manager"), location=place.pk)

    assert titles(path) == ["Check-up, Dr Patel"] * 3


def test_names_are_there_only_where_a_manager_chose_them(sign_in):
    visit = visit_in(1, contact=make.make_contact(first_name="Ann", last_name="Lee"))
    manager = sign_in("manager")

    without = made(manager, location=visit.location_id)
    with_names = made(manager, location=visit.location_id, names="yes")

    assert "Ann" not in Client().get(without).content.decode()
    assert titles(with_names) == ["Ann Lee, Appointment"]
    assert TrailEntry.objects.filter(kind="download", details__names=True).exists()


@pytest.mark.parametrize("loses", ["the account", "the role", "the location"])
def test_names_go_when_who_chose_them_may_no_longer_see_the_visits(sign_in, loses: str):
    visit = visit_in(1, contact=make.make_contact(first_name="Ann", last_name="Lee"))
    path = made(sign_in("manager", visit.location), location=visit.location_id, names="yes")
    maker = CalendarFeed.objects.get().made_by
    assert maker is not None
    assert titles(path) == ["Ann Lee, Appointment"]

    if loses == "the account":
        maker.is_active = False
        maker.save()
    elif loses == "the role":
        maker.groups.clear()
    else:
        maker.staff_profile.locations.set([make.make_location()])

    assert titles(path) == ["Appointment"]
    list_page = sign_in("manager").get("/set-up/calendars/").content.decode()
    assert "names" in list_page
    assert "may no longer see these visits" in list_page


def test_the_first_fetch_of_a_day_with_names_is_in_the_trail(sign_in):
    visit = visit_in(1)
    path = made(sign_in("manager"), location=visit.location_id, names="yes")

    def fetches() -> int:
        return TrailEntry.objects.filter(kind="download", user_id__isnull=True).count()

    for days, noted in ((0, 1), (0, 1), (1, 2)):
        CalendarFeed.objects.exclude(fetched_at=None).update(
            fetched_at=timezone.now() - timedelta(days=days, minutes=2)
        )
        Client().get(path)
        assert fetches() == noted


def test_a_practitioners_own_calendar_is_of_all_places_or_of_one(sign_in):
    doctor = make.make_practitioner()
    here = visit_in(1, practitioner=doctor)
    visit_in(2, practitioner=doctor)
    manager = sign_in("manager")

    assert len(titles(made(manager, practitioner=doctor.pk))) == 2
    assert len(titles(made(manager, practitioner=doctor.pk, location=here.location_id))) == 1


def test_who_sees_one_location_makes_and_sees_its_calendars_only(sign_in):
    place, other = make.make_location(), make.make_location()
    doctor = make.make_practitioner()
    CalendarFeed.objects.create(practitioner=doctor, digest="everywhere", made_at=timezone.now())
    CalendarFeed.objects.create(location=other, digest="other", made_at=timezone.now())
    manager = sign_in("manager", place)

    assert manager.post(NEW, {"location": other.pk}).status_code == 422
    assert manager.post(NEW, {"practitioner": doctor.pk}).status_code == 422
    made(manager, location=place.pk, practitioner=doctor.pk)
    live = manager.get("/set-up/calendars/").context["live"]
    assert [(one.location, one.practitioner) for one, _ in live] == [(place, doctor)]


def test_nothing_chosen_is_asked_for_in_words(sign_in):
    page = sign_in("manager").post(NEW, {})

    assert page.status_code == 422
    assert "Choose a location, a practitioner, or both." in page.content.decode()


def test_an_ended_address_is_like_one_that_never_was(sign_in):
    place = make.make_location()
    manager = sign_in("manager")
    path = made(manager, location=place.pk)
    feed = CalendarFeed.objects.get()

    for _ in range(2):
        assert manager.post(f"/set-up/calendars/{feed.pk}/end/").status_code == 302

    ended, never = Client().get(path), Client().get("/calendars/never.ics")
    assert (ended.status_code, ended.content) == (never.status_code, never.content)
    assert ended.status_code == 404
    kinds = AuditEntry.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["calendar_made", "calendar_ended"]


def test_the_secret_is_shown_once_and_kept_nowhere(sign_in):
    manager = sign_in("manager")
    path = made(manager, location=make.make_location().pk)
    secret = path.split("/")[-1].removesuffix(".ics")

    assert len(secret) == 44
    assert secret not in str(CalendarFeed.objects.values().get())
    assert secret not in manager.get("/set-up/calendars/").content.decode()


def test_an_unchanged_calendar_is_answered_without_it(sign_in):
    visit = visit_in(1)
    path = made(sign_in("manager"), location=visit.location_id)
    first = Client().get(path)

    again = Client().get(path, headers={"if-none-match": first["ETag"]})
    Appointment.objects.update(starts_at=timezone.now() + timedelta(days=3))
    moved = Client().get(path, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert (moved.status_code, moved["ETag"] != first["ETag"]) == (200, True)
    assert CalendarFeed.objects.get().fetched_at is not None


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_can_only_be_read(sign_in, method):
    path = made(sign_in("manager"), location=make.make_location().pk)

    assert getattr(Client(), method)(path).status_code == 405


def test_many_wrong_addresses_are_asked_to_wait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("reminders.views.patient.calendars.GUESSES", 2)

    found = [Client().get(f"/calendars/{number}.ics").status_code for number in range(4)]

    assert found == [404, 404, 429, 429]


def test_a_new_name_of_the_place_is_a_new_calendar(sign_in):
    visit = visit_in(1, location=make.make_location(name="Old name"))
    path = made(sign_in("manager"), location=visit.location_id)
    etag = Client().get(path)["ETag"]
    weak = Client().get(path, headers={"if-none-match": f'"other", W/{etag}'})
    Location.objects.update(name="New name")

    new = Client().get(path, headers={"if-none-match": etag})

    assert (weak.status_code, new.status_code) == (304, 200)
    assert "New name" in new.content.decode()
    assert "Old name" not in new.content.decode()


def test_an_ended_calendar_is_none_also_for_who_has_it_as_it_is(sign_in):
    visit = visit_in(1)
    path = made(sign_in("manager"), location=visit.location_id)
    etag = Client().get(path)["ETag"]
    CalendarFeed.objects.update(revoked_at=timezone.now())

    answer = Client().get(path, headers={"if-none-match": etag})

    assert (answer.status_code, answer["Referrer-Policy"]) == (404, "no-referrer")
    assert Client().head(path).status_code == 404


def test_a_visit_that_is_moved_or_off_follows_in_the_calendar(sign_in):
    visit = visit_in(1)
    path = made(sign_in("manager"), location=visit.location_id)

    def events():
        return Calendar.from_ical(Client().get(path).content).walk("VEVENT")

    [before] = events()
    visit.refresh_from_db()
    day = timezone.now().date() + timedelta(days=3)
    change_appointment(visit, {"local_date": day}, by=SYSTEM, now=timezone.now())
    [after] = events()
    set_status([visit.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=timezone.now())

    assert before["UID"] == after["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"]
    assert before["DTSTAMP"].dt <= after["DTSTAMP"].dt
    assert events() == []


def test_who_sees_one_location_ends_none_of_another(sign_in):
    other = CalendarFeed.objects.create(
        location=make.make_location(), digest="other", made_at=timezone.now()
    )
    manager = sign_in("manager", make.make_location())

    assert manager.post(f"/set-up/calendars/{other.pk}/end/").status_code == 404
    assert CalendarFeed.objects.filter(revoked_at=None).exists()
