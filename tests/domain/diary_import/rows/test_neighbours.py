"""A day that stands only above its rows is asked about, and so are days that were turned round."""

import pytest

from reminders.models import Appointment
from tests.domain.diary_import.importing import (
    agreeing,
    bring_in,
    csv_of,
    open_questions,
    refusal,
    sydney,
)

pytestmark = pytest.mark.django_db
HEADER = "name,phone,date,time"
NAMES = ["Ann Lee", "Bob Ray", "Cy Poe", "Di Fox", "Ed Kay"]


@pytest.fixture(autouse=True)
def _site() -> None:
    sydney()


def list_of(*days: str) -> bytes:
    """One visit an hour from nine o'clock, on each of these days."""
    rows = [
        f"{name},0491 570 {number},{day},{hour}:00"
        for hour, (name, number, day) in enumerate(
            zip(NAMES, ("006", "110", "156", "157", "158"), days, strict=False), 9
        )
    ]
    return csv_of(*rows, header=HEADER)


def days() -> list[str]:
    found = Appointment.objects.order_by("local_time").values_list("local_date", flat=True)
    return [f"{day.day}/{day.month}" for day in found]


def names_of(content: bytes, *agreed: str) -> list[str]:
    return [question.name for question in open_questions(content, answers=agreeing(*agreed))]


@pytest.mark.parametrize("below", ["", '""""', "ditto", "〃", "do."])
def test_a_day_that_stands_once_is_that_of_the_rows_below_if_somebody_says_so(below: str) -> None:
    content = list_of("24/03/2026", below, below, "25/03/2026", below)

    assert names_of(content) == ["check:same_day"]
    assert len(refusal(content, answers=agreeing("not_same_day"))) == 3
    bring_in(content, answers=agreeing("same_day"))
    assert days() == ["24/3", "24/3", "24/3", "25/3", "25/3"]


def test_one_row_without_a_day_is_a_mistake() -> None:
    assert refusal(list_of("24/03/2026", "25/03/2026", "", "26/03/2026"))[0].startswith(
        "Row 4, column “date”: There is no date."
    )


def test_a_row_above_the_first_day_stays_a_mistake() -> None:
    content = list_of("", "24/03/2026", "", "")

    assert refusal(content, answers=agreeing("same_day"))[0].startswith("Row 2, column “date”")


def test_dates_beside_texts_that_only_day_first_reads_may_have_been_turned_round() -> None:
    content = list_of("2026-05-04", "2026-12-03", "22/03/2026", "24/03/2026")

    assert names_of(content) == ["check:turned_dates"]
    bring_in(content, answers=agreeing("turned_dates"))
    assert days() == ["5/4", "12/3", "22/3", "24/3"]


def test_dates_that_were_not_turned_round_stay_as_they_are() -> None:
    bring_in(list_of("2026-05-04", "22/03/2026"), answers=agreeing("not_turned_dates"))

    assert days() == ["4/5", "22/3"]


@pytest.mark.parametrize(
    "days",
    [
        ("2026-05-04", "2026-03-22", "24/03/2026"),  # a date that no program turned round
        ("2026-05-04", "05/04/2026", "24/03/2026"),  # a text that one would have read
        ("2026-03-03", "24/03/2026"),  # the same day either way
        ("2026-05-04", "2026-05-05"),
    ],
)
def test_other_dates_beside_texts_are_not_asked_about(days: tuple[str, ...]) -> None:
    assert names_of(list_of(*days)) == []
