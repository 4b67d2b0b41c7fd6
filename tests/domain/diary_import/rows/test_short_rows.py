"""Rows that have lost a cell: what stands behind it would be read below other names."""

import pytest

from reminders.models import Appointment
from tests.domain.diary_import.importing import HEADER, asked, bring_in, csv_of, refusal, sydney

pytestmark = pytest.mark.django_db

WIDE = f"{HEADER},doctor,service"
WHOLE = [
    f"{n},Ann Lee {n},0491 570 {phone},2026-03-{n:02},10:00,Dr Orr,Scan"
    for n, phone in enumerate(("006", "110", "156", "157", "158", "159", "266", "737"), 3)
]
LOST = "90,Bob Ray,0491 570 313,2026-03-09,11:30 Dr Orr,Scan"
CUT = "90,Bob Ray,0491 570 313,2026-03-09,11:30"


@pytest.mark.parametrize("row", [LOST, CUT])
def test_a_row_that_lost_a_cell_is_a_mistake(row: str) -> None:
    sydney()
    content = csv_of(*WHOLE, row, header=WIDE)

    assert any("cells, but the header and nearly all" in words for words in refusal(content))
    assert list(asked(content, source="browser")) == ["errors"]
    bring_in(content, errors="leave")
    assert set(Appointment.objects.values_list("practitioner__name", flat=True)) == {"Dr Orr"}
    assert Appointment.objects.count() == len(WHOLE)


def test_rows_whose_last_column_is_often_blank_may_leave_it_out() -> None:
    sydney()
    blank = [row.replace("Scan", "") for row in WHOLE[:2]]

    assert bring_in(csv_of(*WHOLE[2:], *blank, CUT, header=WIDE)).counts.new == len(WHOLE) + 1


def test_rows_of_many_lengths_are_filled_up() -> None:
    sydney()
    short = [row.removesuffix(",Dr Orr,Scan") for row in WHOLE[:3]]

    assert bring_in(csv_of(*WHOLE[3:], *short, header=WIDE)).counts.new == len(WHOLE)


def test_a_row_passed_over_leaves_no_mistake_to_the_next() -> None:
    sydney()
    rows = [*WHOLE, "90,Bob Ray,0491 570 313,2026-03-09,11:30,Dr Orr,Scan"]
    total = "Total appointments: 6,,,"

    assert bring_in(csv_of(*rows, total, header=WIDE)).counts.new == len(rows)
