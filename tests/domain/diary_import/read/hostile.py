"""Cells made to be slow to read, every parser of a file's text, and how long one takes.

Times are the thread's own seconds of processor, the least of several tries, so that whatever else
the machine does is not measured.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import product

from hypothesis import strategies as st

from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.read.cells.cell_words import read_minutes, read_status
from reminders.domain.diary_import.read.cells.dates import (
    DMY,
    DateReader,
    order_of,
    read_date,
    read_start,
    read_time,
)
from reminders.domain.diary_import.read.cells.flags import read_flag, read_text_wish
from reminders.domain.diary_import.read.cells.languages import read_language
from reminders.domain.diary_import.read.cells.marks import (
    marked_parts,
    may_hold_marks,
    read_marks,
)
from reminders.domain.diary_import.read.cells.names import (
    is_no_name,
    read_parts,
    split_name,
    tidy,
    without_title,
)
from reminders.domain.diary_import.read.cells.no_values import is_no_value
from reminders.domain.diary_import.read.cells.statuses import likely_status
from reminders.domain.diary_import.read.cells.when.time_zones import read_time_zone
from reminders.domain.diary_import.read.files.encodings import detect_encoding
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.read.files.tables import open_table
from reminders.domain.diary_import.read.header import looks
from reminders.domain.diary_import.read.header.columns import choose_columns
from reminders.domain.diary_import.read.header.folding import squashed
from reminders.domain.phones.parsing import read_phone, search_digits
from reminders.domain.phones.within import phone_within, without_phone

Parser = Callable[[str], object]


def _observe(text: str) -> object:
    return DateReader().observe(text, row=1)


def _file(text: str) -> Source:
    content = text.encode("utf-8", "surrogateescape")
    return Source(io.BytesIO(content), "diary.csv", len(content))


def _table(text: str) -> object:
    with open_table(_file(text)) as table:
        return list(table.rows())


def _header(text: str) -> object:
    return choose_columns([text, "b"], [["1", "2"]])


def _sample(text: str) -> object:
    return choose_columns(["a", "b"], [[text, text]])


PARSERS: dict[str, Parser] = {
    "a date": lambda text: read_date(text, DMY),
    "a time": read_time,
    "a date with a time": lambda text: read_start(text, DMY),
    "the order of dates": _observe,
    "--date-format": order_of,
    "looks like a date": looks.looks_like_date,
    "looks like a time": looks.looks_like_time,
    "looks like both": looks.looks_like_date_and_time,
    "looks like a phone": looks.looks_like_phone,
    "looks like a name": looks.looks_like_name,
    "a phone (AU)": lambda text: read_phone(text, "AU"),
    "a phone (US)": lambda text: read_phone(text, "US"),
    "digits of a search": lambda text: search_digits(text, "GB"),
    "a name, tidied": tidy,
    "a name, split": split_name,
    "a first name": without_title,
    "a length of time": read_minutes,
    "a language": read_language.__wrapped__,
    "a status": read_status,
    "a likely status": likely_status.__wrapped__,
    "a name in two cells": lambda text: read_parts(text, text),
    "nobody's name": is_no_name,
    "marks of a name": read_marks,
    "marks of a note": marked_parts,
    "a look for marks": may_hold_marks,
    "a phone among words": lambda text: phone_within(text, "GB"),
    "a name without its phone": without_phone,
    "yes or no": read_flag.__wrapped__,
    "a wish about texts": read_text_wish.__wrapped__,
    "no value": is_no_value.__wrapped__,
    "a time zone": read_time_zone,
    "a header's name": squashed,
    "a header": _header,
    "the columns by content": _sample,
    "an encoding": lambda text: detect_encoding(_file(text)),
    "an encoding (cp1252)": lambda text: detect_encoding(_file(text + "\udce9")),
    "a table": _table,
}
"""Whatever reads text of a file, by what it reads."""

UNITS = (
    *(
        " ",
        "  ",
        "\t",
        "\u00a0",
        "\u3000",
        "\x1f",
        "\r",
        "\n",
        "\0",
        "\u200b",
        "\ufeff",
        "0",
        "1",
        "9",
    ),
    *(
        "12 ",
        ":",
        "1:00",
        "1:00 ",
        "10:00 - ",
        ".",
        "1.",
        "1/",
        "-",
        " - ",
        "–",
        "T",
        "T1",
        "T00:00 ",
    ),
    *(
        "a",
        "m",
        "AM ",
        "1 AM ",
        "de ",
        "of ",
        "1st ",
        "Mo, ",
        "Jan ",
        "Januar",
        "+",
        "++",
        "(",
        ")",
        "()",
    ),
    *(
        "[",
        "(0)",
        "+1 (0)",
        "x",
        "x ",
        "ext",
        "ext ",
        "; ",
        "tel",
        "tel.",
        "m.",
        "mob:",
        "#",
        "# ",
        "e+",
    ),
    *(
        "1e",
        "1,",
        "/",
        "|",
        "&",
        "or ",
        " and ",
        "'",
        '"',
        '""',
        ",",
        ", ",
        "mr ",
        "dr. ",
        "von ",
        "é",
    ),
    *(
        "e\u0301",
        "ß",
        "İ",
        "ﷺ",
        "🙂",
        "\u202e",
        "h",
        "1h",
        "30m ",
        "min ",
        "en-",
        "en_",
        "zh-aa-",
        "=",
    ),
    *("sep=;\n", "\\N", "Z", "+10:00", "\udce9"),
)
EDGES = ("", "1", "4 March 2026", "04/03/2026 ", "9:30", "+61 ", "Ann ", "(", '"', "x")
ENDS = ("", "!", "00:00", " AM", "1", ")", '"')


@dataclass(frozen=True, slots=True)
class Kind:
    """Cells that begin alike, hold one thing again and again, and end in what spoils the match."""

    begin: str
    unit: str
    end: str

    def cell(self, length: int) -> str:
        """The cell of this kind with so many characters."""
        room = max(length - len(self.begin) - len(self.end), 1)
        return self.begin + (self.unit * (room // len(self.unit) + 1))[:room] + self.end


KINDS = tuple(Kind(*parts) for parts in product(EDGES, UNITS, ENDS))
SHORT_KINDS = tuple(
    kind for kind in KINDS if kind.begin in ("", "04/03/2026 ") and kind.end in ("", "!")
)

HOSTILE = st.builds(
    lambda begin, units, times, end: begin + "".join(units) * times + end,
    st.sampled_from(EDGES),
    st.lists(st.one_of(st.sampled_from(UNITS), st.text(max_size=3)), min_size=1, max_size=4),
    st.integers(1, 40),
    st.sampled_from(ENDS),
)


def seconds(parser: Parser, text: str, *, tries: int = 3) -> float:
    """The processor's time for one call; what the parser says of the text does not matter."""
    best = float("inf")
    for _ in range(tries):
        started = time.thread_time()
        with suppress(ValueError, ImportRefused):
            parser(text)
        best = min(best, time.thread_time() - started)
    return best


def a_kilobyte(parser: Parser, kind: Kind, length: int) -> float:
    """The seconds for a kilobyte of such cells."""
    return seconds(parser, kind.cell(length)) / length * 1024
