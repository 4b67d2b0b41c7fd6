"""Rows that are no appointment: passed over and counted, never imported and never a mistake."""

import pytest

from reminders.domain.diary_import.questions import About
from reminders.domain.diary_import.read.rows.left_out import REASON_WORDS, Reason
from reminders.models import Appointment, Contact
from tests.domain.diary_import.importing import (
    ANN,
    HEADER,
    bring_in,
    csv_of,
    refusal,
    summary,
    sydney,
)
from tests.domain.diary_import.rows.asked import asked, said

pytestmark = pytest.mark.django_db
PLAIN = "name,phone,date,time"


def test_each_reason_has_words() -> None:
    assert set(REASON_WORDS) == set(Reason)


@pytest.mark.parametrize(
    ("row", "header", "reason"),
    [
        ("9,,,2026-03-04,11:00,Free", f"{HEADER},service", "free"),
        ("9,,,2026-03-04,11:00,freier Termin", f"{HEADER},service", "free"),
        ("9,,,2026-03-04,11:00,Créneau disponible", f"{HEADER},service", "free"),
        ("9,Available,,2026-03-04,11:00", HEADER, "free"),
        ("9,LUNCH,,2026-03-04,12:00", HEADER, "blocked"),
        ("9,,,2026-03-04,12:00,Mittagspause", f"{HEADER},service", "blocked"),
        ("9,,,2026-03-04,12:00,Blocked", f"{HEADER},notes", "blocked"),
        ("9,Staff meeting,,2026-03-04,12:00", HEADER, "blocked"),
        ("9,休診,,2026-03-04,12:00", HEADER, "blocked"),
        ("9,,,2026-03-04,11:00,Open slot", f"{HEADER},status", "status"),
        ("Wednesday 4 March,,,,", HEADER, "title"),
        ("ID,Name,Phone,Date,Time", HEADER, "header"),
        ("Total,12,,,", HEADER, "total"),
    ],
)
def test_what_says_of_itself_that_it_is_none(row: str, header: str, reason: str) -> None:
    sydney()
    more = "," * (header.count(",") - HEADER.count(","))

    outcome = bring_in(csv_of(row, f"{ANN}{more}", header=header))

    assert (summary(outcome), outcome.counts.left_out) == ((1, 0, 0, 0), {reason: 1})
    assert [number for number, _ in outcome.counts.left_out_rows[reason]] == [2]
    assert Contact.objects.get().name == "Ann Lee"


@pytest.mark.parametrize("name", ["Lunch", "Free", "Holiday"])
def test_somebody_with_a_phone_is_somebody_whatever_the_name(name: str) -> None:
    sydney()

    outcome = bring_in(csv_of(f"9,{name},0491 570 156,2026-03-04,11:00"))

    assert (outcome.counts.new, outcome.counts.left_out) == (1, {})


def test_a_row_that_only_lacks_its_name_is_a_mistake() -> None:
    sydney()

    assert refusal(csv_of("9,,0491 570 156,2026-03-04,11:00", ANN)) == [
        "Row 2, column “name”: There is no name. Fill it in."
    ]
    assert refusal(csv_of("9,,,2026-03-04,11:00", ANN)) == [
        "Row 2, column “name”: There is no name. Fill it in."
    ]


@pytest.mark.parametrize("name", ["NULL", "N/A", "-", "#N/A", "unknown"])
def test_a_word_that_says_that_there_is_no_name_is_none(name: str) -> None:
    sydney()

    assert refusal(csv_of(f"9,{name},0491 570 156,2026-03-04,11:00")) == [
        "Row 2, column “name”: There is no name. Fill it in."
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (HEADER, ANN),
        (PLAIN, "Ann Lee,0491 570 006,2026-03-04,10:00"),
        (PLAIN, "Ann Lee,,2026-03-04,10:00"),
    ],
)
def test_a_row_that_is_the_same_once_more_counts_once(header: str, row: str) -> None:
    sydney()

    outcome = bring_in(csv_of(row, row, row, header=header))

    assert (summary(outcome), outcome.counts.left_out) == ((1, 0, 0, 0), {"duplicate": 2})
    assert [number for number, _ in outcome.counts.left_out_rows["duplicate"]] == [3, 4]


