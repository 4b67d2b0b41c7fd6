"""Who cancelled, why, and to when it was moved, where no other column tells of a cancellation."""

from __future__ import annotations

import pytest

from reminders.domain.diary_import.questions import About
from reminders.models import Appointment
from tests.domain.diary_import.importing import ANN, BOB, HEADER, bring_in, csv_of, sydney
from tests.domain.diary_import.rows.asked import asked, said

pytestmark = pytest.mark.django_db


def statuses() -> list[str]:
    return list(Appointment.objects.order_by("external_id").values_list("status", flat=True))


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Cancelled by", "Mia"),
        ("Annullato da", "segreteria"),
        ("Afgezegd door", "cliënt"),
        ("Cancellation reason", "ill"),
        ("Rescheduled to", "2026-03-20"),
    ],
)
def test_it_is_asked_whether_such_a_visit_is_off(column: str, cell: str) -> None:
    sydney()
    content = csv_of(f"{ANN},{cell}", f"{BOB},", header=f"{HEADER},{column}")

    assert [one[0] for one in asked(content)] == [
        f"Is a visit cancelled where something stands in “{column}”?"
    ]
    bring_in(content, answers=said(About.COLUMN, "cancelled_by", column))

    assert statuses() == ["cancelled", "booked"]


def test_where_it_was_blank_so_far_a_name_cancels() -> None:
    sydney()
    rows = [
        f"{n},Cy Orr,0491 570 110,2026-03-04,{8 + n // 50:02d}:{n % 50:02d},"
        for n in range(10, 230)
    ]

    bring_in(csv_of(*rows, f"999{ANN[1:]},Mia", header=f"{HEADER},Cancelled by"))

    assert statuses().count("cancelled") == 1
    assert Appointment.objects.get(external_id="999").status == "cancelled"


def test_beside_a_status_it_tells_nothing_more() -> None:
    sydney()

    bring_in(csv_of(f"{ANN},booked,Mia", header=f"{HEADER},status,Cancelled by"))

    assert statuses() == ["booked"]


@pytest.mark.parametrize("none", ["00/00/0000", "0000-00-00", "00.00.0000", "1900-01-01", "-", "0"])
def test_a_date_that_is_none_cancels_nothing(none: str) -> None:
    sydney()

    bring_in(csv_of(f"{ANN},{none}", f"{BOB},2026-02-20", header=f"{HEADER},Cancelled on"))

    assert statuses() == ["booked", "cancelled"]


@pytest.mark.parametrize("mark", ["X", "○", "✓", "yes"])
def test_a_mark_where_a_date_is_looked_for_cancels(mark: str) -> None:
    sydney()

    bring_in(csv_of(f"{ANN},{mark}", f"{BOB},", header=f"{HEADER},Cancelled"))

    assert statuses() == ["cancelled", "booked"]
