"""What dates, times and lengths leave unsaid is asked once for the file, and a no makes them
mistakes.
"""

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
HEADER = "name,phone,date,time,duration"
PHONE = "0491 570 006"


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (f"Ann Lee,{PHONE},Wed 4 Mar,10:00,30", "check:no_year"),
        (f"Ann Lee,{PHONE},tomorrow,10:00,30", "check:relative"),
        (f"Ann Lee,{PHONE},260304,10:00,30", "check:dates_without_signs"),
        (f"Ann Lee,{PHONE},115/03/04,10:00,30", "check:era_minguo"),
        (f"Ann Lee,{PHONE},2026-03-04,9.3,30", "check:lost_zero"),
        (f"Ann Lee,{PHONE},2026-03-04,10:00,1800", "check:lengths_in_seconds"),
    ],
)
def test_each_is_asked_and_then_read_or_told_as_a_mistake(row: str, name: str) -> None:
    sydney()
    (question,) = [one for one in open_questions(csv_of(row, header=HEADER)) if one.name == name]
    yes, no = (choice.answer.meaning for choice in question.choices[:2])

    assert refusal(csv_of(row, header=HEADER), answers=agreeing(no))[0].startswith("Row 2, column")
    bring_in(csv_of(row, header=HEADER), answers=agreeing(yes))

    visit = Appointment.objects.get()
    assert (visit.duration, visit.local_date.year) == (30, 2026)


@pytest.mark.parametrize(
    ("second", "asks"),
    [("1:15", True), ("13:15", False), ("1:15 PM", False), ("6:15", False)],
)
def test_hours_counted_to_twelve_without_a_half_of_the_day_are_asked_about(
    second: str, asks: bool
) -> None:
    sydney()
    rows = [f"Ann Lee,{PHONE},2026-03-04,8:30,30", f"Bo Ray,0491 570 156,2026-03-04,{second},30"]

    found = open_questions(csv_of(*rows, header=HEADER)) if asks else []
    if not asks:
        bring_in(csv_of(*rows, header=HEADER))
    assert [one.name for one in found] == ["check:twelve_hours"] * asks


def test_the_early_ones_are_then_after_noon_with_their_ends() -> None:
    sydney()
    rows = [
        f"Ann Lee,{PHONE},4/03/2026 12:30,1:00",
        "Bo Ray,0491 570 156,4/03/2026 1:15,2:00",
        "Cy Orr,0491 570 110,13/03/2026 8:30,9:00",
    ]

    bring_in(csv_of(*rows, header="name,phone,start,end"), answers=agreeing("twelve_hours"))

    visits = Appointment.objects.order_by("starts_at")
    assert [(f"{each.local_time:%H:%M}", each.duration) for each in visits] == [
        ("12:30", 30),
        ("13:15", 45),
        ("08:30", 30),
    ]
