"""Every address of the site, asked by everybody, for what is theirs and what is not: each answers
as the table of rights says, tells nothing of another location, and offers nothing that it would
refuse.
"""

import logging

import pytest

from tests.crawl.expected import WHO
from tests.crawl.rounds import Rounds

pytestmark = pytest.mark.django_db

SHARE = 13
"""Every run asks for one of so many pages of the administration; the fault tests ask for all."""


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.name)
def test_the_site_answers_each_as_the_table_of_rights_says(who, sandbox, record_property, capsys):
    logging.disable(logging.CRITICAL)  # thousands of refusals
    rounds = Rounds(who, one_of=SHARE)

    rounds.go()

    logging.disable(logging.NOTSET)
    record_property("requests", rounds.asked)
    with capsys.disabled():
        print(f"\n{who.name}: {rounds.asked} requests")  # noqa: T201  # the count is asked for
    assert rounds.wrong == []
