"""No file crashes the import: whatever the bytes, it is imported or refused in words, and quickly."""

from __future__ import annotations

import io
import os
from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminders.domain.csv_import import ImportRefused, Options, import_file, open_stream
from reminders.domain.csv_import.dates import DateReader, UnreadableError
from tests.domain.csv_import.importing import NOW, sydney

EXAMPLES = int(os.environ.get("IMPORT_EXAMPLES", "150"))
WORDS = [
    "1",
    "AnnLee",
    "0491570006",
    "4.9157E+8",
    "2026-03-04",
    "03/04/2026",
    "46085",
    "10:00",
    "24:00",
    "12:00AM",
    "=1+1",
    "<b>",
    '"',
    "booked",
    "cancelled",
    "en",
    "é",
    "25/13/2026",
    "0.5",
]
CELLS = st.one_of(
    st.sampled_from([*WORDS, "", "Ann Lee", "12:00 AM", "\ufeff", "\0", "x" * 200]),
    st.text(max_size=12),
)
NAMES = st.one_of(
    st.sampled_from(
        ["id", "name", "phone", "date", "time", "starts_at", "location", "status", "duration", "first name"]
    ),
    st.text(max_size=8),
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Something like a CSV file, in any encoding, with mixed line ends and now and then a broken byte."""
    separator = draw(st.sampled_from([",", ";", "\t", "|"]))
    rows = [draw(st.lists(NAMES, max_size=8)), *draw(st.lists(st.lists(CELLS, max_size=8), max_size=6))]
    text = "".join(separator.join(row) + draw(st.sampled_from(["\n", "\r\n", "\r"])) for row in rows)
    content = text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])), errors="replace")
    cut = draw(st.integers(0, len(content)))
    return content[:cut] + draw(st.binary(max_size=3)) + content[cut:]


def messages(content: bytes) -> list[str]:
    """What the import says against a file; nothing when it imported it."""
    try:
        with open_stream(io.BytesIO(content), name="any") as source:
            import_file(source, Options(guess=True), now=NOW)
    except ImportRefused as refused:
        return [problem.message for problem in refused.problems] or ["No reason given"]
    return []


@pytest.mark.django_db(transaction=True)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.one_of(files(), st.binary(max_size=400)))
def test_any_file_is_imported_or_refused_in_words(content: bytes) -> None:
    with transaction.atomic():
        sydney()
        for message in messages(content):
            assert message.endswith((".", "?"))
        transaction.set_rollback(True)


@settings(max_examples=EXAMPLES * 10, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=30), st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}( [0-9:. APM]+)?")
    )
)
def test_any_text_is_a_date_a_time_or_refused(text: str) -> None:
    reader = DateReader(order="dmy")
    for read in (reader.date, reader.time, reader.start):
        with suppress(UnreadableError):
            read(text)
