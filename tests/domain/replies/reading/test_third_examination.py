"""A third blind set of forty replies, in the languages that the first two found weakest.

Written before the grammar was looked at, then used to find what *kinds* of phrases were missing in
all languages; so `BLIND` holds the honest figures, and `AS_MEANT` what came of it.
"""

import pytest

from tests.domain.replies.reading.examination import is_as_meant
from tests.domain.replies.reading.second_examination import is_harmful, rows

BLIND = {
    "ar": 22,
    "de": 23,
    "en": 22,
    "es": 23,
    "fr": 21,
    "nl": 22,
    "pl": 24,
    "vi": 23,
    "zh-Hans": 25,
}
AS_MEANT = {
    "ar": 24, "de": 26, "en": 25, "es": 26, "fr": 25, "nl": 26, "pl": 25, "vi": 25, "zh-Hans": 26,
}  # fmt: skip
"""How many of the twenty-six clear ones do what they mean; the rest waits for a person."""


@pytest.mark.parametrize("language", AS_MEANT)
def test_nothing_acts_where_a_person_should_look(language: str) -> None:
    assert {row.text for row in rows(language, "third") if is_harmful(row)} == set()


@pytest.mark.parametrize(("language", "least"), AS_MEANT.items())
def test_as_many_clear_replies_act_as_before(language: str, least: int) -> None:
    clear = [row for row in rows(language, "third") if row.acts == "yes"]

    assert len(clear) == 26
    assert len(rows(language, "third")) == 40
    assert sum(map(is_as_meant, clear)) >= least > BLIND[language]
