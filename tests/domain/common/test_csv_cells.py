"""Cells of our CSV files: what a spreadsheet would run is quoted, numbers are not."""

import pytest

from reminders.domain.common.csv_cells import harmless


@pytest.mark.parametrize(
    "value", ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "\nx", "＝1", "＋x", "＠x"]
)
def test_what_begins_a_formula_gets_a_quote_in_front(value: str) -> None:
    assert harmless(value) == f"'{value}"


@pytest.mark.parametrize("value", ["+44", "+447700900123", "-1", "-1.5", "Ann", ""])
def test_numbers_and_plain_words_stay_as_they_are(value: str) -> None:
    assert harmless(value) == value
