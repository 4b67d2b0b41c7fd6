"""Replies by somebody who never saw the vocabulary: how many do what they mean, and which do harm.

The figures only get better: raise a language's line when the grammar learns, never lower it.
Where a reply acts though the examiner wants a person to read it, it stands in `DISPUTED`.
"""

import pytest

from tests.domain.replies.reading.examination import is_as_meant, is_harmful, rows

AS_MEANT = {
    "en": 86, "es": 82, "fr": 84, "de": 81, "it": 84, "pt": 88,
    "nl": 93, "pl": 92, "vi": 92, "zh-Hans": 97, "ar": 92,
}  # fmt: skip
"""How many of the clear ones act as meant, at the least; the rest waits for a person."""
# What the carriers opt out on, they opt out on; one letter in Spanish and Chinese is theirs or ours.
DISPUTED = {
    "en": {"CANCEL"},
    "es": {"Y"},
    "zh-Hans": {"T"},
}


@pytest.mark.parametrize("language", AS_MEANT)
def test_nothing_doubtful_acts_but_what_is_disputed(language: str) -> None:
    assert {row.text for row in rows(language) if is_harmful(row)} <= DISPUTED.get(language, set())


@pytest.mark.parametrize(("language", "least"), AS_MEANT.items())
def test_as_many_clear_replies_act_as_before(language: str, least: int) -> None:
    assert sum(row.acts == "yes" and is_as_meant(row) for row in rows(language)) >= least
