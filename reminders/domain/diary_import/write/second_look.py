"""What only the rows themselves bring up, once the columns and their words are known.

A coming visit that is said to be over, a zone beside the times, an id that repeats, single rows
with mistakes: each is a question, and all of them are asked at once.
"""

from __future__ import annotations

from reminders.domain.diary_import.options import ASK, LEAVE, STOP, Options
from reminders.domain.diary_import.problems import ImportProblem
from reminders.domain.diary_import.questions import (
    SET_ASIDE,
    About,
    Answer,
    Choice,
    Question,
    QuestionsOpen,
    folded_header,
)
from reminders.domain.diary_import.read.cells.when.time_zones import likely_zones
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows import RowReader
from reminders.domain.diary_import.write.twice import look_for_repeats


def look_at_staged(
    columns: Columns, reader: RowReader, options: Options, *, rows: int
) -> list[ImportProblem]:
    """Settle what concerns several rows; return the mistakes of rows that are left.

    Raises QuestionsOpen, or ImportRefused where mistakes stop the file.
    """
    leave = options.on_errors == LEAVE
    questions = [*reader.statuses.questions(), *_zone_questions(columns, reader)]
    questions += look_for_repeats(
        columns, options.answers, reader.left_out, reader.problems, drop=leave
    )
    problems = reader.problems
    if problems and options.on_errors == ASK:
        questions.append(_leave_or_stop(reader, rows=rows))
    if questions:
        raise _open_questions(questions, reader, rows=rows)
    if not leave:
        problems.stop_if_any(rows=rows)
    return problems.listed


def _open_questions(questions: list[Question], reader: RowReader, *, rows: int) -> QuestionsOpen:
    """All that is asked, and behind it the mistakes themselves."""
    refused = QuestionsOpen(questions, rows=rows)
    refused.problems += reader.problems.in_order()
    refused.more = reader.problems.more
    return refused


def _leave_or_stop(reader: RowReader, *, rows: int) -> Question:
    wrong = reader.problems.rows
    fine = max(rows - wrong - reader.left_out.total, 0)
    first = reader.problems.in_order()[0]
    are_fine = "1 row is fine" if fine == 1 else f"{fine:,} rows are fine"
    have = "1 has a mistake" if wrong == 1 else f"{wrong:,} have a mistake"
    leave = Choice(Answer(About.ERRORS, LEAVE), f"Import the {fine:,} and leave these {wrong:,}")
    stop = Choice(Answer(About.ERRORS, STOP), "Import nothing: the file will be corrected")
    return Question(
        About.ERRORS,
        "errors",
        f"{are_fine}, {have}. Import the {fine:,} and leave these {wrong:,}?",
        (leave, stop) if fine >= wrong else (stop, leave),
        tuple(problem.in_words() for problem in reader.problems.in_order()[:3]),
        first.row,
        first.column,
    )


def _zone_questions(columns: Columns, reader: RowReader) -> list[Question]:
    starts = reader.starts
    found = []
    if starts.zone_words:
        header = starts.header_with_zone or columns.name_of("time", "starts_at", "date")
        found.append(_about_words(starts.zone_words, header, named=starts.in_header))
    if starts.other_zones:
        found.append(_about_column(starts.other_zones, columns.name_of("time_zone")))
    return found


def _about_words(words: dict[str, tuple[int, str]], header: str, *, named: str) -> Question:
    """Letters such as EST behind the times, or in the name of their column."""
    row, local = next(iter(words.values()))
    zones = dict.fromkeys([zone for word in words for zone in likely_zones(word)])
    # The location's own zone is the likeliest wherever the letters may mean it.
    order = [local, *(zone for zone in zones if zone != local)]
    if local not in zones:
        order = [*order[1:], local]
    where = f"in the name of “{header[:60]}”" if named in words else "behind the times"
    shown = ", ".join(f"“{word}”" for word in list(words)[:3])
    return Question(
        About.TIME_ZONE,
        "time_zone",
        f"{shown} stands {where}. In which time zone are the times?",
        tuple(Choice(Answer(About.TIME_ZONE, zone), zone) for zone in order),
        tuple(words)[:3],
        row,
        header[:100],
    )


def _about_column(zones: dict[str, tuple[int, str]], header: str) -> Question:
    """A column of zones, some of them not the location's."""
    row, local = next(iter(zones.values()))
    named = ", ".join(f"“{zone[:40]}”" for zone in list(zones)[:3])
    return Question(
        About.COLUMN,
        f"column:{folded_header(header)}",
        f"The column “{header}” names {named}, but the location's clocks show {local}. "
        "Whose clock are the times of these rows?",
        (
            Choice(
                Answer(About.COLUMN, "time_zone", header), "Each row's time is of the zone it names"
            ),
            Choice(Answer(About.COLUMN, SET_ASIDE, header), f"All times are of {local}"),
        ),
        tuple(zones)[:3],
        row,
        header[:100],
    )