def test_a_free_slot_under_the_id_of_a_visit_leaves_that_one_gone() -> None:
    sydney()
    bring_in(csv_of(ANN, "2,Bob Ray,0491 570 156,2026-03-04,11:00"))

    outcome = bring_in(
        csv_of("1,Free,,2026-03-04,10:00", "2,Bob Ray,0491 570 156,2026-03-04,11:00")
    )

    assert summary(outcome) == (0, 0, 1, 1)


def test_visits_that_are_over_are_left_out_only_where_it_is_said() -> None:
    sydney()
    content = csv_of(ANN, "2,Bob Ray,0491 570 156,2026-02-04,11:00")

    assert bring_in(content, dry_run=True).counts.new == 2
    outcome = bring_in(content, answers=said(About.CHECK, "leave_past"))

    assert (outcome.counts.new, outcome.counts.left_out) == (1, {"past": 1})


def test_a_file_without_any_appointment_imports_nothing_and_says_why() -> None:
    sydney()

    outcome = bring_in(csv_of("9,Lunch,,2026-03-04,12:00"))

    assert (outcome.counts.rows, outcome.counts.left_out) == (0, {"blocked": 1})
    assert outcome.warnings == [
        "1 row passed over (2: “9 | Lunch | 2026-03-04 | 12:00”): a break or blocked time."
    ]


class TestRepeatedIds:
    """An id that stands with several people or visits is no appointment's id.

    Here beyond the first rows, by which the columns are chosen: so the column is given.
    """

    MAPPING = {"id": "external_id"}
    ANN = ("7,Ann Lee,0491 570 006,2026-03-04,10:00", "7,Ann Lee,0491 570 006,2026-03-11,10:00")
    TWO = ("7,Ann Lee,0491 570 006,2026-03-04,10:00", "7,Bob Ray,0491 570 156,2026-03-11,10:00")

    def test_of_one_patient_with_several_visits_it_is_asked_about(self) -> None:
        sydney()

        [(words, choices)] = asked(csv_of(*self.ANN), mapping=self.MAPPING)

        assert words == (
            "“id” can’t be each appointment's own number: 1 of 1 stand with several visits. Is "
            "it the "
            "patient's number?"
        )
        assert choices == ["patient_id", "", "external_id"]

    def test_of_several_people_it_is_likelier_something_else(self) -> None:
        sydney()

        [(_, choices)] = asked(csv_of(*self.TWO), mapping=self.MAPPING)

        assert choices == ["", "patient_id", "external_id"]

    def test_the_answer_is_taken(self) -> None:
        sydney()

        bring_in(csv_of(*self.ANN), answers=said(About.COLUMN, "patient_id", "id"))

        assert Appointment.objects.count() == 2
        assert Contact.objects.values_list("external_id", flat=True).get() == "7"

    def test_who_says_that_it_is_the_appointments_own_is_told_of_mistakes(self) -> None:
        sydney()

        assert refusal(csv_of(*self.TWO), answers=said(About.COLUMN, "external_id", "id")) == [
            "Row 3, column “id”: The diary id “7” is already in row 2. Each appointment needs "
            "its own."
        ]


def test_a_booking_of_several_treatments_has_a_line_for_each_and_is_one_visit() -> None:
    sydney()
    header = f"{HEADER},service"

    outcome = bring_in(csv_of(f"{ANN},Cut", f"{ANN},Colour", header=header))

    assert (summary(outcome), outcome.counts.left_out) == ((1, 0, 0, 0), {"line": 1})
    assert Appointment.objects.get().service.name == "Cut"


def test_a_line_that_says_otherwise_of_the_visit_is_none_of_these() -> None:
    sydney()
    content = csv_of(f"{ANN},booked", f"{ANN},cancelled", header=f"{HEADER},status")

    assert refusal(content, mapping={"id": "external_id"})[0].startswith(
        "Row 3, column “id”: The diary id “1” is already in row 2."
    )
