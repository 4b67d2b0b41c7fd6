"""Questions for what the head of a file lacks: a column that the import needs, or the location.

A doubt between columns that are there is `header.columns`'s to put into a question. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from reminders.domain.diary_import.problems import DatesUnclear, ImportRefused
from reminders.domain.diary_import.questions import About, Answer, Choice, Question, QuestionsOpen
from reminders.domain.diary_import.read.header import looks
from reminders.domain.diary_import.read.header.choose_phone import OTHERS_PHONES
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.header.names.naming import read_names
from reminders.domain.diary_import.write.sites import WHICH_LOCATION

SHOWN = 3
_LONGEST = 60
Looks = Callable[[str], bool]


def missing_questions(columns: Columns, sample: Sequence[Sequence[str]]) -> list[Question]:
    """One question for each thing that no column gives, over the columns that give nothing yet.

    What another question could bring is not missing.
    """
    has = set(columns.places) | columns.offered
    questions = []
    if not has & {"name", "first_name", "last_name", "name_and_phone"}:
        questions.append(_which(columns, sample, "name", "name", looks.looks_like_name))
    if not columns.may_have_phone:
        questions.append(_which(columns, sample, "phone", "phone", looks.looks_like_phone))
    if "starts_at" not in has and not has & {"date", "time"}:
        questions.append(_when(columns, sample))
    elif "starts_at" not in has and "date" not in has:
        questions.append(_which(columns, sample, "date", "date", looks.looks_like_date))
    elif "starts_at" not in has and not has & {"time", "hour"}:
        questions.append(_which(columns, sample, "time", "time", looks.looks_like_time))
    # With fewer columns than things that lack one, no answer would do: that is for words alone.
    return questions if all(len(one.choices) >= len(questions) for one in questions) else []


def _which(
    columns: Columns, sample: Sequence[Sequence[str]], meaning: str, noun: str, likely: Looks
) -> Question:
    words = f"There is no {noun} column. Which column holds the {noun}?"
    places = _free(columns, sample, likely)
    choices = [_choice(columns, sample, place, meaning) for place in places]
    return Question(About.COLUMN, f"missing:{meaning}", words, tuple(choices))


def _when(columns: Columns, sample: Sequence[Sequence[str]]) -> Question:
    """Which column says when: as a date and time, or as a date whose time is asked for next."""

    def likely(cell: str) -> bool:
        return looks.looks_like_date_and_time(cell) or looks.looks_like_date(cell)

    choices = []
    for place in _free(columns, sample, likely):
        both = any(map(looks.looks_like_date_and_time, _values(sample, place)))
        choices.append(_choice(columns, sample, place, "starts_at" if both else "date"))
    words = "There is no date or time column. Which column says when the appointment is?"
    return Question(About.COLUMN, "missing:starts_at", words, tuple(choices))


def _free(columns: Columns, sample: Sequence[Sequence[str]], likely: Looks) -> list[int]:
    """The columns without a meaning, the likeliest first."""
    taken = set(columns.places.values())
    named = read_names(columns.header)
    free = [
        n
        for n, name in enumerate(columns.header)
        if name and n not in taken and not named[n].kinds.keys() & set(OTHERS_PHONES)
    ]

    def share(place: int) -> float:
        values = _values(sample, place)
        return sum(map(likely, values)) / len(values) if values else 0.0

    return sorted(free, key=lambda place: (-share(place), place))


def _choice(columns: Columns, sample: Sequence[Sequence[str]], place: int, meaning: str) -> Choice:
    name = columns.header[place]
    shown = ", ".join(_values(sample, place)[:SHOWN])
    return Choice(Answer(About.COLUMN, meaning, name), f"“{name}”", shown[:_LONGEST])


def _values(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    cells = (row[place].strip() for row in sample if place < len(row))
    return list(dict.fromkeys(cell for cell in cells if cell))


def location_question(names: Iterable[str]) -> Question:
    """Which location a file is of that names none."""
    choices = tuple(Choice(Answer(About.LOCATION, name), name) for name in names)
    return Question(About.LOCATION, "location", WHICH_LOCATION, choices)


def questions_of(refused: ImportRefused) -> list[Question]:
    """The questions whose answers would do away with the refusal; none where a file is just
    wrong.
    """
    if isinstance(refused, QuestionsOpen):
        return refused.questions
    return [dates_question(refused)] if isinstance(refused, DatesUnclear) else []


def dates_question(unclear: DatesUnclear) -> Question:
    """The order of the dates as a question like the others."""
    problem = unclear.problems[0]
    choices = tuple(
        Choice(Answer(About.DATES, order), words, words)
        for order, words in unclear.readings.items()
    )
    return Question(
        About.DATES, "dates", problem.message, choices, row=problem.row, column=problem.column
    )
