"""The names of months and weekdays are those of CLDR."""

from tests.domain.diary_import.read.cells.calendar_names import FILE, as_json


def test_the_names_are_those_that_babel_has() -> None:
    assert FILE.read_text(encoding="utf-8") == as_json()
