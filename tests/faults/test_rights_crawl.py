"""The crawl against the table of rights, with every page of the administration: FAULT_SEEDS=all."""

import logging

import pytest

from tests.crawl.expected import WHO
from tests.crawl.rounds import Rounds
from tests.faults.support.world import SEEDS

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db,
    # One page of the administration in thirteen is asked for by every run of the tests already.
    pytest.mark.skipif(SEEDS == "small", reason="minutes; with FAULT_SEEDS=all"),
]


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.name)
def test_the_whole_administration_answers_as_the_table_of_rights_says(who, sandbox):
    logging.disable(logging.CRITICAL)  # thousands of refusals
    rounds = Rounds(who)

    rounds.go()

    logging.disable(logging.NOTSET)
    assert rounds.wrong == []
