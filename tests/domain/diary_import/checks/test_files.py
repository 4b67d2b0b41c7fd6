"""Files that are strange as a whole, and ordinary ones beside them; agreed to, they come in."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from reminders.domain.diary_import.questions import About
from reminders.models import Appointment, Import
from tests import factories as make
from tests.domain.diary_import.importing import (
    HEADER,
    NOW,
    agreeing,
    asked,
    bring_in,
    csv_of,
    open_questions,
    sydney,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
WORKING_DAYS = [MONDAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]
OLD_DAYS = [day - timedelta(days=364) for day in WORKING_DAYS]


def phone(n: int) -> str:
    """A UK number from the range kept for fiction."""
    return f"+44 7700 {900000 + n}"


def rows_on(
    days: list[date] = WORKING_DAYS, *, at: str = "", more: str = "", first_id: int = 1
) -> list[str]:
    """One visit a day, each of another person; `more` are further cells of each."""
    return [
        f"{first_id + n},P{n}a Lee{n},{phone(n)},{day},{at or f'{9 + n % 8:02}:15'}{more}"
        for n, day in enumerate(days)
    ]


def asked_by(content: bytes, **options: object) -> list[str]:
    return [name.removeprefix("check:") for name in asked(content, **options)]


def test_an_ordinary_file_is_asked_nothing_nor_is_the_one_of_the_next_night() -> None:
    sydney()

    assert asked_by(csv_of(*rows_on())) == []
    assert asked_by(csv_of(*rows_on()), now=NOW + timedelta(days=1)) == []
    assert Appointment.objects.count() == 10


@pytest.mark.parametrize(
    ("content", "checks"),
    [
        (csv_of(*rows_on(OLD_DAYS)), ["past"]),
        (csv_of(*rows_on(OLD_DAYS[:5] + WORKING_DAYS[5:])), []),
        (csv_of(*rows_on([day + timedelta(days=1_092) for day in WORKING_DAYS])), ["ahead"]),
        (csv_of(*rows_on([day + timedelta(days=364) for day in WORKING_DAYS])), []),
        (csv_of(*rows_on([*WORKING_DAYS, date(2050, 11, 28)])), ["ahead"]),
        (csv_of(*rows_on(at="00:00")), ["midnight"]),
        (csv_of(*rows_on(at="02:30")), ["night"]),
        (csv_of(*rows_on(at="05:00")), []),
        (csv_of(*rows_on([MONDAY + timedelta(days=6)] * 4)), ["closed_days"]),
        (csv_of(*rows_on([MONDAY + timedelta(days=5)] * 4)), []),
        (csv_of(*rows_on([MONDAY] * 6, at="09:00")), ["one_start"]),
        (csv_of(*rows_on([MONDAY] * 4, at="09:00")), []),
    ],
)
def test_days_and_times(content: bytes, checks: list[str]) -> None:
    sydney()

    assert asked_by(content) == checks
    assert asked_by(content, answers=agreeing(*checks)) == []


WITH = f"{HEADER},"


@pytest.mark.parametrize(
    ("content", "checks"),
    [
        (csv_of(*rows_on(more=",900"), header=f"{WITH}duration"), ["lengths"]),
        (csv_of(*rows_on(more=",1"), header=f"{WITH}duration"), ["lengths"]),
        (csv_of(*rows_on(more=",480"), header=f"{WITH}duration"), []),
        (csv_of(*rows_on(more=",cancelled"), header=f"{WITH}status"), ["all_cancelled"]),
        (csv_of(*rows_on(more=",booked"), header=f"{WITH}status"), []),
        (
            csv_of(
                *[f"{row},Dr {n}x Who" for n, row in enumerate(rows_on())],
                header=f"{WITH}practitioner",
            ),
            ["practitioners"],
        ),
        (csv_of(*rows_on(more=",Dr Who"), header=f"{WITH}practitioner"), []),
    ],
)
def test_lengths_statuses_and_practitioners(content: bytes, checks: list[str]) -> None:
    sydney()

    assert asked_by(content) == checks
    assert asked_by(content, answers=agreeing(*checks)) == []


def people(*rows: tuple[str, str, str]) -> bytes:
    """Visits of people: number, name, phone."""
    return csv_of(
        *[
            f"{number},{name},{called},{WORKING_DAYS[n % 10]},1{n % 6}:{n % 4}5"
            for n, (number, name, called) in enumerate(rows)
        ],
        header="patient_id,name,phone,date,time",
    )


@pytest.mark.parametrize(
    ("content", "checks"),
    [
        (people(*[("", f"P{n} Lee{n}", phone(1)) for n in range(5)]), ["one_phone"]),
        (people(*[("", f"P{n} Lee", phone(1)) for n in range(4)]), []),
        (people(("7", "Ann Lee", phone(1)), ("7", "Bob Ray", phone(2))), ["one_number"]),
        (people(("7", "Ann Lee", phone(1)), ("7", "ann  lee", phone(1))), []),
        (people(("7", "Ann Lee", phone(1)), ("7", "Ann Lee", phone(2))), ["several_phones"]),
        (people(*[("", "Dr Who", phone(n)) for n in range(6)]), ["few_names"]),
        (people(*[("", "Ann Lee", phone(n)) for n in range(2)]), []),
    ],
)
def test_people_numbers_and_phones(content: bytes, checks: list[str]) -> None:
    sydney()

    assert asked_by(content) == checks
    assert asked_by(content, answers=agreeing(*checks)) == []
    assert asked_by(content) == []  # known by now


def test_a_location_is_asked_about_once_that_is_open_on_sundays_and_at_night() -> None:
    here = sydney()
    for n in range(5):
        make.make_appointment(location=here, day=date(2026, 2, 1), at=time(3, n))
    sunday = MONDAY + timedelta(days=6)

    assert asked_by(csv_of(*rows_on([sunday] * 4, at="03:30"))) == []


def test_working_days_of_the_location_count() -> None:
    here = sydney()
    here.open_days = [1, 2, 3, 4, 5, 7]
    here.save(update_fields=["open_days"])

    assert asked_by(csv_of(*rows_on([MONDAY + timedelta(days=6)] * 4))) == []
    saturday = MONDAY + timedelta(days=12)
    assert asked_by(csv_of(*rows_on([saturday] * 4, first_id=50))) == ["closed_days"]


def test_a_new_numbering_is_asked_about_before_it_doubles_the_diary() -> None:
    sydney()
    bring_in(csv_of(*rows_on()))

    assert asked_by(csv_of(*rows_on(first_id=501))) == ["new_numbering"]
    assert asked_by(csv_of(*rows_on(at="17:45", first_id=501))) == []
    assert Appointment.objects.count() == 20


def test_other_days_than_the_last_file_had_are_asked_about() -> None:
    sydney()
    bring_in(csv_of(*rows_on()))
    before = [day - timedelta(days=70) for day in WORKING_DAYS[:2]]
    next_week = [day + timedelta(days=14) for day in WORKING_DAYS]
    next_year = [day + timedelta(days=364) for day in WORKING_DAYS]

    assert "other_days" in asked_by(csv_of(*rows_on(before, first_id=30)))
    assert asked_by(csv_of(*rows_on(next_year, first_id=40))) == ["other_days"]
    assert asked_by(csv_of(*rows_on(next_week, first_id=50))) == []
    assert Import.objects.latest("pk").counts["first_day"] == "2026-03-16"


def test_what_is_much_cancelled_wants_the_yes_that_the_command_has_for_it() -> None:
    sydney()
    rows = rows_on([*WORKING_DAYS, *(day + timedelta(days=14) for day in WORKING_DAYS)])
    bring_in(csv_of(*rows))
    half = csv_of(
        *[f"{row},cancelled" for row in rows[:10]],
        *[f"{row},booked" for row in rows[10:]],
        header=f"{WITH}status",
    )

    assert asked_by(half) == ["much_cancelled"]
    assert asked_by(half, source="browser", dry_run=True) == []
    assert asked_by(half, confirmed=True) == []


def test_a_question_shows_rows_and_offers_another_order_of_the_dates() -> None:
    sydney()
    content = csv_of(
        "1,Ann Lee,0491 570 006,05-03-04,10:00", "2,Bob Ray,0491 570 156,05-03-05,11:00"
    )

    (past,) = open_questions(content, date_format="ymd")

    assert (past.words, past.examples, past.row, past.column) == (
        "Both visits lie in the past: from Fri 4 March 2005 to Sat 5 March 2005. Is that right?",
        (
            "row 2: Ann Lee, Fri 4 March 2005, 10:00",
            "row 3: Bob Ray, Sat 5 March 2005, 11:00",
        ),
        2,
        "date",
    )
    assert past.as_json()["options"] == [
        "--agree past",
        "--agree leave_past",
    ]


def test_a_question_offers_the_order_by_which_the_visits_are_to_come() -> None:
    sydney()
    rows = ("1,Ann Lee,0491 570 006,26-04-03,10:00", "2,Bob Ray,0491 570 156,26-04-07,11:00")

    (past,) = open_questions(csv_of(*rows), date_format="dmy")

    assert past.as_json()["options"] == [
        "--agree past",
        "--date-format ymd",
        "--agree leave_past",
    ]
    assert past.choices[1].example == "Fri 3 April 2026"
    assert asked(csv_of(*rows), date_format="ymd") == {}


def test_a_strange_column_may_be_set_aside() -> None:
    sydney()
    content = csv_of(*rows_on(more=",900"), header=f"{WITH}duration")

    (question,) = open_questions(content)

    assert question.about is About.CHECK
    assert question.as_json()["options"] == [
        "--agree lengths",
        '--column "duration="',
    ]
    assert question.examples[0] == "row 2: P0a Lee0, Mon 2 March 2026, 09:15, 900 minutes"


def test_the_words_name_nobody_and_the_examples_do() -> None:
    sydney()

    (question,) = open_questions(people(*[("", f"P{n} Lee{n}", phone(1)) for n in range(5)]))

    assert question.words == (
        "5 people of different names have one phone number, of 5 who are new. Is that right?"
    )
    assert question.examples == ("+447700900001: P0 Lee0, P1 Lee1, P2 Lee2, P3 Lee3, P4 Lee4",)
