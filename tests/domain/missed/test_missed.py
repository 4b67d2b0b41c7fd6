"""Who did not come: counted, listed, texted once, and noted by itself where a location wants it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import SYSTEM, Actor
from reminders.domain.diary.appointments import set_status
from reminders.domain.diary.calls import record_calls, undo_calls
from reminders.domain.diary.staff_actions import StaffActionError
from reminders.domain.diary.undoing import undo
from reminders.domain.missed.automatic import note_missed
from reminders.domain.missed.history import Missed, missed_by
from reminders.domain.missed.text import text_missed, words_for
from reminders.domain.missed.worklist import missed_visits, still_to_do
from reminders.domain.wording import LANGUAGES
from reminders.models import Appointment, AuditEntry, CallAttempt, Message
from tests.factories import NOON, make_appointment, make_contact, make_location, make_user

pytestmark = pytest.mark.django_db
SUNDAY, MONDAY, TUESDAY = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)
STAFF = Actor.staff(None)


def missed(**values: Any) -> Appointment:
    plain: dict[str, Any] = {"day": SUNDAY, "status": "no_show"}
    return make_appointment(**(plain | values))


def listed(place, *, days=7, to_do=False):
    rows = missed_visits([place.pk], today=MONDAY, days=days, now=NOON)
    return list(still_to_do(rows, [place.pk], now=NOON) if to_do else rows)


def test_missed_visits_are_counted_among_those_that_took_place(django_assert_num_queries):
    ann, ben, zoe = (make_contact() for _ in range(3))
    here, there = make_location(), make_location()
    for status in ("no_show", "arrived", "booked", "confirmed", "declined", "cancelled"):
        make_appointment(day=SUNDAY, contact=ann, location=here, status=status)
    missed(contact=ann, location=there)
    missed(contact=ann, location=here, day=date(2023, 1, 1))
    make_appointment(day=TUESDAY, contact=ann, location=here)
    missed(contact=ben, location=there)
    make_appointment(day=SUNDAY, contact=zoe, location=here, status="arrived")
    everybody = [ann.pk, ben.pk, zoe.pk]

    with django_assert_num_queries(1):
        found = missed_by(everybody, now=NOON)

    assert found == {ann.pk: Missed(2, 5), ben.pk: Missed(1, 1)}
    assert found[ann.pk].words == "Missed 2 of 5"
    # Who is limited to a location learns nothing of another one.
    assert missed_by(everybody, location_ids=[here.pk], now=NOON) == {ann.pk: Missed(1, 4)}


def test_the_list_has_the_last_days_and_what_was_done():
    place = make_location()
    ann, ben, zoe, ida = (make_contact() for _ in range(4))
    first = missed(contact=ann, location=place)
    called = missed(contact=ben, location=place, at=time(11))
    again = missed(contact=zoe, location=place, at=time(12))
    next_visit = make_appointment(day=TUESDAY, contact=zoe, location=place)
    unreached = missed(contact=ida, location=place, at=time(13))
    old = missed(contact=ann, location=place, day=date(2026, 2, 10))
    missed(contact=ann)
    make_appointment(day=SUNDAY, location=place, status="arrived")
    (call,) = record_calls([called.pk], CallAttempt.Outcome.CALLED, by=STAFF, now=NOON)
    record_calls([unreached.pk], CallAttempt.Outcome.NO_ANSWER, by=STAFF, now=NOON)

    assert listed(place) == [first, called, again, unreached]
    assert listed(place, days=30)[-1] == old
    assert listed(place, to_do=True) == [first, unreached]
    assert [row.again_at for row in listed(place)] == [None, None, next_visit.starts_at, None]
    assert [row.called for row in listed(place)] == [None, "called", None, "no_answer"]
    undo_calls([call], by=STAFF, now=NOON)
    assert listed(place, to_do=True) == [first, called, unreached]


def test_a_text_asks_to_call_in_the_language_of_the_patient_once():
    place = make_location(name="Harbour", phone="020 7946 0123")
    place.refresh_from_db()
    visit = missed(location=place, contact=make_contact(first_name="Jo", language="de"))

    message = text_missed(visit, by=STAFF, now=NOON)

    assert "vermisst" in message.text
    assert "Jo" in message.text
    assert (message.purpose, message.kind, message.send_after) == ("missed", "staff", NOON)
    assert listed(place, to_do=True) == []
    with pytest.raises(StaffActionError, match="already"):
        text_missed(visit, by=STAFF, now=NOON)
    assert Message.objects.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_in_every_language(language):
    visit = missed(contact=make_contact(first_name="Jo", language=language))

    words = words_for(visit)

    assert "Jo" in words
    assert visit.location.name in words
    assert "020 7946 0000" in words


def test_at_night_the_text_waits_for_texting_hours():
    visit = missed()
    visit.location.refresh_from_db()
    night = datetime(2026, 3, 2, 22, tzinfo=UTC)

    message = text_missed(visit, by=STAFF, now=night)

    assert message.send_after == datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert message.expires_at > message.send_after


@pytest.mark.parametrize(
    ("values", "contact", "refused"),
    [
        ({"status": "arrived"}, {}, "came after all"),
        ({}, {"phone": ""}, "no usable phone number"),
        ({}, {"channel": "none"}, "gets no messages"),
    ],
)
def test_who_can_not_be_texted_is_not(values, contact, refused):
    visit = missed(contact=make_contact(**contact), **values)
    visit.location.refresh_from_db()

    with pytest.raises(StaffActionError, match=refused):
        text_missed(visit, by=STAFF, now=NOON)
    assert not Message.objects.exists()


@pytest.fixture
def strict():
    """A location that notes a visit as missed half an hour after its end, since a week."""
    return make_location(missed_after_minutes=30, missed_from=NOON - timedelta(days=7))


@pytest.mark.parametrize(
    ("values", "noted"),
    [
        ({"at": time(10, 0), "duration": 60}, True),
        ({"at": time(10, 45), "duration": 60}, False),
        ({"at": time(11, 0)}, True),
        ({"at": time(11, 1)}, False),
        ({"at": time(10, 0), "status": "confirmed"}, True),
        ({"at": time(10, 0), "status": "arrived"}, False),
        ({"at": time(10, 0), "status": "declined"}, False),
        ({"at": time(10, 0), "status": "cancelled"}, False),
        ({"day": TUESDAY}, False),
        ({"day": date(2026, 2, 22)}, False),
        ({"day": date(2026, 2, 27)}, True),
    ],
)
def test_a_visit_is_noted_as_missed_a_while_after_its_end(strict, values, noted):
    plain: dict[str, Any] = {"day": MONDAY, "location": strict}
    visit = make_appointment(**(plain | values))

    assert note_missed(clock=lambda: NOON) == noted
    visit.refresh_from_db()
    assert (visit.status == "no_show") is noted


def test_nothing_is_noted_where_nobody_asked_for_it(strict):
    make_appointment(day=MONDAY, at=time(9), location=make_location())
    strict.missed_from = NOON
    strict.save()
    make_appointment(day=MONDAY, at=time(9), location=strict)

    assert note_missed(clock=lambda: NOON) == 0


def test_history_says_that_it_was_the_application_and_what_is_taken_back_stays_so(strict):
    visit = make_appointment(day=MONDAY, at=time(9), location=strict)
    note_missed(clock=lambda: NOON)
    line = AuditEntry.objects.get(appointment=visit)
    assert (line.kind, line.source) == ("no_show", "system")

    assert undo(line.pk, by=Actor.staff(make_user().pk), now=NOON)

    assert note_missed(clock=lambda: NOON + timedelta(minutes=5)) == 0
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_many_are_noted_in_a_few_statements(strict, django_assert_max_num_queries):
    for n in range(12):
        make_appointment(day=MONDAY, at=time(9, n), location=strict)

    with django_assert_max_num_queries(60):
        assert note_missed(clock=lambda: NOON) == 12


def test_who_comes_in_between_is_left_alone(strict):
    visit = make_appointment(day=MONDAY, at=time(9), location=strict)
    set_status([visit.pk], Appointment.Status.ARRIVED, by=SYSTEM, now=NOON)

    assert note_missed(clock=lambda: NOON) == 0
