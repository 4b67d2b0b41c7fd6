"""After staff made two people one, the diary goes on speaking of both."""

from __future__ import annotations

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.diary.merge import merge_contacts
from reminders.domain.diary.split import split_contacts
from reminders.domain.diary_import import ImportOutcome
from reminders.domain.diary_import.undo import ask_to_undo, take_back
from reminders.models import Appointment, Contact, ContactMerge, Import
from tests.domain.diary_import.importing import NOW, bring_in, csv_of, sydney

pytestmark = pytest.mark.django_db
STAFF = Actor.staff(None)
ONE, TWO = "0491 570 006", "0491 570 156"
A, B, C = "+61491570006", "+61491570156", "+61491570157"
ANN = f"Ann Lee,{ONE},2026-03-04,10:00"
ANNA = f"Anna Leigh,{TWO},2026-03-05,11:00"


def bring(*rows: str, header: str = "name,phone,date,time") -> ImportOutcome:
    return bring_in(csv_of(*rows, header=header))


def numbered(*rows: str) -> ImportOutcome:
    return bring(*rows, header="patient id,name,phone,date,time")


def make_one() -> ContactMerge:
    """Make Anna part of Ann."""
    ann, anna = (Contact.objects.get(first_name=name) for name in ("Ann", "Anna"))
    return merge_contacts(ann.pk, anna.pk, seen={}, by=STAFF, now=NOW)


def people() -> list[tuple[str, str, str]]:
    return list(Contact.objects.order_by("pk").values_list("external_id", "name", "phone"))


def visits() -> list[tuple[str, str]]:
    rows = Appointment.objects.order_by("pk").values_list("contact__name", "status")
    return list(rows)


ONE_PERSON = [("Ann Lee", "booked"), ("Ann Lee", "booked")]


def test_the_same_file_again_changes_nothing() -> None:
    sydney()
    bring(ANN, ANNA)
    make_one()

    outcome = bring(ANN, ANNA)

    assert (people(), visits()) == ([("", "Ann Lee", A)], ONE_PERSON)
    counts = outcome.counts
    assert (counts.new, counts.changed, counts.unchanged, counts.changed_contacts) == (0, 0, 2, 0)


def test_the_former_number_is_the_kept_person() -> None:
    sydney()
    numbered(f"3,{ANN}", f"7,{ANNA}")
    make_one()

    for _ in range(2):
        outcome = numbered(f"3,{ANN}", f"7,{ANNA}", f"7,Anna Leigh,{TWO},2026-03-09,10:00")

    assert people() == [("3", "Ann Lee", A)]
    assert visits() == [*ONE_PERSON, ("Ann Lee", "booked")]
    assert (outcome.counts.unchanged, outcome.counts.apart) == (3, 0)


def test_a_number_taken_over_keeps_the_name_that_staff_kept() -> None:
    sydney()
    numbered(f",{ANN}", f"7,Anna Leigh,{ONE},2026-03-05,11:00")
    make_one()

    numbered(f",{ANN}", f"7,Anna Leigh,{ONE},2026-03-05,11:00")

    assert (people(), visits()) == ([("7", "Ann Lee", A)], ONE_PERSON)


def test_a_new_phone_of_the_former_entry_is_followed_where_the_file_has_no_other() -> None:
    sydney()
    numbered(f"3,{ANN}", f"7,{ANNA}")
    make_one()
    moved = "7,Anna Leigh,0491 570 157,2026-03-05,11:00"

    numbered(f"3,{ANN}", moved)
    assert people() == [("3", "Ann Lee", A)]
    outcome = numbered(moved)

    assert people() == [("3", "Ann Lee", C)]
    assert outcome.counts.changed_contacts == 1


def test_a_twin_of_the_former_person_is_somebody_else() -> None:
    sydney()
    numbered(f"3,{ANN}", f"7,{ANNA}")
    make_one()

    numbered(f"8,Anna Leigh,{TWO},2026-03-09,10:00")

    assert people() == [("3", "Ann Lee", A), ("8", "Anna Leigh", B)]


def test_another_diary_has_numbers_of_its_own() -> None:
    sydney()
    numbered(f"3,{ANN}", f"7,{ANNA}")
    make_one()

    bring_in(
        csv_of("7,Bob Ray,0491 570 157,2026-03-09,10:00", header="patient id,name,phone,date,time"),
        diary="other",
    )

    assert people() == [("3", "Ann Lee", A), ("7", "Bob Ray", C)]


def test_after_the_split_the_file_means_two_people_again() -> None:
    sydney()
    bring(ANN, ANNA)
    done = make_one()
    bring(ANN, ANNA, f"Anna Leigh,{TWO},2026-03-09,10:00")
    split_contacts(done.pk, by=STAFF, now=NOW)

    bring(ANN, ANNA, f"Anna Leigh,{TWO},2026-03-09,10:00")

    assert people() == [("", "Ann Lee", A), ("", "Anna Leigh", B)]
    assert [name for name, status in visits() if status == "booked"].count("Anna Leigh") == 2


def test_an_import_is_undone_after_a_merge() -> None:
    sydney()
    header = "id,name,phone,date,time"
    bring(f"1,{ANNA}", f"2,{ANN}", header=header)
    bring(f"1,Ann Lee,{ONE},2026-03-05,11:00", header=header)
    changed = Import.objects.latest("pk")
    make_one()

    ask_to_undo(changed)
    changed.refresh_from_db()
    take_back(changed, now=NOW)

    assert {name for name, _ in visits()} == {"Ann Lee"}
