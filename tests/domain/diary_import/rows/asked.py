"""What a file asks, in one line each, and answers in short."""

from __future__ import annotations

from typing import Any

import pytest

from reminders.domain.diary_import.questions import About, Answer, Answers, QuestionsOpen
from tests.domain.diary_import.importing import bring_in


def asked(content: bytes, **options: Any) -> list[tuple[str, list[str]]]:
    """The words of each question of a file, with the meanings that are offered."""
    with pytest.raises(QuestionsOpen) as refused:
        bring_in(content, **options)
    return [
        (question.words, [choice.answer.meaning for choice in question.choices])
        for question in refused.value.questions
    ]


def meaning(header: str, value: str, meaning: str) -> Answers:
    """One answer about a value."""
    return Answers.of([Answer(About.MEANING, meaning, header, value)])


def said(about: About, meaning: str, header: str = "") -> Answers:
    """One answer about a column or about the whole file."""
    return Answers.of([Answer(about, meaning, header)])
