"""Entries for whole days are no appointments."""

import pytest

from tests.domain.diary_import.importing import bring_in
from tests.domain.diary_import.rows.diary import csv, london, walls

pytestmark = pytest.mark.django_db


def test_an_entry_for_the_whole_day_is_no_appointment() -> None:
    london()

    outcome = bring_in(
        csv(
            "date,time,All day event",
            "2027-03-03,00:00:00,True",
            "2027-03-03,10:00,False",
            "2027-03-03,,Yes",
        ),
        mapping={"All day event": "all_day"},
    )

    assert walls() == ["2027-03-03 10:00"]
    assert outcome.counts.left_out == {"all_day": 2}
    assert [number for number, _ in outcome.counts.left_out_rows["all_day"]] == [2, 4]
    [told] = outcome.warnings
    assert told.endswith("): an all-day entry is no appointment.")


def test_nor_is_one_from_midnight_to_midnight() -> None:
    london()

    outcome = bring_in(
        csv("starts_at,End", "2027-03-03 00:00,2027-03-05 00:00", "2027-03-03 10:00,10:30"),
        mapping={"starts_at": "starts_at", "End": "ends_at"},
    )

    assert (walls(), outcome.counts.left_out) == (["2027-03-03 10:00"], {"all_day": 1})
