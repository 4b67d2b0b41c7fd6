"""A second and a third blind set: what a reply of each kind does, with no note and no list of two.

Each was written in one go by somebody who had not seen the grammar. `person` means
that a person should look: for a notice or an answer of ours, silence would hide it.
"""

from __future__ import annotations

import csv
from functools import cache

from tests.domain.replies.reading.examination import FOLDER, Row, done

QUESTIONS = {"auto_answer": "automatic_yes"}
"""Where this set's word for a question is not that of the first."""
_HARMLESS = {"unclear", "pause", "help"}
"""What brings a person, at once."""


@cache
def rows(language: str, which: str = "second") -> tuple[Row, ...]:
    with (FOLDER / which / f"{language}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_row(language, **row) for row in csv.DictReader(file))


def _row(language: str, question: str, text: str, meaning: str) -> Row:
    acts = "no" if meaning == "person" else "yes"
    return Row(language, QUESTIONS.get(question, question), text, meaning, acts, "")


def is_harmful(row: Row) -> bool:
    """Whether anything was done that was not meant; courtesy is harm where a person should look."""
    return done(row) not in {row.meaning, *_HARMLESS}
