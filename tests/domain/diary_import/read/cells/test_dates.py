"""How dates and times are written: tables of cases, and files that do not tell."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest

from reminders.domain.diary_import.problems import DatesUnclear, ImportRefused
from reminders.domain.diary_import.read.cells.dates import (
    DMY,
    MDY,
    DateReader,
    Numbers,
    Start,
    UnreadableError,
    hour_and_minute,
    order_of,
    read_date,
    read_start,
    read_time,
    read_time_span,
    with_half,
)
from tests.domain.diary_import.read.cells.tables import rows

DAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-03-04", DMY),
        ("2026-03-04", MDY),
        ("2026/3/4", MDY),
        ("20260304", DMY),
        ("4/3/2026", DMY),
        ("3/4/2026", MDY),
        ("04.03.26", DMY),
        ("4-3-26", DMY),
        ("26-03-04", "ymd"),
        ("4 March 2026", MDY),
        ("Wed 4 Mar 2026", DMY),
        ("Wednesday, March 4, 2026", DMY),
        ("4th of March 2026", DMY),
        ("04-Mar-26", MDY),
        ("4. März 2026", DMY),
        ("4 mars 2026", DMY),
        ("4 de marzo de 2026", DMY),
        ("04/03/2026 00:00:00", DMY),
        ("2026-03-04T00:00", DMY),
        ("3/4/2026 12:00 AM", MDY),
    ],
)
def test_a_date_in_many_writings(text: str, order: str) -> None:
    assert read_date(text, order) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25/13/2026",
        "30/2/2026",
        "2026-02-30",
        "tomorrow",
        "4 Foo 2026",
        "1/1/0001",
        "99999",
        "4/3/9999",
    ],
)
def test_what_is_no_date_is_refused_in_words(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"\.$"):
        read_date(text, DMY)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("9:30", time(9, 30)),
        ("09:30:15", time(9, 30, 15)),
        ("09.30", time(9, 30)),
        ("9h30", time(9, 30)),
        ("0930", time(9, 30)),
        ("930", time(9, 30)),
        ("9:30 AM", time(9, 30)),
        ("9:30pm", time(21, 30)),
        ("9 a.m.", time(9, 0)),
        ("12:00 AM", time(0, 0)),
        ("12:15 PM", time(12, 15)),
        ("13:30 PM", time(13, 30)),
        ("14 Uhr", time(14, 0)),
        ("0.395833333", time(9, 30)),
        ("30/12/1899 09:30:00", time(9, 30)),
        ("10:00 - 10:30", time(10, 0)),
        ("10:00–10:30", time(10, 0)),
        ("9.15 bis 9.45 Uhr", time(9, 15)),
        ("2:00 - 2:30 PM", time(14, 0)),
        ("11:30 - 12:15 PM", time(11, 30)),
        ("11:30 AM - 12:15 PM", time(11, 30)),
    ],
)
def test_a_time_in_many_writings(text: str, at: time) -> None:
    assert read_time(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "24:00",
        "25:13",
        "9:60",
        "0 AM",
        "13:00 AM",
        "9",
        "10:00 - x",
        "10:00 11:00",
        "2026-03-04",
        "99999",
    ],
)
def test_what_is_no_time_is_refused_in_words(text: str) -> None:
    with pytest.raises(UnreadableError, match="is not a time"):
        read_time(text)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2026-03-04 10:30", Start(datetime(2026, 3, 4, 10, 30), None)),
        ("2026-03-04T10:30:00", Start(datetime(2026, 3, 4, 10, 30), None)),
        ("4/3/2026 10:30 AM", Start(datetime(2026, 3, 4, 10, 30), None)),
        ("Wed 4 Mar 2026, 2pm", Start(datetime(2026, 3, 4, 14, 0), None)),
        (
            "04.03.2026 10:30 - 11:00",
            Start(datetime(2026, 3, 4, 10, 30), None, datetime(2026, 3, 4, 11)),
        ),
        (
            "4/3/2026, 1:30 – 2 PM",
            Start(datetime(2026, 3, 4, 13, 30), None, datetime(2026, 3, 4, 14)),
        ),
        ("2026-03-04T10:30-05:00", Start(None, datetime(2026, 3, 4, 15, 30, tzinfo=UTC))),
        ("2026-03-04T10:30:00Z", Start(None, datetime(2026, 3, 4, 10, 30, tzinfo=UTC))),
        ("2026-03-04T10:30:00+11:00", Start(None, datetime(2026, 3, 3, 23, 30, tzinfo=UTC))),
    ],
)
def test_a_date_and_time_in_one_cell(text: str, start: Start) -> None:
    assert read_start(text, DMY) == start


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2026", "25/04/2026"], DMY),
        (["03/04/2026", "04/25/2026"], MDY),
        (["03.04.2026"], DMY),
        (["2026-03-04", "05/05/2026"], DMY),
        (["03/04/2026 10:00", "04/25/2026 10:00"], MDY),
    ],
)
def test_one_telling_date_settles_the_file(texts: list[str], order: str) -> None:
    reader = DateReader()
    for row, text in enumerate(texts, 2):
        reader.observe(text, row=row)

    reader.decide(column="date")

    assert reader.order == order


def test_a_date_that_can_not_be_read_asks_nothing() -> None:
    reader = DateReader()
    reader.observe('04/03/2"26', row=2)
    reader.decide(column="date")
    assert reader.order == DMY


@pytest.mark.parametrize(
    "text", ["04/03/2026 10:00 - 10:30", "04/03/2026 10:00+11:00", "04/03/2026 00:30Z"]
)
def test_a_time_beside_the_date_does_not_keep_it_from_being_asked_about(text: str) -> None:
    reader = DateReader()
    reader.observe(text, row=2)
    with pytest.raises(DatesUnclear, match="may be 4 March 2026 or 3 April 2026"):
        reader.decide(column="date")


def test_an_order_that_nothing_depended_on_is_only_assumed() -> None:
    reader = DateReader()
    reader.observe("03/03/2026", row=2)
    reader.observe("2026-12-31", row=3)
    reader.decide(column="date")
    assert (reader.order, reader.assumed) == (DMY, True)

    told = DateReader()
    told.observe("31/12/2026", row=2)
    told.decide(column="date")
    assert (told.order, told.assumed) == (DMY, False)


def test_a_file_that_does_not_tell_is_asked_about_in_words() -> None:
    reader = DateReader()
    reader.observe("03/04/2026", row=2)
    reader.observe("05/06/2026", row=3)

    with pytest.raises(DatesUnclear) as unclear:
        reader.decide(column="Date")

    assert unclear.value.readings == {"dmy": "3 April 2026", "mdy": "4 March 2026"}
    assert str(unclear.value.problems[0]).startswith(
        "Row 2, column “Date”: “03/04/2026” may be 3 April 2026 or 4 March 2026"
    )


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("dmy", "dmy"),
        ("DD/MM/YYYY", "dmy"),
        ("%m/%d/%Y", "mdy"),
        ("yyyy-mm-dd", "ymd"),
        ("", None),
        ("M/D/YY", "mdy"),
    ],
)
def test_a_date_format_in_many_writings(text: str, order: str | None) -> None:
    assert order_of(text) == order


def test_an_unknown_date_format_says_what_to_write() -> None:
    with pytest.raises(ImportRefused, match="Write dmy, mdy or ymd"):
        order_of("european")


@pytest.mark.parametrize("row", rows("dates"))
def test_dates_of_many_languages_are_read_or_refused(row: dict[str, str]) -> None:
    assert told(lambda: str(read_date(row["text"], DMY))) == row["read"]


@pytest.mark.parametrize("row", rows("times"))
def test_times_of_many_languages_are_read_or_refused(row: dict[str, str]) -> None:
    def read() -> str:
        span = read_time_span(row["text"])
        return f"{span.begins:%H:%M:%S}" + (f"-{span.ends:%H:%M}" if span.ends else "")

    assert told(read) == row["read"]


@pytest.mark.parametrize("row", rows("starts"))
def test_dates_with_times_of_many_languages_are_read_or_refused(row: dict[str, str]) -> None:
    def read() -> str:
        start = read_start(row["text"], DMY)
        moments = [start.wall or start.instant, start.ends]
        return " ".join(at.isoformat().replace("+00:00", "Z") for at in moments if at)

    assert told(read) == row["read"]


def told(read: Callable[[], str]) -> str:
    """What a reading gives, "" where it is refused in a sentence."""
    try:
        return read()
    except UnreadableError as error:
        return "" if str(error).startswith("“") and str(error).endswith(".") else str(error)


def test_plain_numbers_are_dates_only_where_somebody_said_so() -> None:
    noon = datetime(2026, 3, 4, 12)
    assert read_date("46085", DMY, numbers=Numbers.SERIAL) == DAY
    assert read_start("46085.5", DMY, numbers=Numbers.SERIAL) == Start(noon, None)
    epoch = Start(None, noon.replace(tzinfo=UTC))
    assert read_start("1772625600", DMY, numbers=Numbers.EPOCH) == epoch
    assert read_start("1772625600000", DMY, numbers=Numbers.EPOCH) == epoch
    for numbers, text in (
        (Numbers.EPOCH, "46085"),
        (Numbers.SERIAL, "1772625600"),
        (Numbers.SERIAL, "9"),
    ):
        with pytest.raises(UnreadableError):
            read_start(text, DMY, numbers=numbers)


def test_a_month_of_two_languages_is_read_by_the_country() -> None:
    read = [str(read_date("4 listopada 2026", DMY, country=country)) for country in ("PL", "HR")]
    assert read == ["2026-11-04", "2026-10-04"]


@pytest.mark.parametrize(
    ("text", "half", "at"),
    [
        ("2:30", "PM", time(14, 30)),
        ("2", "p.m.", time(14)),
        ("14:30", "PM", time(14, 30)),
        ("2:30 PM", "PM", time(14, 30)),
        ("12:00", "午前", time(0)),
        ("14:30", "AM", None),
        ("2:30 AM", "PM", None),
        ("2:30", "noon", None),
        ("2:30", "", None),
        ("soon", "PM", None),
    ],
)
def test_a_half_of_the_day_in_a_cell_of_its_own(text: str, half: str, at: time | None) -> None:
    if at:
        assert with_half(text, half) == at
    else:
        with pytest.raises(UnreadableError):
            with_half(text, half)


def test_an_hour_and_a_minute_in_cells_of_their_own() -> None:
    assert hour_and_minute("9", "5") == time(9, 5)
    assert hour_and_minute("14", "") == time(14)
    assert hour_and_minute("2.0", "30", "PM") == time(14, 30)
    for hour, minute in (("25", "0"), ("9", "60"), ("x", "0"), ("", "5"), ("9", "5.5")):
        with pytest.raises(UnreadableError):
            hour_and_minute(hour, minute)
