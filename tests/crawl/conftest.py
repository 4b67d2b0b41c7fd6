"""Crawlers."""

import logging
from collections.abc import Callable, Iterator

import pytest

from tests.crawl.crawler import Crawler


@pytest.fixture
def crawler(sandbox: object) -> Iterator[Callable[[str], Crawler]]:
    """Crawlers by who they are."""
    made: list[Crawler] = []
    logging.disable(logging.CRITICAL)  # thousands of refusals

    def make(who: str) -> Crawler:
        made.append(Crawler(who))
        return made[-1]

    yield make
    for one in made:
        one.stop()
    logging.disable(logging.NOTSET)
