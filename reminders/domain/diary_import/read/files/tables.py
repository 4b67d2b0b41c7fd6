"""Read any accepted file as a table: a header and rows of texts, numbered as the spreadsheet shows
them.

Rows stream from the file again each time they are asked for; nothing is kept but the header and a
sample. What the cells of a text file are is `records`, which row is the header `header_row`, and
what workbooks, web pages and calendars become `conversion`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from reminders.domain.diary_import.problems import ImportRefused, refuse
from reminders.domain.diary_import.questions import Answers
from reminders.domain.diary_import.read.cells.names import tidy
from reminders.domain.diary_import.read.files.conversion import Converted, convert
from reminders.domain.diary_import.read.files.dressed import has_dressed
from reminders.domain.diary_import.read.files.encodings import Encoding, detect_encoding, repaired
from reminders.domain.diary_import.read.files.header_row import (
    HEADER_WITHIN,
    distinct,
    fields_in,
    find_header,
    stands_twice,
)
from reminders.domain.diary_import.read.files.passed_over import (
    DATE,
    Forms,
    PassedOver,
    Reason,
    date_in_title,
)
from reminders.domain.diary_import.read.files.records import (
    Format,
    has_escapes,
    named_separator,
    read_records,
)
from reminders.domain.diary_import.read.files.sources import (
    ACCEPTED,
    CSV,
    Source,
    open_path,
    printable,
)
from reminders.domain.diary_import.read.header.looks import looks_like_date
from reminders.domain.diary_import.read.header.names.naming import read_names
from reminders.domain.diary_import.read.time_limit import HEAD, reading_within

MAX_ROWS = 1_000_000
SAMPLE = 200
MOST_ODD = 10_000
"""So many rows that are no appointment at first sight are remembered from one walk to the next."""
ZERO_BYTE = "There is a zero byte in the text: the export is damaged. Export the file again."
FORMATTING, STRUCK = "Formatting", "struck through"
"""The column that tells which rows of a workbook somebody struck through, and how it says so: what
that means is asked.
"""
_BESIDE = (
    "The header names its columns twice: these are two tables beside each other. Put one below the "
    "other, or import each by itself."
)
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass
class Table:
    """A table in a text file. `header_row` is the header's number in the spreadsheet.

    `kind` is csv, workbook or ics. With `dated` there is a column more for the date in the title
    above, with `struck` one that tells which rows somebody struck through.
    `warnings` are what people should know of how it was opened; `passed_over` are the rows that are
    no appointments: known once all rows were read.
    """

    source: Source
    form: Format
    header: list[str]
    header_row: int
    forms: Forms
    sample: list[list[str]] = field(default_factory=list)
    kind: str = CSV
    sheet: str = ""
    warnings: list[str] = field(default_factory=list)
    dated: bool = False
    struck: frozenset[int] = frozenset()
    passed_over: PassedOver = field(default_factory=PassedOver)
    _odd: frozenset[int] | None = None

    @property
    def encoding(self) -> Encoding:
        """How the text is decoded."""
        return self.form.encoding

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header that may be an appointment, with its number."""
        passed = self.passed_over = PassedOver()
        ordinary, reason_of = self.forms.is_ordinary, self.forms.reason
        # Which rows are worth a closer look is found once, and true of each later walk.
        known = self._odd
        odd: list[int] = []
        count, day, added = 0, "", bool(self.dated or self.struck)
        for number, cells in self._below_header():
            if (number in known) if known is not None else not ordinary(cells):
                if known is None and len(odd) <= MOST_ODD:
                    odd.append(number)
                if not any(map(str.strip, cells)):
                    continue
                if reason := reason_of(cells):
                    words = next(filter(None, map(str.strip, cells)))
                    passed.note(reason, number, words)
                    if self.dated and reason is Reason.TITLE:
                        day = date_in_title(words) or day
                    continue
            count += 1
            if count > MAX_ROWS:
                raise refuse(
                    "The file has more than 1,000,000 rows. Split it and import the parts one "
                    "by one."
                )
            yield number, self._with_added(number, cells, day) if added else cells
        if known is None and len(odd) <= MOST_ODD:
            self._odd = frozenset(odd)
        _stop_if_mostly_titles(passed, count)

    def _with_added(self, number: int, cells: list[str], day: str) -> list[str]:
        """The row with what the columns say that the file does not have; one that is too long stays
        so.
        """
        more = [day] if self.dated else []
        if self.struck:
            more.append(STRUCK if number in self.struck else "")
        width = len(self.header) - len(more)
        return cells if len(cells) > width else [*cells, *[""] * (width - len(cells)), *more]

    def _below_header(self) -> Iterator[tuple[int, list[str]]]:
        records = read_records(self.source, self.form)
        for _ in range(self.header_row):
            next(records)
        return (record for record in records if record[1])

    def column(self, place: int) -> str:
        """The name of a column for messages."""
        return self.header[place][:100] if place < len(self.header) else f"{place + 1}"


def _stop_if_mostly_titles(passed: PassedOver, count: int) -> None:
    titles = passed.counts.get(Reason.TITLE, 0)
    if titles > 10 * (count + 1):  # free times of a day may be rows of one cell, too
        number, words = passed.listed[Reason.TITLE][0]
        raise refuse(
            f"{titles:,} rows have a single cell each, such as “{words[:40]}”: that is no table of "
            "appointments. Export it again, one appointment a row.",
            row=number,
        )


