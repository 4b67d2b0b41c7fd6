"""Days as people type them into a form."""

from datetime import date, time

import pytest

from reminders.domain.diary_import.read.cells.when.typed import (
    Typed,
    day_pattern,
    read_typed,
    write_day,
)

TODAY = date(2026, 11, 30)
FIRST = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("written", "country", "meant"),
    [
        ("1/12/2026", "GB", Typed(FIRST)),
        ("12/1/2026", "US", Typed(FIRST)),
        ("1.12.2026", "DE", Typed(FIRST)),
        ("2026-12-01", "US", Typed(FIRST)),
        ("1/12", "GB", Typed(FIRST)),
        ("12/1", "US", Typed(FIRST)),
        ("1 Dec", "GB", Typed(FIRST)),
        ("Dec 1", "US", Typed(FIRST)),
        ("Tue 1 December", "GB", Typed(FIRST)),
        ("1 Dec 14:30", "GB", Typed(FIRST, time(14, 30))),
        ("1 Dec 2.30 pm", "AU", Typed(FIRST, time(14, 30))),
        ("1.12.2026 14:30", "DE", Typed(FIRST, time(14, 30))),
        ("tomorrow", "GB", Typed(FIRST)),
        ("today 9:15", "GB", Typed(TODAY, time(9, 15))),
        ("3 January", "GB", Typed(date(2027, 1, 3))),
        ("20 November", "GB", Typed(date(2026, 11, 20))),
        ("Wed 1 December", "GB", None),
        ("31/2/2026", "GB", None),
        ("5", "GB", None),
        ("soon", "GB", None),
        ("", "GB", None),
        ("1 Dec" * 30, "GB", None),
    ],
)
def test_a_day_is_read_by_the_habits_of_its_country(
    written: str, country: str, meant: Typed | None
) -> None:
    assert read_typed(written, country=country, today=TODAY) == meant


@pytest.mark.parametrize(
    ("country", "written", "pattern"),
    [
        ("GB", "01/12/2026", "dd/mm/yyyy"),
        ("US", "12/01/2026", "mm/dd/yyyy"),
        ("DE", "01.12.2026", "dd.mm.yyyy"),
        ("CA", "2026-12-01", "yyyy-mm-dd"),
        ("", "01/12/2026", "dd/mm/yyyy"),
    ],
)
def test_a_day_is_written_as_in_its_country_and_reads_back(
    country: str, written: str, pattern: str
) -> None:
    assert (write_day(FIRST, country), day_pattern(country)) == (written, pattern)
    assert read_typed(written, country=country, today=TODAY) == Typed(FIRST)
