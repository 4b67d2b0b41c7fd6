"""Contacts whose number keeps texts from arriving."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.calls import record_calls
from reminders.domain.pages.data_quality import (
    Flaw,
    FlawSearch,
    count_flaws,
    flawed,
    shared_numbers,
)
from reminders.models import CallAttempt, Contact
from tests.factories import NOON, make_appointment, make_contact, make_location, phone

pytestmark = pytest.mark.django_db
EVERYBODY = FlawSearch(None, coming=False, now=NOON)


def names(flaw, look=EVERYBODY, **options):
    return [row.name for row in flawed(flaw, look, **options)]


def make_flawed():
    make_contact(first_name="Fine")
    make_contact(first_name="Without", phone="")
    make_contact(
        first_name="Wrong", phone="", phone_as_given="0800 LETTERS", phone_problem="letters"
    )
    make_contact(first_name="Home", phone_kind="landline")
    shared = phone()
    return [make_contact(first_name=name, phone=shared) for name in ("Mum", "Kid")]


def test_each_flaw_is_counted_and_listed():
    make_flawed()

    assert count_flaws(EVERYBODY) == {
        Flaw.MISSING: 1,
        Flaw.INVALID: 1,
        Flaw.LANDLINE: 1,
        Flaw.WRONG: 0,
        Flaw.OF_AGE: 0,
        Flaw.SHARED: 1,
    }
    listed = {flaw: names(flaw) for flaw in (Flaw.MISSING, Flaw.INVALID, Flaw.LANDLINE)}
    assert listed == {
        Flaw.MISSING: ["Without Lee"],
        Flaw.INVALID: ["Wrong Lee"],
        Flaw.LANDLINE: ["Home Lee"],
    }


def test_a_shared_number_names_its_people():
    mum, kid = make_flawed()

    [shared] = shared_numbers(EVERYBODY)

    assert shared == (mum.phone, 2, ((mum.pk, "Mum Lee"), (kid.pk, "Kid Lee")))
    assert shared_numbers(EVERYBODY, at_least=3) == []


def test_an_unreadable_number_says_what_to_do():
    make_flawed()

    [row] = flawed(Flaw.INVALID, EVERYBODY)

    assert row.problem_words == (
        "There are letters in it. Enter digits only; look for an O in place of a zero."
    )


def test_a_wrong_number_is_listed_until_it_is_corrected():
    contact = make_contact()
    Contact.objects.update(wrong_number=contact.phone)
    before = names(Flaw.WRONG)
    Contact.objects.update(phone=phone())

    assert (before, names(Flaw.WRONG)) == (["Ann Lee"], [])


def test_somebody_called_in_vain_twice_counts_once():
    twice, once, corrected = (
        make_appointment(contact=make_contact(first_name=name)) for name in "ABC"
    )
    for one in (twice, twice, once, corrected):
        record_calls([one.pk], CallAttempt.Outcome.WRONG_NUMBER, by=SYSTEM, now=NOON)
    Contact.objects.filter(pk=corrected.contact_id).update(phone=phone())

    assert (count_flaws(EVERYBODY)[Flaw.WRONG], names(Flaw.WRONG)) == (2, ["A Lee", "B Lee"])


def test_counting_ends_where_there_are_more_than_anybody_works_off(monkeypatch):
    monkeypatch.setattr("reminders.domain.pages.data_quality.COUNTED_TO", 2)
    for name in "ABC":
        make_contact(first_name=name, phone="")
        appointment = make_appointment(contact=make_contact(first_name=name, phone_kind="landline"))
        record_calls([appointment.pk], CallAttempt.Outcome.WRONG_NUMBER, by=SYSTEM, now=NOON)

    assert count_flaws(EVERYBODY) == {
        Flaw.MISSING: 2,
        Flaw.INVALID: 0,
        Flaw.LANDLINE: 2,
        Flaw.WRONG: 2,
        Flaw.OF_AGE: 0,
        Flaw.SHARED: 0,
    }


def test_pages_go_on_behind_the_last_contact():
    people = [make_contact(first_name=name, phone="") for name in "CABED"]
    first = flawed(Flaw.MISSING, EVERYBODY, limit=2)

    assert [row.name[0] for row in first] == ["A", "B"]
    assert [name[0] for name in names(Flaw.MISSING, after=first[-1].id)] == ["C", "D", "E"]
    assert names(Flaw.MISSING, after=max(one.pk for one in people) + 1) == []


def test_only_people_with_a_visit_ahead_when_asked():
    ahead, past = (
        make_contact(first_name="Ahead", phone=""),
        make_contact(first_name="Past", phone=""),
    )
    make_appointment(contact=ahead)
    make_appointment(contact=past, day=date(2026, 3, 1))
    look = FlawSearch(None, coming=True, now=NOON)

    [row] = flawed(Flaw.MISSING, look)

    assert (row.name, row.starts_at is not None) == ("Ahead Lee", True)
    assert count_flaws(look)[Flaw.MISSING] == 1


def test_people_of_other_locations_are_left_out_and_new_ones_are_not():
    mine, other = make_location(), make_location()
    make_appointment(location=mine, contact=make_contact(first_name="Mine", phone=""))
    make_appointment(location=other, contact=make_contact(first_name="Other", phone=""))
    make_contact(first_name="New", phone="")
    look = FlawSearch((mine.pk,), coming=False, now=NOON)

    assert names(Flaw.MISSING, look) == ["Mine Lee", "New Lee"]
    assert count_flaws(look)[Flaw.MISSING] == 2


def test_who_shares_a_number_is_found_by_an_index_for_a_limited_user_too():
    make_flawed()
    look = FlawSearch((make_location().pk,), coming=False, now=NOON)
    with CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        shared_numbers(look)
        by_number = [one["sql"] for one in asked if '"phone" IN' in one["sql"]]
        plans = [plan_of(cursor, statement) for statement in by_number]

    assert plans
    assert all("contact_by_phone" in plan for plan in plans)
    assert all("Seq Scan on reminders_contact" not in plan for plan in plans)


def plan_of(cursor, statement):
    cursor.execute(f"EXPLAIN {statement}")
    return "\n".join(line for (line,) in cursor.fetchall())
