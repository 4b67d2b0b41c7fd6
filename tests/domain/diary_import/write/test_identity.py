"""Who is the same person: diary + patient number where name or phone agrees, else phone + name,
else new.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from reminders.domain.diary_import import ImportOutcome
from reminders.domain.diary_import.undo import ask_to_undo, take_back
from reminders.models import Appointment, AuditEntry, Contact, Import, ImportRow
from tests import factories as make
from tests.domain.diary_import.importing import (
    ANN,
    HEADER,
    NOW,
    agreeing,
    bring_in,
    csv_of,
    diary,
    summary,
    sydney,
)

pytestmark = pytest.mark.django_db
NUMBERED = "id,patient id,name,phone,date,time"
SEVEN = "1,7,Ann Lee,0491 570 006,2026-03-04,10:00"
SEVENS = "2,7,{name},{phone},2026-03-05,10:00"
A, B, C = "+61491570006", "+61491570156", "+61491570157"
Person = tuple[str, str, str, str]


def people() -> list[Person]:
    """Every contact: diary, patient number, name, phone."""
    return list(Contact.objects.order_by("pk").values_list("diary", "external_id", "name", "phone"))


def numbered(*rows: str, header: str = NUMBERED, **options: Any) -> ImportOutcome:  # Any: Options
    return bring_in(csv_of(*rows, header=header), **options)


def told(outcome: ImportOutcome) -> tuple[int, int, int]:
    """New people, changed people, new people with somebody else's number."""
    return outcome.counts.new_contacts, outcome.counts.changed_contacts, outcome.counts.apart


@pytest.mark.parametrize("number", ["NEW", "0", "N/A", "-", "none", "", "Neu", "k.A.", "新患"])
def test_three_people_with_a_placeholder_for_a_number_are_three(number: str) -> None:
    sydney()

    outcome = numbered(
        f"1,{number},Ann Lee,0491570006,2026-03-04,10:00",
        f"2,{number},Bob Ray,0491570156,2026-03-04,11:00",
        f"3,{number},Cy Poe,0491570157,2026-03-04,11:30",
    )

    assert people() == [("", "", "Ann Lee", A), ("", "", "Bob Ray", B), ("", "", "Cy Poe", C)]
    assert told(outcome) == (3, 0, 0)


def test_a_familys_account_number_makes_nobody_one() -> None:
    sydney()
    rows = (
        '40021,"Rivera, Carmen",0491 570 006,2026-03-04,10:30',
        '40021,"Rivera, Luis",0491 570 156,2026-03-04,11:30',
    )
    header = "Account number,Patient,Mobile,Date,Time"

    outcome = numbered(*rows, header=header)

    assert people() == [("", "", "Carmen Rivera", A), ("", "", "Luis Rivera", B)]
    assert (summary(outcome), told(outcome)) == ((2, 0, 0, 0), (2, 0, 0))
    again = numbered(*rows, header=header)
    assert (summary(again), told(again)) == ((0, 0, 2, 0), (0, 0, 0))


def test_a_family_that_shares_number_and_phone_stays_two_people() -> None:
    sydney()
    rows = (SEVEN, SEVENS.format(name="Ben Lee", phone="0491 570 006"))
    agreed: dict[str, Any] = {"answers": agreeing("one_number")}
    numbered(*rows, **agreed)

    again = (told(numbered(*rows, **agreed)), told(numbered(*reversed(rows), **agreed)))
    assert again == ((0, 0, 0), (0, 0, 0))
    assert people() == [("", "7", "Ann Lee", A), ("", "", "Ben Lee", A)]


def test_another_sites_patient_of_the_same_number_is_left_alone() -> None:
    sydney("Main")
    sydney("Mill")
    numbered(SEVEN, location="Main")

    outcome = numbered("B1,7,Bob Ray,0491570156,2026-03-05,11:30", location="Mill", diary="B")

    assert people() == [("", "7", "Ann Lee", A), ("B", "7", "Bob Ray", B)]
    assert (summary(outcome), told(outcome)) == ((1, 0, 0, 0), (1, 0, 0))
    assert [(row[1], row[2]) for row in diary()] == [("Ann Lee", A), ("Bob Ray", B)]


