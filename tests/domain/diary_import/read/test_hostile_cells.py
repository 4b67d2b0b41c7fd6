"""No cell is slow to read: the time grows with its length at most, and a long one is not matched at
all.

The figures of `docs/imports.md` are of `test_a_kilobyte_is_read_at_once`, which tells them with
`-s`.
"""

from __future__ import annotations

import io
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings

from reminders.domain.diary_import import ImportRefused
from reminders.domain.diary_import.read import time_limit
from reminders.domain.diary_import.read.cells.dates import (
    DMY,
    UnreadableError,
    read_date,
    read_start,
    read_time,
)
from reminders.domain.diary_import.read.files.records import LOOK_EVERY, MAX_CELL
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.read.files.tables import open_table
from reminders.domain.diary_import.read.header import columns as columns_module
from reminders.domain.diary_import.read.time_limit import TOO_SLOW, reading_within
from reminders.domain.diary_import.uploads import upload
from tests.domain.diary_import.importing import ANN, HEADER, NOW, bring_in, csv_of, sydney
from tests.domain.diary_import.read.hostile import (
    HOSTILE,
    KINDS,
    PARSERS,
    SHORT_KINDS,
    Parser,
    a_kilobyte,
    seconds,
)

MOST_A_KILOBYTE = 0.05
"""Seconds: some eight times the worst one measured, and a fiftieth of what blanks in a date once
took.
"""
WHOLE_FILES = ("a table", "a header", "the columns by content")
"""What is done once a file: a cell of 20 characters says nothing of a kilobyte."""


@pytest.mark.bench
@pytest.mark.parametrize("name", PARSERS)
def test_four_times_the_text_takes_about_four_times_as_long(name: str) -> None:
    parser = PARSERS[name]
    slowest = sorted(
        SHORT_KINDS, key=lambda kind: seconds(parser, kind.cell(MAX_CELL // 4), tries=1)
    )[-3:]

    for kind in slowest:
        quarter, whole = (
            seconds(parser, kind.cell(length), tries=5) for length in (MAX_CELL // 4, MAX_CELL)
        )
        assert whole <= 9 * quarter + 0.001, (kind, quarter, whole)


@pytest.mark.bench
@pytest.mark.parametrize("name", PARSERS)
def test_a_kilobyte_is_read_at_once(name: str) -> None:
    parser, found = PARSERS[name], (0.0, 0, "")
    for length in (
        (1_000, MAX_CELL) if name in WHOLE_FILES else (10, 20, 40, 80, 200, 1_000, MAX_CELL)
    ):
        kind = max(SHORT_KINDS, key=lambda kind: seconds(parser, kind.cell(length), tries=1))
        found = max(found, (a_kilobyte(parser, kind, length), length, kind.cell(length)[:20]))

    cells = f"cells of {found[1]:,} such as {found[2]!r}"
    print(f"{name}: {found[0] * 1000:.2f} ms, {cells}")  # noqa: T201  # for the documents
    assert found[0] <= MOST_A_KILOBYTE, found


@pytest.mark.bench
@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS)
@settings(max_examples=40, deadline=None)
@given(text=HOSTILE)
def test_any_cell_is_read_or_refused_in_time(parser: Parser, text: str) -> None:
    assert seconds(parser, text) <= 0.002 + MOST_A_KILOBYTE * len(text) / 1024


@pytest.mark.deep
def test_every_kind_of_cell_leaves_the_parsers_with_an_answer_or_a_reason() -> None:
    for length in (12, 40, 300):
        for kind in KINDS:
            for name in (
                "a date",
                "a time",
                "a date with a time",
                "a phone (AU)",
                "a language",
                "a status",
            ):
                seconds(
                    PARSERS[name], kind.cell(length), tries=1
                )  # anything else than a reason is raised


@pytest.mark.parametrize("blanks", [41, 5_000])
def test_a_date_or_time_of_many_blanks_is_refused_unread(blanks: int) -> None:
    text = f"04/03/2026{' ' * blanks}10:00"

    for read in (
        lambda: read_date(text, DMY),
        lambda: read_time(text),
        lambda: read_start(text * 2, DMY),
    ):
        with pytest.raises(UnreadableError, match=r"characters, which are far too many\.$"):
            read()


def test_two_blanks_in_a_row_do_no_harm() -> None:
    assert str(read_start("Wed  4  Mar 2026,   2 pm", DMY).wall) == "2026-03-04 14:00:00"
    assert str(read_date("04/03/2026   00:00:00", DMY)) == "2026-03-04"


@pytest.mark.django_db
@pytest.mark.parametrize("column", [1, 2, 3, 4])
def test_a_hostile_file_holds_neither_the_pages_nor_the_worker(column: int) -> None:
    sydney()
    cells = ["1", "Ann Lee", "0491 570 006", "2026-03-04", "10:00"]
    cells[column] = f"04/03/2026{' ' * 5_000}x"
    content = csv_of(*[",".join(cells)] * 100, header=HEADER.replace("date,time", "d,t"))
    started = time.thread_time()

    upload(iter([content]), name="diary.csv", location=None, now=NOW)
    rows = [",".join([str(number), *cells[1:]]) for number in range(100)]
    with suppress(ImportRefused):
        bring_in(csv_of(*rows))

    assert time.thread_time() - started < 5


class TestTheTimeLimit:
    def test_ends_the_reading_of_a_table(self) -> None:
        content = csv_of(*[ANN] * 2 * LOOK_EVERY)

        with (
            open_table(Source(io.BytesIO(content), "diary.csv", len(content))) as table,
            reading_within(-1),
            pytest.raises(ImportRefused, match="takes far too long"),
        ):
            list(table.rows())

    def test_an_inner_one_does_not_lift_the_outer_one(self) -> None:
        with (
            reading_within(-1),
            reading_within(60),
            pytest.raises(ImportRefused, match="far too long"),
        ):
            time_limit.stop_if_late()
        time_limit.stop_if_late()

    @pytest.mark.django_db
    def test_holds_for_whoever_waits_for_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sydney()
        monkeypatch.setattr(columns_module, "HEAD", -1.0)

        with pytest.raises(ImportRefused) as refused:
            upload(
                iter([csv_of(ANN, header="a,b,c,d,e")]), name="diary.csv", location=None, now=NOW
            )

        assert refused.value.problems[0].message == TOO_SLOW
