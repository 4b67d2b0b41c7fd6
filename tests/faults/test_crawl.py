"""The whole crawl over every address: FAULT_SEEDS=all."""

import pytest

from tests.crawl.conftest import crawler as crawler  # the fixture
from tests.crawl.crawler import WHO, crawl
from tests.faults.support.world import SEEDS

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db,
    # A sample is asked by every run of the tests already.
    pytest.mark.skipif(SEEDS == "small", reason="minutes; with FAULT_SEEDS=all"),
]


@pytest.mark.parametrize("who", WHO)
def test_no_value_of_the_whole_product_is_a_server_error(crawler, who, record_property):
    one = crawler(who)

    crawl(one, one_of=1)

    record_property("requests", one.asked)
    record_property("of", one.met)
    assert one.crashes == []