@pytest.mark.parametrize(
    ("name", "phone", "expected", "counts"),
    [
        ("Ann Lee", "0491 570 156", [("", "7", "Ann Lee", B)], (0, 1, 0)),
        ("Ann Smith", "0491 570 006", [("", "7", "Ann Smith", A)], (0, 1, 0)),
        ("Änn Léé", "0491 570 156", [("", "7", "Änn Léé", B)], (0, 1, 0)),
        ("LEE,ANN", "0491 570 006", [("", "7", "Ann Lee", A)], (0, 0, 0)),
        ("Ann Lee", "", [("", "7", "Ann Lee", A)], (0, 0, 0)),
        ("Bob Ray", "0491 570 156", [("", "7", "Ann Lee", A), ("", "", "Bob Ray", B)], (1, 0, 1)),
        ("Bob Ray", "", [("", "7", "Ann Lee", A), ("", "", "Bob Ray", "")], (1, 0, 1)),
        ("Bob Ray", "12", [("", "7", "Ann Lee", A), ("", "", "Bob Ray", "")], (1, 0, 1)),
    ],
)
def test_a_number_stands_for_its_person_where_name_or_phone_agrees(
    name: str, phone: str, expected: list[Person], counts: tuple[int, int, int]
) -> None:
    sydney()
    numbered(SEVEN)
    if "," in name:
        name = f'"{name}"'

    outcome = numbered(SEVENS.format(name=name, phone=phone))

    assert (people(), told(outcome)) == (expected, counts)


@pytest.mark.parametrize("name", ["ann lee", "Ánn Lée", "Ann-Lee", "Ann  Lee", "A\u0301nn Lee"])
def test_without_a_number_phone_and_folded_name_make_the_person(name: str) -> None:
    sydney()
    bring_in(csv_of(ANN))

    bring_in(csv_of(f"2,{name},0491 570 006,2026-03-05,10:00"))

    assert len(people()) == 1


@pytest.mark.parametrize("apostrophe", ["\u2019", "\u02bc", ""])
def test_whichever_apostrophe_a_name_is_written_with_it_is_the_same(apostrophe: str) -> None:
    sydney()
    bring_in(csv_of("1,Ірина Лук'яненко,0491 570 006,2026-03-04,10:00"))

    bring_in(csv_of(f"2,Ірина Лук{apostrophe}яненко,0491 570 006,2026-03-05,10:00"))

    assert len(people()) == 1


def test_a_person_of_two_diaries_keeps_the_first_number() -> None:
    sydney()
    numbered(SEVEN)

    outcome = numbered("9,55,Ann Lee,0491 570 006,2026-03-06,10:00", diary="B")

    assert (people(), told(outcome)) == ([("", "7", "Ann Lee", A)], (0, 0, 0))


def test_people_with_different_patient_numbers_are_never_one() -> None:
    sydney()

    numbered(SEVEN, "2,8,Ann Lee,0491 570 006,2026-03-05,10:00")

    assert [person[1] for person in people()] == ["7", "8"]


def test_a_contact_without_a_number_takes_it_once_only() -> None:
    sydney()
    bring_in(csv_of(ANN))

    numbered(SEVEN, "2,8,Ann Lee,0491 570 006,2026-03-05,10:00", diary="")

    assert [person[1] for person in people()] == ["7", "8"]
    assert Appointment.objects.get(external_id="1").contact.external_id == "7"


def test_somebody_known_does_not_take_a_number_that_another_has() -> None:
    sydney()
    numbered(SEVEN, "3,,Bob Ray,0491 570 156,2026-03-06,10:00")

    outcome = numbered(SEVENS.format(name="Bob Ray", phone="0491 570 156"))

    assert people() == [("", "7", "Ann Lee", A), ("", "", "Bob Ray", B)]
    assert told(outcome) == (0, 0, 0)


