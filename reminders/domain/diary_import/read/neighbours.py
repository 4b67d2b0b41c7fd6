"""What a column of days leaves unsaid and only the rows around it tell, asked about once.

A list kept by hand names the day in its first row and leaves it blank below, or writes a ditto
mark. A
program that reads months first has turned round the days of a British list wherever it could, and
left the others as texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Answers,
    Choice,
    Question,
    always,
)
from reminders.domain.diary_import.read.cells.when.assumed import (
    ISO_BEFORE,
    NOT,
    Assumed,
    answered_kinds,
    turned,
)
from reminders.domain.diary_import.read.header.columns import Columns

_DITTO = frozenset(["''", *'" ” “ ″ 〃 „ » -"- ditto do do. idem id. dto dto. same 同上'.split()])
_TYPED = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](?:\d{4}|\d\d)(?!\d)")
_LEAST_BLANK, _LEAST_SHARE = 2, 0.2
"""So many rows, and such a part of all, have no day where one stands for several; fewer are
mistakes.
"""
_MOST_SEEN = 20_000


def is_above(day: str) -> bool:
    """Whether a cell says no day of its own: it is blank, or a ditto mark."""
    return not day or day.casefold() in _DITTO


class NeighbourSurvey:
    """Looks at every row for a day that stands above it, and for days that were turned round."""

    def __init__(self, columns: Columns, answers: Answers) -> None:
        places = columns.places
        self._header = columns.name_of("starts_at", "date")[:100]
        self._day = places.get("starts_at", places.get("date", -1))
        self._beside = [places[name] for name in ("time", "hour") if name in places]
        self._people = [
            places[name] for name in ("name", "first_name", "last_name") if name in places
        ]
        self._answered = answered_kinds(answers.agreed)
        self._rows, self._above = 0, ""
        self._blank: list[tuple[int, str]] = []
        self._blanks, self._dittos = 0, 0
        self._seen: set[str] = set()
        self._wholes: list[tuple[int, str]] = []
        self._typed: tuple[int, str] | None = None
        self._may_be_turned = True

    def look(self, number: int, cells: list[str]) -> None:
        """Note what a row says of its day."""
        if not 0 <= self._day < len(cells):
            return
        self._rows += 1
        text = cells[self._day]
        if text in self._seen:
            return
        text = text.strip()
        if is_above(text):
            self._note_blank(number, text, cells)
            return
        self._above = self._above or text
        if len(self._seen) < _MOST_SEEN:
            self._seen.add(cells[self._day])
        self._note_form(number, text)

    def _note_blank(self, number: int, text: str, cells: Sequence[str]) -> None:
        if self._above and _any(cells, self._beside) and _any(cells, self._people):
            self._blanks += 1
            self._dittos += bool(text)
            self._blank = self._blank or [(number, text)]

    def _note_form(self, number: int, text: str) -> None:
        if found := ISO_BEFORE.match(text):
            self._may_be_turned &= int(found[2]) <= 12
            if found[1] != found[2]:
                self._wholes = self._wholes or [(number, text)]
        elif found := _TYPED.match(text):
            # One that a month-first program could read would be no text any more.
            self._may_be_turned &= int(found[1]) > 12
            self._typed = self._typed or (number, text)

    def questions(self) -> list[Question]:
        """What nobody has answered yet."""
        found = []
        enough = self._blanks >= max(_LEAST_BLANK, _LEAST_SHARE * self._rows) or self._dittos
        if self._blank and enough and Assumed.SAME_DAY not in self._answered:
            found.append(self._about_above())
        if self._may_be_turned and self._wholes and self._typed is not None:
            found += [] if Assumed.TURNED in self._answered else [self._about_turned()]
        return found

    def _about_above(self) -> Question:
        number, text = self._blank[0]
        rows = "1 row has" if self._blanks == 1 else f"{self._blanks:,} rows have"
        words = f"{rows} no day of their own below “{self._above[:40]}”. Is it the day above?"
        no = "No, such cells are mistakes"
        return self._question(Assumed.SAME_DAY, words, no, text or "(blank)", number)

    def _about_turned(self) -> Question:
        (number, text), typed = self._wholes[0], self._typed
        assert typed is not None  # noqa: S101  # asked only then
        words = (
            f"“{text[:40]}” is a date of the spreadsheet, but “{typed[1][:40]}” in row {typed[0]} "
            "is only a text: a program that puts months first may have turned round what it "
            f"could. Is “{text[:40]}” really {_in_words(turned(text))}?"
        )
        no = f"No, it is {_in_words(text)}"
        return self._question(Assumed.TURNED, words, no, text, number)

    def _question(self, kind: Assumed, words: str, no: str, text: str, row: int) -> Question:
        yes = Choice(Answer(About.CHECK, str(kind)), "Yes, that is right")
        other = Choice(Answer(About.CHECK, NOT + kind), no)
        choices = (yes, other, always(yes, "Yes, so in all files like it"))
        return Question(
            About.CHECK, f"check:{kind}", words, choices, (text[:60],), row, self._header
        )


def _any(cells: Sequence[str], places: Sequence[int]) -> bool:
    return any(place < len(cells) and cells[place].strip() for place in places)


def _in_words(text: str) -> str:
    with suppress(ValueError):
        day = date.fromisoformat(text[:10])
        return f"{day.day} {day:%B %Y}"
    return text[:40]
