"""Somebody who knows the file answers whatever is asked about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reminders.domain.diary_import.checks.asking import COLUMN_OF
from reminders.domain.diary_import.checks.numbers import Check
from reminders.domain.diary_import.questions import About, Answer, Question, folded_value
from reminders.domain.diary_import.read.cells.dates import ORDER_WORDS
from tests.domain.diary_import.exports.expectations import Expected

FLAGS = {"yes", "no"}
WHEN_ASKED = {About.ERRORS: "leave"}
_PLAIN_ORDER = {"name_given_first": "name"}
"""A column of names is taken for one of names as they are spoken, unless the file's facts say
otherwise.
"""


@dataclass
class Knowing:
    """Answers the questions of one file by what is known of it; notes what could not be answered
    rightly.
    """

    expected: Expected
    no_right_choice: list[str] = field(default_factory=list)

    def answers_to(self, question: Question) -> list[Answer]:
        """The right choice, or where none is offered what the truth is, said by hand."""
        if question.about is About.COLUMN:
            return self._column(question)
        if question.about is About.MEANING:
            return [self._meaning(question)]
        if question.about is About.CHECK:
            return self._check(question)
        wanted = WHEN_ASKED.get(question.about) or self._fact(question.about)
        for choice in question.choices:
            if _alike(choice.answer.meaning, wanted):
                return [choice.answer]
        self.no_right_choice.append(question.words)
        return [Answer(question.about, wanted)]

    def _check(self, question: Question) -> list[Answer]:
        """Yes, unless it was asked of a column that is none of the kind: then the right one."""
        check = question.name.removeprefix("check:")
        kinds = COLUMN_OF[Check(check)] if check in set(Check) else ()
        told = self.truth.get(folded_value(question.column))
        if not question.column or not kinds or told is None or told in kinds:
            return [question.likeliest.answer]
        names = {folded_value(name): name for name in self.expected.facts["columns"]}
        right = [
            Answer(About.COLUMN, kind, names[name])
            for name, kind in self.truth.items()
            if kind in kinds
        ]
        return [Answer(About.COLUMN, "", question.column), *right]

    def _column(self, question: Question) -> list[Answer]:
        truth = self.truth
        right = [
            c.answer
            for c in question.choices
            if truth.get(folded_value(c.answer.header))
            == _PLAIN_ORDER.get(c.answer.meaning, c.answer.meaning)
        ]
        chosen = next((answer for answer in right if answer.meaning), None) or next(
            iter(right), None
        )
        if chosen is not None:
            return [chosen]
        headers = {c.answer.header for c in question.choices if c.answer.header}
        self.no_right_choice.append(question.words)
        return [Answer(About.COLUMN, truth.get(folded_value(name), ""), name) for name in headers]

    def _meaning(self, question: Question) -> Answer:
        first = question.likeliest.answer
        key = f"{folded_value(first.header)}:{folded_value(first.value)}"
        known = {
            folded_value(name): meaning for name, meaning in self.expected.facts["statuses"].items()
        }
        wanted = known.get(key)
        for choice in question.choices:
            if choice.answer.meaning == wanted:
                return choice.answer
        self.no_right_choice.append(f"{question.words} ({wanted})")
        if wanted is not None:
            return Answer(About.MEANING, wanted, first.header, first.value)
        # The column is something else altogether: who knows that sets it by hand.
        truth = self.truth.get(folded_value(first.header))
        return first if truth is None else Answer(About.COLUMN, truth, first.header)

    @property
    def truth(self) -> dict[str, str]:
        """What each column truly is, by its folded name."""
        return {folded_value(name): kind for name, kind in self.expected.facts["columns"].items()}

    def _fact(self, about: About) -> str:
        for asked in self.expected.facts["questions"]:
            found = asked.get("answers", {}).get(str(about))
            said = list(found.values()) if isinstance(found, dict) else [found] if found else []
            fitting = [each for each in said if about is not About.DATES or each in ORDER_WORDS]
            if fitting:
                return str(fitting[0])
        facts = self.expected.facts
        plain = {
            About.DATES: _order_of(self.expected),
            About.TIME_ZONE: facts["time_zone"],
            About.LOCATION: facts["location"],
            About.ENCODING: facts.get("encoding", "utf-8"),
        }
        return plain.get(about, "")


def _alike(one: str, other: str) -> bool:
    return re.sub(r"\W|_", "", one.casefold()) == re.sub(r"\W|_", "", other.casefold())


def _order_of(expected: Expected) -> str:
    """Month first in the United States, day first elsewhere: as people there write."""
    return "mdy" if expected.facts["country"] in ("US", "PH") else "dmy"
