"""An empty sandbox for each test: texts are delivered at once, the clock stands still at a fixed
noon.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from reminders.sandbox import Sandbox

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(pace=0).serve() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    running.change_settings(pace=0, push_retry_after=0.02)
    running.set_clock(NOON)
    return running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=sandbox.url, auth=(sandbox.key, sandbox.secret), timeout=10
    ) as client:
        yield client
