"""What a diary file changes is told as by hand; what it brings for the first time is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from reminders.domain.diary_import.undo import take_back
from reminders.models import Import, Reminder, ReminderRule
from tests import factories as make
from tests.domain.diary_import.importing import NOW, bring_in, csv_of, sydney

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ROWS = [f"{n},P{n} Lee,0491 570 {n + 100},2026-03-{n + 2:02},10:00" for n in range(1, 11)]


@pytest.fixture(autouse=True)
def rules() -> None:
    for position, kind in enumerate(("booked", "moved", "cancelled"), start=1):
        make.make_event_rule(kind, position=position)
    sydney()


def wanted() -> list[tuple[str, str]]:
    """The texts that wait, by kind and diary id."""
    rows = Reminder.objects.filter(state="planned", rule__kind__in=ReminderRule.EVENTS)
    return sorted(rows.values_list("rule__kind", "appointment__external_id"))


def bring(*rows: str, now: datetime, **options: Any) -> None:
    bring_in(csv_of(*rows), now=now, **options)


def test_the_first_file_of_a_diary_tells_nobody() -> None:
    bring(*ROWS, now=NOW)

    assert wanted() == []


def test_what_appears_later_among_known_days_was_booked_just_now() -> None:
    bring(*ROWS, now=NOW)
    bring(
        *ROWS,
        "77,New Lee,0491 570 777,2026-03-06,15:00",
        "78,Far Lee,0491 570 778,2026-04-30,15:00",
        now=NOW + DAY,
    )

    assert wanted() == [("booked", "77")]


def test_the_same_file_again_tells_nothing() -> None:
    bring(*ROWS, now=NOW)
    bring(*ROWS, now=NOW + DAY)

    assert wanted() == []


def test_a_file_moves_and_cancels() -> None:
    bring(*ROWS, now=NOW)
    moved = ROWS[4].replace("10:00", "16:30")
    bring(*ROWS[:4], moved, *ROWS[5:8], ROWS[9], now=NOW + DAY, gone="cancel")

    assert wanted() == [("cancelled", "9"), ("moved", "5")]


def test_a_file_that_moves_back_within_the_wait_tells_nothing() -> None:
    bring(*ROWS, now=NOW)
    bring(ROWS[0].replace("10:00", "16:30"), *ROWS[1:], now=NOW + DAY)
    bring(*ROWS, now=NOW + DAY + 5 * MINUTE)

    assert wanted() == []


def test_an_import_that_is_taken_back_at_once_tells_nothing() -> None:
    bring(*ROWS, now=NOW)
    bring(ROWS[0].replace("10:00", "16:30"), *ROWS[1:], ROWS[1].replace("2,P2", "92,P92"),
          now=NOW + DAY)  # fmt: skip
    take_back(Import.objects.latest("pk"), now=NOW + DAY + 5 * MINUTE)

    assert wanted() == []


def test_another_diary_of_the_location_has_a_first_file_of_its_own() -> None:
    bring(*ROWS, now=NOW)
    bring("1,Xi Lee,0491 570 888,2026-03-06,15:00", now=NOW + DAY, diary="physio")

    assert wanted() == []
