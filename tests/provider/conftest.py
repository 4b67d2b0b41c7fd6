"""A client and the far end of its wire; nothing here needs a database."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reminders.provider import MessagesApi
from tests.provider.wire_server import WireServer, open_server

MakeApi = Callable[..., MessagesApi]


@pytest.fixture
def wire() -> Iterator[WireServer]:
    server, wire = open_server()
    yield wire
    server.shutdown()
    server.server_close()


@pytest.fixture
def make_api() -> Iterator[MakeApi]:
    """Makes clients that are closed when the test ends."""
    made: list[MessagesApi] = []

    def make(base_url: str, **options: Any) -> MessagesApi:
        made.append(
            MessagesApi(
                **{
                    "base_url": base_url,
                    "key": "key",
                    "secret": "secret",
                    "timeout": 2.0,
                    **options,
                }
            )
        )
        return made[-1]

    yield make
    for api in made:
        api.close()


@pytest.fixture
def api(wire: WireServer, make_api: MakeApi) -> MessagesApi:
    return make_api(wire.base_url)
