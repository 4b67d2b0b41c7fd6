"""A second blind set of forty replies a language: none may do harm, and how many clear ones act.

The first set was looked at while the grammar grew; this one was not, so its figures are the honest
ones. Nothing was added to the grammar for it, and nothing should be.
"""

import pytest

from tests.domain.replies.reading.examination import is_as_meant
from tests.domain.replies.reading.second_examination import is_harmful, rows

AS_MEANT = {
    "en": 19, "es": 21, "fr": 19, "de": 21, "it": 22, "pt": 23,
    "nl": 21, "pl": 22, "vi": 22, "zh-Hans": 21, "ar": 18,
}  # fmt: skip
"""How many of the twenty-four clear ones do what they mean; the rest waits for a person."""


@pytest.mark.parametrize("language", AS_MEANT)
def test_nothing_acts_where_a_person_should_look(language: str) -> None:
    assert {row.text for row in rows(language) if is_harmful(row)} == set()


@pytest.mark.parametrize(("language", "least"), AS_MEANT.items())
def test_as_many_clear_replies_act_as_before(language: str, least: int) -> None:
    clear = [row for row in rows(language) if row.acts == "yes"]

    assert len(clear) == 24
    assert sum(map(is_as_meant, clear)) >= least


@pytest.mark.parametrize("language", AS_MEANT)
def test_every_language_has_forty(language: str) -> None:
    assert len(rows(language)) == 40
