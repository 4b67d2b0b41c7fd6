"""Replies by somebody who never saw the vocabulary: how many do what they mean, and which do harm.

Raise a language's line when the grammar learns. It was lowered once, in German and Polish, when
short words with two letters swapped stopped acting, as these may be other words ("Genua").
Where a reply acts though the examiner wants a person to read it, it stands in `DISPUTED`.
"""

import pytest

from tests.domain.replies.reading.examination import is_as_meant, is_harmful, rows

AS_MEANT = {
    "en": 86, "es": 82, "fr": 83, "de": 80, "it": 84, "pt": 88,
    "nl": 93, "pl": 90, "vi": 92, "zh-Hans": 97, "ar": 92,
}  # fmt: skip
"""How many of the clear ones act as meant, at the least; the rest waits for a person."""
# What the carriers opt out on, they opt out on; staff see it on a card as well.
DISPUTED = {"en": {"CANCEL"}}


@pytest.mark.parametrize("language", AS_MEANT)
def test_nothing_doubtful_acts_but_what_is_disputed(language: str) -> None:
    assert {row.text for row in rows(language) if is_harmful(row)} <= DISPUTED.get(language, set())


@pytest.mark.parametrize(("language", "least"), AS_MEANT.items())
def test_as_many_clear_replies_act_as_before(language: str, least: int) -> None:
    assert sum(row.acts == "yes" and is_as_meant(row) for row in rows(language)) >= least
