"""Each test runs once on Redis and once on RabbitMQ, with a clinic whose programs ring through
it.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app

from config.launcher.local import broker_options
from tests.faults.conftest import audited, clinic
from tests.faults.support.programs import Site, site
from tests.faults.support.world import World
from tests.services.servers import RabbitServer, RedisServer, Server

__all__ = ["audited", "clinic"]


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, Server]]:
    """Both brokers, started once."""
    folder = Path(tempfile.mkdtemp(prefix="reminders-services-"))
    for name in ("redis", "rabbitmq"):
        (folder / name).mkdir()
    redis_server, rabbit = RedisServer(folder / "redis"), RabbitServer(folder / "rabbitmq")
    try:
        redis_server.start()
        rabbit.start()
        yield {"redis": redis_server, "rabbitmq": rabbit}
    finally:
        redis_server.stop()
        rabbit.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["redis", "rabbitmq"])
def server(request: pytest.FixtureRequest, servers: dict[str, Server]) -> Iterator[Server]:
    """One of them; what the test left in it is forgotten."""
    yield (found := servers[request.param])
    found.lose_everything()


@pytest.fixture
def running(clinic: World, database_url: str, server: Server) -> Iterator[Site]:
    """The programs of a site on that broker, none started yet; this process rings through it
    too.
    """
    kept = {name: current_app.conf[name] for name in ("broker_url", "broker_transport_options")}
    current_app.conf.update(
        broker_url=server.url, broker_transport_options=broker_options(server.url)
    )
    try:
        with site(database_url, clinic.sandbox, broker_url=server.url) as programs:
            yield programs
    finally:
        current_app.conf.update(kept)
