"""Replies by somebody who never saw the vocabulary: how many do what they mean, and which do harm.

Raise a language's line when the grammar learns. It was lowered once, in German and Polish, when
short words with two letters swapped stopped acting, as these may be other words ("Genua").
Where a reply acts though the examiner wants a person to read it, it stands in `DISPUTED`.
"""

import pytest

from tests.domain.replies.reading.examination import is_as_meant, is_harmful, rows

AS_MEANT = {
    "en": 90, "es": 85, "fr": 89, "de": 88, "it": 90, "pt": 91,
    "nl": 93, "pl": 92, "vi": 94, "zh-Hans": 110, "ar": 101,
}  # fmt: skip
"""How many of the clear ones act as meant, at the least; the rest waits for a person."""
PROMISED = 0.92
# What the carriers opt out on, they opt out on; staff see it on a card as well.
DISPUTED = {"en": {"CANCEL"}}


@pytest.mark.deep
@pytest.mark.parametrize("language", AS_MEANT)
def test_nothing_doubtful_acts_but_what_is_disputed(language: str) -> None:
    assert {row.text for row in rows(language) if is_harmful(row)} <= DISPUTED.get(language, set())


@pytest.mark.parametrize(("language", "least"), AS_MEANT.items())
def test_as_many_clear_replies_act_as_before(language: str, least: int) -> None:
    clear = [row for row in rows(language) if row.acts == "yes"]

    assert sum(map(is_as_meant, clear)) >= max(least, PROMISED * len(clear))
