"""Which rows of an applied file are kept: what came of something, and what somebody should see."""

from __future__ import annotations

import pytest

from reminders.domain.diary_import.outcome import csv_lines
from reminders.domain.diary_import.undo import take_back
from reminders.models import Import, ImportRow
from tests.domain.diary_import.importing import (
    ANN,
    BOB,
    LATER,
    bring_in,
    csv_of,
    diary,
    summary,
    sydney,
)

pytestmark = pytest.mark.django_db(transaction=True)

NO_NUMBER = "3,Cy Moss,,2026-03-06,09:00"
MOVED = ANN.replace("10:00", "10:15")


@pytest.fixture(autouse=True)
def _site() -> None:
    sydney()


def kept() -> list[tuple[int, str, str]]:
    """The place of each row's file among all of them, its outcome, and why nobody is reminded."""
    files = {
        pk: place
        for place, pk in enumerate(Import.objects.order_by("pk").values_list("pk", flat=True))
    }
    rows = ImportRow.objects.order_by("of", "number")
    return [(files[row.of_id], row.outcome, row.cannot_be_reminded) for row in rows]


def test_an_import_that_changes_nothing_stores_no_rows() -> None:
    bring_in(csv_of(ANN, BOB))
    again = bring_in(csv_of(ANN, BOB), now=LATER)

    assert summary(again) == (0, 0, 2, 0)
    assert kept() == [(0, "new", ""), (0, "new", "")]


def test_the_count_of_unchanged_rows_is_told_in_the_outcome() -> None:
    bring_in(csv_of(ANN, BOB))
    bring_in(csv_of(MOVED, BOB), now=LATER)
    row = Import.objects.latest("pk")

    lines = list(csv_lines(row))

    assert row.counts["unchanged"] == 1
    assert [line.split(",")[1] for line in lines[1:]] == ["Changed", "Unchanged"]
    assert "only the number is kept" in lines[-1]


def test_rows_that_cannot_be_reminded_stay_with_the_newest_file_alone() -> None:
    for _ in range(4):
        bring_in(csv_of(ANN, NO_NUMBER))

    assert kept() == [(0, "new", ""), (0, "new", "missing"), (3, "unchanged", "missing")]


def test_another_diary_keeps_its_own() -> None:
    for _ in range(2):
        bring_in(csv_of(NO_NUMBER))
        bring_in(csv_of(NO_NUMBER), diary="other", location="Sydney")

    assert kept()[-2:] == [(2, "unchanged", "missing"), (3, "unchanged", "missing")]


def test_what_a_file_changed_is_taken_back_though_its_other_rows_are_not_kept() -> None:
    bring_in(csv_of(ANN, BOB))
    before = diary()
    bring_in(csv_of(MOVED, BOB), now=LATER)
    bring_in(csv_of(MOVED, BOB), now=LATER)

    row = Import.objects.order_by("pk")[1]
    assert take_back(row, now=LATER).count == 1
    assert [line[:5] for line in diary()] == [line[:5] for line in before]
