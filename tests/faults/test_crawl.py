"""A larger part of the crawl over every address; with FAULT_SEEDS=all, all of it."""

import pytest

from tests.crawl.conftest import crawler as crawler  # the fixture
from tests.crawl.crawler import WHO, crawl
from tests.faults.support.world import SEEDS

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

ONE_OF = {"all": 1}.get(SEEDS, 61)


@pytest.mark.parametrize("who", WHO)
def test_no_value_of_the_whole_product_is_a_server_error(crawler, who, record_property):
    one = crawler(who)

    crawl(one, one_of=ONE_OF)

    record_property("requests", one.asked)
    record_property("of", one.met)
    assert one.crashes == []