def test_two_new_names_under_one_number_and_phone_take_nobody_over() -> None:
    sydney()
    numbered(SEVEN)

    numbered(
        *(
            f"{n},7,{name},0491 570 006,2026-03-1{n},10:00"
            for n, name in ((2, "Bo Lee"), (3, "Cy Lee"))
        ),
        answers=agreeing("one_number"),
    )

    assert [person[1:3] for person in people()] == [
        ("7", "Ann Lee"),
        ("", "Bo Lee"),
        ("", "Cy Lee"),
    ]


def test_the_database_keeps_a_number_once_in_a_diary() -> None:
    make.make_contact(external_id="7", diary="A")
    make.make_contact(external_id="7", diary="B")
    make.make_contact(external_id="", diary="A")
    make.make_contact(external_id="", diary="A")

    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_contact(external_id="7", diary="A")


class TestALimitedUsersFile:
    def test_neither_changes_nor_links_people_of_other_sites(self) -> None:
        sydney("Main")
        mill = sydney("Mill")
        numbered(SEVEN, location="Main")

        outcome = numbered(
            SEVENS.format(name="Ann Lee", phone="0491 570 156"),
            "3,,Ann Lee,0491 570 006,2026-03-06,10:00",
            location="Mill",
            only_locations=frozenset([mill.pk]),
        )

        assert people() == [("", "7", "Ann Lee", A), ("", "", "Ann Lee", B), ("", "", "Ann Lee", A)]
        assert told(outcome) == (2, 0, 1)
        assert not AuditEntry.objects.exists()

    def test_changes_people_of_the_own_ones_and_of_none(self) -> None:
        sydney("Main")
        mill = sydney("Mill")
        numbered(SEVEN, location="Mill")
        make.make_contact(external_id="8", first_name="Bob", last_name="Ray", phone=B)

        outcome = numbered(
            SEVENS.format(name="Ann Lee", phone="0491 570 157"),
            "3,8,Bob Roy,0491 570 156,2026-03-06,10:00",
            location="Mill",
            only_locations=frozenset([mill.pk]),
        )

        assert people() == [("", "7", "Ann Lee", C), ("", "8", "Bob Roy", B)]
        assert told(outcome) == (0, 2, 0)


class TestWhatAFileChangesInPeople:
    def test_stands_on_a_row_also_where_the_appointment_is_new(self) -> None:
        sydney()
        numbered(SEVEN)

        numbered(
            SEVENS.format(name="Ann Lee", phone="0491 570 156"),
            "3,7,Ann Lee,0491 570 156,2026-03-06,10:00",
        )

        marked = ImportRow.objects.filter(before__patient_row=True)
        assert [(row.outcome, row.before["phone"]) for row in marked] == [("new", [A, B])]

    def test_is_told_with_the_one_who_did_it(self) -> None:
        sydney()
        mia = make.make_user("mia", group="manager")
        numbered(SEVEN)

        numbered(
            "1,7,Ann Lee,0491 570 156,2026-03-04,12:00",
            SEVENS.format(name="Ann Lee", phone="0491 570 156"),
            created_by_id=mia.pk,
        )

        assert sorted(AuditEntry.objects.values_list("kind", "source", "user__username")) == [
            ("contact_changed", "import", "mia"),
            ("moved", "import", "mia"),
        ]

    def test_is_taken_back_with_the_new_appointment(self) -> None:
        sydney()
        mia = make.make_user("mia", group="manager")
        bring_in(csv_of(ANN, header=HEADER))
        outcome = numbered("2,7,Ann Lee,0491 570 006,2026-03-05,10:00", diary="B")
        assert people() == [("B", "7", "Ann Lee", A)]
        row = Import.objects.get(id=outcome.import_id or 0)

        ask_to_undo(row, user_id=mia.pk)
        row.refresh_from_db()
        take_back(row, now=NOW)

        assert (people(), len(diary())) == ([("", "", "Ann Lee", A)], 1)
        assert list(
            AuditEntry.objects.filter(kind="undone").values_list("user__username", flat=True)
        ) == ["mia"]
