"""Every export of the corpus comes in as it means, with the questions that it takes, and never
otherwise.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.domain.diary_import.exports.expectations import Expected, corpus, outcomes
from tests.domain.diary_import.exports.trying import try_bytes

DOCUMENT = Path(__file__).parents[4] / "docs" / "imports.md"


@pytest.mark.django_db
@pytest.mark.parametrize("expected", corpus(), ids=lambda expected: expected.path.name)
def test_no_export_is_read_wrongly_without_a_word(expected: Expected) -> None:
    found = try_bytes(expected.path.read_bytes(), expected)

    outcome, questions = outcomes()[expected.path.name]
    if outcome == "untexted":  # asked about, and listed as people who can't be reminded
        assert all("texts nobody" in what for what in found.wrong)
    else:
        assert found.wrong == []
    assert len(found.questions) <= questions
    assert not found.refused or outcome == "refused"


def test_the_figures_of_the_document_are_those_of_the_corpus() -> None:
    """How many files come in without a question, with one, with more, and how many are refused."""
    counts = Counter(
        outcome if outcome != "in" else str(min(questions, 3))
        for outcome, questions in outcomes().values()
    )
    figures = " | ".join(str(counts[key]) for key in ("0", "1", "2", "3", "untexted", "refused"))

    assert f"| {len(outcomes())} | {figures} | 0 |" in DOCUMENT.read_text()
