"""Answers and open questions as an Import keeps them, and the reading of both.

An answer is a list: what it is about, the column, the value, the meaning, and then the question and
the answer as they were read on the page. The last two may be missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from reminders.domain.common.etags import digest
from reminders.domain.diary_import.checks.numbers import Check
from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Question,
    folded_header,
    folded_value,
    from_stored,
)
from reminders.models import Import


def stored_answer(answer: Answer, *, asked: str = "", chosen: str = "") -> list[str]:
    """For `Import.answers`."""
    return [str(answer.about), answer.header, answer.value, answer.meaning, asked, chosen]


def answer_from(stored: Sequence[str]) -> Answer:
    """One of `Import.answers`."""
    about, header, value, meaning = stored[:4]
    return Answer(About(about), meaning, header, value)


def answers_of(row: Import) -> list[Answer]:
    """All that was answered for a file; of two to the same, the later one holds."""
    return [answer_from(stored) for stored in row.answers]


def is_agreement(answer: Answer) -> bool:
    """Whether it says of a strange file that it is right, which holds for one reading of it
    alone.
    """
    return answer.about is About.CHECK and answer.meaning in set(Check)


def key_of(answer: Answer) -> tuple[str, str, str]:
    """What an answer is about: another one with this key takes its place."""
    if answer.about is About.CHECK:
        return str(answer.about), "", answer.meaning
    if answer.about in (About.COLUMN, About.MEANING):
        return str(answer.about), folded_header(answer.header), folded_value(answer.value)
    return str(answer.about), "", ""


def questions_of_import(row: Import) -> list[Question]:
    """What a file leaves open, while it waits for answers."""
    if row.state != Import.State.UPLOADED:
        return []
    return [from_stored(one) for one in row.problems if "choices" in one]


def sign_of(questions: Sequence[Question]) -> str:
    """What tells whether the questions on a page are those that are open now."""
    return digest([one.as_stored() for one in questions])