@contextmanager
def open_table(
    source: Source,
    *,
    answers: Answers | None = None,
    mapping: Mapping[str, str] | None = None,
    country: str = "",
    today: date | None = None,
) -> Iterator[Table]:
    """Open the file as a table, workbooks and calendars through a converter.

    `country` is that of the location, a hint for the encoding; `today` where the events of a
    calendar begin, the clock's day (UTC) if it is not given. Raises ImportRefused for what is no
    table, and QuestionsOpen for a sheet or an encoding that only a person can name.
    """
    answers, mapping = answers or Answers(), mapping or {}
    source.stop_if_no_table()
    if source.kind() == CSV:
        yield _text_table(source, answers, mapping, country)
        return
    with tempfile.TemporaryDirectory(prefix="reminders-convert-") as folder:
        converted = convert(
            source,
            Path(folder),
            answers=answers,
            mapping=mapping,
            country=country,
            today=today or datetime.now(UTC).date(),
        )
        with open_path(converted.path) as text:
            yield _converted_table(text, converted, answers, mapping)


def _converted_table(
    text: Source, converted: Converted, answers: Answers, mapping: Mapping[str, str]
) -> Table:
    encoding = repaired(text, converted.encoding, answers=answers)
    table = _table(text, Format(encoding), mapping)
    table.kind, table.sheet = converted.kind, converted.sheet
    table.warnings = [*converted.warnings, *_told(encoding), *table.warnings]
    table.struck = frozenset(number for number in converted.struck if number > table.header_row)
    if table.struck:
        _add_column(table, FORMATTING)
    return table


def _told(encoding: Encoding) -> list[str]:
    return [encoding.told] if encoding.told else []


def _text_table(
    source: Source, answers: Answers, mapping: Mapping[str, str], country: str
) -> Table:
    encoding = detect_encoding(source, answers=answers, country=country)
    escapes, dressed = has_escapes(source), has_dressed(source)

    def promise(delimiter: str) -> tuple[int, int]:
        top = _top(source, Format(encoding, delimiter, escapes, dressed))
        found = find_header(top, mapping)
        return (fields_in(found[1], mapping), len(found[1])) if found else (0, 0)

    delimiter = named_separator(source, encoding) or max(DELIMITERS, key=promise)
    table = _table(source, Format(encoding, delimiter, escapes, dressed), mapping)
    table.warnings += _told(encoding)
    return table


def _top(source: Source, form: Format) -> list[tuple[int, list[str]]]:
    """The first rows, as far as they can be read with this delimiter."""
    top = []
    with suppress(ImportRefused):
        for record in islice(read_records(source, form), HEADER_WITHIN):
            top.append(record)  # what was read before a problem counts
    return top


def _table(source: Source, form: Format, mapping: Mapping[str, str]) -> Table:
    with reading_within(HEAD):
        head = list(islice(read_records(source, form), HEADER_WITHIN + SAMPLE))
    found = find_header(head, mapping)
    if found is None:
        raise refuse(f"There is nothing in the file. {ACCEPTED}")
    number, cells = found
    for place, cell in enumerate(cells):
        if "\0" in cell:
            raise refuse(ZERO_BYTE, row=number, column=f"{place + 1}")
    if stands_twice(cells):
        raise refuse(_BESIDE, row=number)
    forms = Forms(cells)
    below = [row for n, row in head if n > number and any(map(str.strip, row))]
    sample = [row for row in below if forms.is_ordinary(row) or not forms.reason(row)][:SAMPLE]
    _stop_if_wider(sample, len(cells), number)
    table = Table(source, form, distinct([tidy(cell) for cell in cells]), number, forms, sample)
    titles = [title for row in below if (title := forms.title(row)) and date_in_title(title)]
    if titles and not _has_dates(sample, cells):
        _take_dates_from_titles(table, titles[0])
    return table


def _stop_if_wider(sample: list[list[str]], width: int, header_row: int) -> None:
    """Refuse a table all of whose rows have more cells than its header: their values would stand
    below other names.
    """
    if sample and all(any(map(str.strip, row[width:])) for row in sample):
        raise refuse(ragged(len(sample[0]), width), row=header_row + 1)


def ragged(has: int, width: int) -> str:
    """What is said of a row with more cells than the header."""
    return (
        f"The row has {has:,} cells, but the header has {width:,}. Look for a separator inside a "
        "text that has no quotation marks around it."
    )


def _has_dates(sample: list[list[str]], header: list[str]) -> bool:
    """Whether a column holds dates, most of the time; those of birth are none."""
    born = {n for n, each in enumerate(read_names(header)) if "birth" in each.kinds}
    cells = [cell for row in sample[:20] for n, cell in enumerate(row) if cell and n not in born]
    return sum(map(looks_like_date, cells)) * 2 > len(sample[:20])


def _take_dates_from_titles(table: Table, first: str) -> None:
    """Lists kept by hand have the day once, above its rows: it becomes a column of theirs."""
    table.dated = True
    _add_column(table, DATE)
    table.warnings.append(
        f"The date of a row is that of the title above it, such as “{printable(first[:40])}”."
    )


def _add_column(table: Table, name: str) -> None:
    """A column that the file does not have, as the last one."""
    while table.header and not table.header[-1]:
        table.header.pop()
    table.header = distinct([*table.header, name])
    table.sample = [row for _, row in islice(table.rows(), SAMPLE)]
