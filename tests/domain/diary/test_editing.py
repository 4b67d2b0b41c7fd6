"""What staff save from a form: whole, once, and not over what somebody else saved meanwhile."""

from datetime import date, time, timedelta

import pytest
from django.db import OperationalError, connection

from reminders.domain.common import locks
from reminders.domain.common.audit import Actor
from reminders.domain.common.etags import ChangedMeanwhileError, etag
from reminders.domain.diary.appointments import change_appointment
from reminders.domain.diary.editing import book, save_contact
from reminders.models import Appointment, AuditEntry, Contact
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = Actor.staff(None)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def stopped_once():
    """The database stops the first history line that is written, as it stops one of a deadlock."""
    stops = iter([True])

    def stop(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "reminders_auditentry"') and next(stops, False):
            with context["connection"].cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(stop):
        yield
    assert next(stops, False) is False


def test_the_stop_is_one_of_those_that_are_tried_again(stopped_once):
    with pytest.raises(OperationalError) as stopped:
        AuditEntry.objects.create(at=NOON, source="staff", kind="x")

    assert stopped.value.__cause__.sqlstate in locks.STOPPED_EACH_OTHER


def test_details_that_the_database_stops_are_saved_all_the_same(stopped_once):
    contact = make.make_contact(wrong_number="")

    save_contact(contact, {"last_name": "Ng"}, seen="", number_is_right=False, by=STAFF, now=NOON)

    assert Contact.objects.get().last_name == "Ng"
    assert AuditEntry.objects.filter(kind="contact_changed").count() == 1


def test_a_booking_that_the_database_stops_is_made_once(stopped_once):
    new = {"first_name": "Bo", "last_name": "Ray", "phone": make.phone(), "phone_kind": "mobile"}

    visit = book(
        new, location=make.make_location(), day=date(2026, 3, 4), at=time(9), by=STAFF, now=NOON
    )

    assert (Contact.objects.count(), Appointment.objects.get()) == (1, visit)


def test_an_appointment_that_somebody_changed_meanwhile_is_left_alone():
    visit = make.make_appointment()
    seen = etag(visit)
    change_appointment(visit, {"notes": "Wheelchair"}, by=STAFF, now=LATER)

    with pytest.raises(ChangedMeanwhileError) as outdated:
        change_appointment(visit, {"notes": "None"}, seen=seen, by=STAFF, now=LATER)

    assert (outdated.value.since, Appointment.objects.get().notes) == (
        visit.updated_at,
        "Wheelchair",
    )


def test_a_contact_that_somebody_changed_meanwhile_is_left_alone():
    contact = make.make_contact()
    seen = etag(contact)
    first = {"notes": "Deaf"}
    save_contact(
        contact,
        first,
        seen=seen,
        number_is_right=False,
        by=STAFF,
        now=LATER,
    )

    with pytest.raises(ChangedMeanwhileError):
        save_contact(contact, {"notes": ""}, seen=seen, number_is_right=False, by=STAFF, now=LATER)

    assert Contact.objects.get().notes == "Deaf"
