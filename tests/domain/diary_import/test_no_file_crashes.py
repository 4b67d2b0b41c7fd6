"""No file crashes the import: whatever the bytes, it is imported or refused in words, and quickly.

`IMPORT_EXAMPLES` sets how many files are tried; what a long run found stands in `docs/imports.md`.
"""

from __future__ import annotations

import io
import os
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminders.domain.diary_import import (
    ImportRefused,
    Options,
    import_file,
    open_stream,
    work_off_imports,
)
from reminders.domain.diary_import.problems import Problems
from reminders.domain.diary_import.read.cells.dates import DateReader, UnreadableError
from reminders.domain.diary_import.read.files.tables import open_table
from reminders.domain.diary_import.read.first_pass import survey
from reminders.domain.diary_import.read.header.columns import choose_columns, stop_if_missing
from reminders.domain.diary_import.read.rows import ImportLocation, RowReader
from reminders.domain.diary_import.uploads import go, upload
from reminders.domain.diary_import.write.copying import STAGED
from reminders.models import Appointment, Contact, Import
from tests.domain.diary_import.importing import ANN, HEADER, NOW, csv_of, sydney

EXAMPLES = int(os.environ.get("IMPORT_EXAMPLES", "150"))
SENTENCE = (".", "?", ".)", " row)", " rows)")
WORDS = [
    "1",
    "AnnLee",
    "0491570006",
    "4.9157E+8",
    "2026-03-04",
    "03/04/2026",
    "46085",
    "10:00",
    "10:00 - 10:30",
    "24:00",
    "12:00AM",
    "=1+1",
    "<b>",
    '"',
    '"a\nb"',
    "booked",
    "cancelled",
    "en",
    "é",
    "25/13/2026",
    "0.5",
    "1e400",
    "9" * 30,
]
CELLS = st.one_of(
    st.sampled_from(
        [*WORDS, "", "Ann Lee", "12:00 AM", "\ufeff", "\0", "\x1f", "\x85", "\\N", "x" * 200]
    ),
    st.text(max_size=12),
)
NAMES = st.one_of(
    st.sampled_from(
        [
            "id",
            "name",
            "phone",
            "date",
            "time",
            "starts_at",
            "location",
            "status",
            "duration",
            "first name",
        ]
    ),
    st.text(max_size=8),
)
ROWS = [
    HEADER.split(","),
    ANN.split(","),
    ["2", "Bob Ray", "0491 570 156", "2026-03-25", "11:30"],
    ["3", "Cy Orr", "", "15/03/2026", "9am"],
]


@st.composite
def made_up(draw: st.DrawFn) -> list[list[str]]:
    """Rows of anything under a header of anything."""
    return [
        draw(st.lists(NAMES, max_size=8)),
        *draw(st.lists(st.lists(CELLS, max_size=8), max_size=6)),
    ]


