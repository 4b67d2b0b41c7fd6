"""The head of a file, read with all that is known, and what only a person can say of it.

Every way in asks here first: the pages, the command and the watched folder. What was said for this
file goes over a saved mapping, a mapping over what was taught. Rows are not read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from reminders.domain.diary_import.asking.missing import location_question, missing_questions
from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Answers,
    Question,
    QuestionsOpen,
    folded_header,
)
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.read.files.tables import Table, open_table
from reminders.domain.diary_import.read.header.columns import (
    choose_columns,
    stop_if_missing,
)
from reminders.domain.diary_import.read.header.fields import FIELDS
from reminders.domain.diary_import.read.widths import stop_if_shifted
from reminders.domain.diary_import.taught import (
    Circle,
    layout_of,
    likeliest_first,
    taught_encoding,
    taught_sheets,
)
from reminders.domain.diary_import.write.sites import country_of


@dataclass
class Head:
    """What is known of a file before its rows are read.

    `answers` are those taught before, then those for this file; `mapping` is what all columns mean,
    with the likeliest as long as a question about them is left.
    """

    header: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """What is known of a file once its header is read; of `answers` the later ones hold.

    `places` are the names of the locations of which it may be, where it is not known of which.
    """

    answers: Sequence[Answer]
    mapping: Mapping[str, str] = field(default_factory=dict)
    places: Sequence[str] = ()


@dataclass(frozen=True)
class Surroundings:
    """What helps to read a file: the country of its location, the day, and for whom it is."""

    circle: Circle
    country: str = ""
    today: date | None = None


def surroundings(circle: Circle, location: str, *, now: datetime) -> Surroundings:
    """Those of a file of this location, "" where it is not known of which."""
    return Surroundings(circle, country_of(location), now.date())


def read_head(
    source: Source,
    known: Callable[[list[str]], Known],
    *,
    around: Surroundings,
    before: Sequence[Answer] = (),
    mapping: Mapping[str, str] | None = None,
) -> Head:
    """Read what can be read before the rows; `before` are the answers that hold for any header.

    The names in `mapping` help to find the header among the first rows. Raises ImportRefused for
    what nobody can answer.
    """
    answers = list(before)
    while True:
        head = Head(answers=answers)
        try:
            with opened(source, Answers.of(answers), around, mapping) as table:
                head.header = table.header
                _read(table, known(table.header), head, around)
                head.questions = likeliest_first(head.questions, around.circle)
                return head
        except QuestionsOpen as asked:
            head.questions = asked.questions
            # Each round answers one more of the questions that come before the header.
            more = None if head.header else _taught_before(source, asked.questions, answers, around)
            if more is None:
                return head
            answers = [more, *answers]


@contextmanager
def opened(
    source: Source,
    answers: Answers,
    around: Surroundings,
    mapping: Mapping[str, str] | None = None,
) -> Iterator[Table]:
    """The file as a table, as far as it was answered how."""
    names = {**(mapping or {}), **answers.columns}
    with open_table(
        source, answers=answers, mapping=names, country=around.country, today=around.today
    ) as table:
        yield table


def _read(table: Table, known: Known, head: Head, around: Surroundings) -> None:
    head.answers = list(known.answers)
    answers = Answers.of(head.answers)
    stop_if_shifted(table, answers, around.country)
    mapping = mapping_with(known.mapping, answers, table.header)
    columns = choose_columns(
        table.header,
        table.sample,
        answers=replace(answers, columns=mapping),
        country=around.country,
        today=around.today,
    )
    missing = missing_questions(columns, table.sample)
    if not missing:
        stop_if_missing(columns)
    head.questions = [*columns.questions, *missing]
    if len(known.places) > 1 and not answers.location and "location" not in columns.places:
        head.questions.append(location_question(known.places))
    head.mapping = columns.proposed()


def mapping_with(
    mapping: Mapping[str, str], answers: Answers, header: Sequence[str]
) -> dict[str, str]:
    """The mapping with what was answered of columns over it; no field is given twice by that."""
    said = {name: answers.columns.get(folded_header(name)) for name in header if name}
    fields = {meaning for meaning in said.values() if meaning}
    merged = {name: meaning for name, meaning in mapping.items() if meaning not in fields}
    for name, meaning in said.items():
        if meaning is not None:
            merged[name] = meaning if meaning in FIELDS else ""
    return merged


def said_of_columns(answers: Answers) -> dict[str, str]:
    """What was said of columns, each kind of "not used" as one.

    Beside the mapping it tells what a person said from what only the names of the columns say:
    whose
    clock a column of zones is, and that a guardian is texted, holds only when it was said.
    """
    said = answers.columns.items()
    return {name: meaning if meaning in FIELDS else "" for name, meaning in said}


def _taught_before(
    source: Source, questions: Sequence[Question], answers: Sequence[Answer], around: Surroundings
) -> Answer | None:
    """What was taught for a question that comes before there is a header; None when nothing was."""
    given = {answer.about for answer in answers}
    for question in questions:
        if question.about is About.SHEET and About.SHEET not in given:
            return _known_sheet(source, question, answers, around)
        if question.about is About.ENCODING and About.ENCODING not in given:
            header = _header_with(source, [*answers, question.likeliest.answer], around)
            return taught_encoding(header, around.circle) if header else None
    return None


def _known_sheet(
    source: Source, question: Question, answers: Sequence[Answer], around: Surroundings
) -> Answer | None:
    """Sheets called 1, 2 and 3 are in many workbooks: the columns must be the same, too."""
    found = None
    for answer, layout in taught_sheets(question, around.circle):
        header = _header_with(source, [*answers, answer], around)
        found = answer if header and layout_of(header) == layout else found
    return found


def _header_with(source: Source, answers: Sequence[Answer], around: Surroundings) -> list[str]:
    """The header as it reads with these answers; empty where it can't be read so."""
    with suppress(ImportRefused), opened(source, Answers.of(answers), around) as table:
        return table.header
    return []
