"""What a file leaves open, as questions in words with examples, and the answers to them.

A question offers answers; each answer is also an option of the command. So the browser's page, the
command, the folder and what was taught speak of the same things. Pure: who asks is `uploads`, the
command or the folder; who remembers is `taught`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from reminders.domain.diary_import.problems import ImportProblem, ImportRefused

ALL_SHEETS = "*"
"""In place of a sheet's name, which cannot hold the sign: all that name the same columns."""
SET_ASIDE = ""
"""The meaning of a column that is only kept, and of nothing that is acted on."""


class About(StrEnum):
    """What is in doubt. The values are those of `--json` and of the tables."""

    COLUMN = "column"
    MEANING = "meaning"
    DATES = "dates"
    TIME_ZONE = "time_zone"
    LOCATION = "location"
    SHEET = "sheet"
    ENCODING = "encoding"
    CHECK = "check"
    ERRORS = "errors"


_OPTIONS = {
    About.DATES: "--date-format",
    About.TIME_ZONE: "--time-zone",
    About.LOCATION: "--location",
    About.SHEET: "--sheet",
    About.ENCODING: "--encoding",
    About.ERRORS: "--errors",
    About.CHECK: "--agree",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a column means a field, a value of a column means something, or a whole-file
    choice.

    `header` is the file's name of the column, `value` a cell of it as written; both "" where they
    do not matter. `meaning` is a field of `header.fields`, a meaning of the column's kind, an order
    of dates, a zone, a sheet, an encoding, a location's name, the code of a check, stop or leave.
    """

    about: About
    meaning: str
    header: str = ""
    value: str = ""

    def as_option(self) -> str:
        """What gives this answer on the command line."""
        if self.about is About.COLUMN:
            return f'--column "{self.header}={self.meaning}"'
        if self.about is About.MEANING:
            return f'--meaning "{self.header}:{self.value}={self.meaning}"'
        quoted = f'"{self.meaning}"' if set(" *") & set(self.meaning) else self.meaning
        return f"{_OPTIONS[self.about]} {quoted}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, in words; `example` is what something in the file would then be."""

    answer: Answer
    words: str
    example: str = ""


ALWAYS = "always"
"""The value of an agreement that holds for the next files like it, too."""


def always(choice: Choice, words: str) -> Choice:
    """The same agreement for all files like it; the command, which teaches nothing, knows
    but one.
    """
    return replace(choice, answer=replace(choice.answer, value=ALWAYS), words=words)


@dataclass(frozen=True, slots=True)
class Question:
    """One doubt in words, the likeliest choice first. `examples` are from the file.

    `name` tells the questions of one file apart, and stays the same when the file is read again.
    """

    about: About
    name: str
    words: str
    choices: tuple[Choice, ...]
    examples: tuple[str, ...] = ()
    row: int | None = None
    column: str = ""

    @property
    def likeliest(self) -> Choice:
        """What is offered ready."""
        return self.choices[0]

    @property
    def option(self) -> str:
        """The option of the command that gives the likeliest answer."""
        return self.likeliest.answer.as_option()

    def as_problem(self) -> ImportProblem:
        """The question as the command prints it, with every option that answers it."""
        options = self._options()
        shown = ", ".join(options[:4]) + (" and so on" if len(options) > 4 else "")
        shown_examples = "; ".join(self.examples[:3])
        words = f"{self.words} (For example {shown_examples}.)" if shown_examples else self.words
        return ImportProblem(words, self.row, self.column, hint=f"Answer with {shown}.")

    def as_json(self) -> dict[str, object]:
        """As the command's `--json` prints it."""
        return {
            "about": str(self.about),
            "question": self.words,
            "examples": list(self.examples),
            "option": self.option,
            "options": self._options(),
        }

    def _options(self) -> list[str]:
        return list(dict.fromkeys(choice.answer.as_option() for choice in self.choices))

    def as_stored(self) -> dict[str, Any]:  # Any: JSON
        """For a JSON column; `from_stored` reads it."""
        choices = [
            _storable(c.answer.meaning, c.answer.header, c.answer.value, c.words, c.example)
            for c in self.choices
        ]
        name, message, column = _storable(self.name, self.words, self.column)
        return {
            "ask": str(self.about),
            "name": name,
            "message": message,
            "choices": choices,
            "examples": _storable(*self.examples),
            "row": self.row,
            "column": column,
        }


def _storable(*texts: str) -> list[str]:
    # PostgreSQL's JSON has no zero byte, and a damaged export may.
    return [text.replace("\0", "\ufffd") for text in texts]


def from_stored(stored: Mapping[str, Any]) -> Question:  # Any: JSON
    """A question as `Question.as_stored` wrote it."""
    about = About(stored["ask"])
    choices = tuple(
        Choice(Answer(about, meaning, header, value), words, example)
        for meaning, header, value, words, example in stored["choices"]
    )
    examples = tuple(stored["examples"])
    row, column = stored["row"], stored["column"]
    return Question(about, stored["name"], stored["message"], choices, examples, row, column)


class QuestionsOpen(ImportRefused):
    """The file leaves something open that only a person can say; nothing was imported."""

    def __init__(self, questions: Sequence[Question], *, rows: int = 0) -> None:
        self.questions = list(questions)
        super().__init__([question.as_problem() for question in questions], rows=rows)


def folded_value(text: str) -> str:
    """A cell's value as answers are found by it: case, blanks and accents do not matter, signs
    do.
    """
    plain = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return re.sub("[\u0300-\u036f]", "", plain)


def folded_header(text: str) -> str:
    """A column's name as answers are found by it: as `folded_value`, in every script."""
    return folded_value(text)


@dataclass(frozen=True)
class Answers:
    """All that was answered for a file, by this person, by options, or taught before.

    `columns` is by folded header, `meanings` by folded header and folded value; `agreed` are the
    codes of checks of the whole file to which somebody said that they are right.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[tuple[str, str], str] = field(default_factory=dict)
    date_format: str = ""
    time_zone: str = ""
    location: str = ""
    sheet: str = ""
    encoding: str = ""
    errors: str = ""
    agreed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> Answers:
        """Sorted by what they are about; of two to the same, the later one holds."""
        columns: dict[str, str] = {}
        meanings: dict[tuple[str, str], str] = {}
        plain: dict[str, str] = {}
        agreed: set[str] = set()
        for answer in answers:
            if answer.about is About.COLUMN:
                columns[folded_header(answer.header)] = answer.meaning
            elif answer.about is About.MEANING:
                key = folded_header(answer.header), folded_value(answer.value)
                meanings[key] = answer.meaning
            elif answer.about is About.CHECK:
                agreed.add(answer.meaning)
            else:
                plain[_PLAIN[answer.about]] = answer.meaning
        return cls(columns, meanings, agreed=frozenset(agreed), **plain)

    def meaning_of(self, header: str, value: str) -> str | None:
        """What was answered for a value of a column; None when nobody did."""
        return self.meanings.get((folded_header(header), folded_value(value)))

    def over(self, earlier: Answers) -> Answers:
        """These, and where they say nothing the earlier ones."""
        return Answers(
            {**earlier.columns, **self.columns},
            {**earlier.meanings, **self.meanings},
            self.date_format or earlier.date_format,
            self.time_zone or earlier.time_zone,
            self.location or earlier.location,
            self.sheet or earlier.sheet,
            self.encoding or earlier.encoding,
            self.errors or earlier.errors,
            self.agreed | earlier.agreed,
        )


_PLAIN = {
    About.DATES: "date_format",
    About.TIME_ZONE: "time_zone",
    About.LOCATION: "location",
    About.SHEET: "sheet",
    About.ENCODING: "encoding",
    About.ERRORS: "errors",
}