@st.composite
def nearly_right(draw: st.DrawFn) -> list[list[str]]:
    """A good file with a few things wrong: that is how files are wrong in practice."""
    rows = [list(row) for row in ROWS]
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.sampled_from(rows))
        place = draw(st.integers(0, max(len(row) - 1, 0)))
        match draw(st.sampled_from(["cell", "more", "fewer", "again", "column"])):
            case "cell" if row:
                row[place] = draw(NAMES if row is rows[0] else CELLS)
            case "more":
                row.insert(place, draw(CELLS))
            case "fewer" if row:
                del row[place]
            case "again":
                rows.append(list(row))
            case "column":
                name = draw(NAMES)
                for number, each in enumerate(rows):
                    each.append(draw(CELLS) if number else name)
    return rows


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Rows as a file, in any encoding, with mixed line ends and now and then a broken byte."""
    separator = draw(st.sampled_from([",", ";", "\t", "|"]))
    rows = draw(st.one_of(made_up(), nearly_right()))
    text = "".join(
        separator.join(row) + draw(st.sampled_from(["\n", "\r\n", "\r"])) for row in rows
    )
    content = text.encode(
        draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])), errors="replace"
    )
    if draw(st.booleans()):
        return content
    cut = draw(st.integers(0, len(content)))
    return content[:cut] + draw(st.binary(max_size=3)) + content[cut:]


def messages(content: bytes) -> list[str]:
    """What the import says against a file; nothing when it imported all of it."""
    try:
        with open_stream(io.BytesIO(content), name="any") as source:
            counts = import_file(source, Options(), now=NOW).counts
    except ImportRefused as refused:
        assert (Appointment.objects.count(), Contact.objects.count()) == (0, 0)
        return [problem.message for problem in refused.problems] or ["No reason given"]
    assert counts.rows == counts.new == Appointment.objects.count()
    assert counts.rows or counts.left_out
    return []


def in_the_browser(content: bytes) -> list[str]:
    """What the pages say against a file on its way from the upload to the go."""
    try:
        row = upload([content], name="any", location=None, now=NOW)
    except ImportRefused as refused:
        return [refused.problems[0].message]
    for _ in range(2):
        work_off_imports(now=NOW + timedelta(minutes=1))
        with suppress(ImportRefused):
            go(row, gone="keep", remember_as="", confirmed=True)
    row.refresh_from_db()
    assert row.state in {Import.State.UPLOADED, Import.State.REFUSED, Import.State.APPLIED}, (
        row.state
    )
    assert "fault" not in row.words
    return [problem["message"] for problem in row.problems]


def read(content: bytes) -> list[str]:
    """What reading alone says against a file, without a database: as far as the lines for COPY."""
    problems = Problems()
    try:
        with open_stream(io.BytesIO(content), name="any") as source, open_table(source) as table:
            columns = choose_columns(table.header, table.sample)
            stop_if_missing(columns)
            dates = DateReader()
            found = survey(table, columns, dates)
            site = ImportLocation(id=1, zone=ZoneInfo("Australia/Sydney"), country="AU")
            reader = RowReader(
                columns,
                dates,
                sites={name.casefold(): site for name in found.locations},
                default=site,
                known_names={},
                problems=problems,
                now=NOW,
            )
            lines = [reader.line(number, cells) for number, cells in table.rows()]
            problems.stop_if_any(rows=found.rows)
    except ImportRefused as refused:
        return [problem.message for problem in refused.problems] or ["No reason given"]
    assert len(lines) == found.rows
    filled = [line for line in lines if line]  # the others are passed over, with a reason
    assert len(filled) + reader.left_out.total == found.rows
    assert all((line.count("\t"), line.count("\n")) == (len(STAGED) - 1, 1) for line in filled)
    return []


settled = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.django_db(transaction=True)
@settled
@given(content=st.one_of(files(), files(), files(), st.binary(max_size=400)), uploads=st.booleans())
def test_any_file_is_imported_or_refused_in_words(content: bytes, uploads: bool) -> None:
    with transaction.atomic():
        sydney()
        for message in in_the_browser(content) if uploads else messages(content):
            assert message.endswith(SENTENCE)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_good_file_that_the_others_are_made_from_is_imported() -> None:
    sydney()
    assert messages(csv_of(*(",".join(row) for row in ROWS[1:]))) == []


@settings(settled, max_examples=EXAMPLES * 10)
@given(content=st.one_of(files(), files(), files(), st.binary(max_size=400)))
def test_any_file_is_read_whole_or_refused_in_words(content: bytes) -> None:
    for message in read(content):
        assert message.endswith(SENTENCE)


@settings(max_examples=EXAMPLES * 10, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=30),
        st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}( [0-9:. APM]+)?"),
    )
)
def test_any_text_is_a_date_a_time_or_refused(text: str) -> None:
    reader = DateReader(order="dmy")
    for read in (reader.date, reader.time, reader.start):
        with suppress(UnreadableError):
            read(text)
