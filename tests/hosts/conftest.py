"""Several hosts of one site, of which `make test-hosts` kills some and cuts others off."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone

from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.conftest import SERVER
from tests.faults.support import audit
from tests.faults.support.world import World
from tests.hosts import network
from tests.hosts.site import OnTheNetwork, Site, site


@pytest.fixture(scope="session")
def bridge() -> Iterator[None]:
    """The network that all hosts are on."""
    if lacking := network.lacking():
        pytest.skip(f"{lacking}: see CONTRIBUTING.md")
    with network.bridge():
        yield


@pytest.fixture(scope="session")
def running_sandbox(bridge: None) -> Iterator[Sandbox]:
    """The imitation of the provider, where every host reaches it."""
    with Sandbox(host=network.CENTRE, pace=0).serve() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def on_the_network(
    request: pytest.FixtureRequest, bridge: None, django_db_setup: None
) -> Iterator[None]:
    """The tests' PostgreSQL, where every host reaches it."""
    own = request.config.stash[SERVER]
    connection.close()
    own.stop()
    server = OnTheNetwork(own.place)
    server.start()
    yield
    connection.close()
    server.stop()
    own.start()


@pytest.fixture
def clinic(
    on_the_network: None, transactional_db: None, sandbox: Sandbox, api: MessagesApi
) -> Iterator[World]:
    """A clinic by the machine's own clock."""
    with audit.installed():
        sandbox.set_clock(None)
        make.make_confirmation_rule()
        yield World(sandbox, api, now=timezone.now())


@pytest.fixture
def hosts(clinic: World) -> Iterator[Site]:
    """A site without hosts yet."""
    with site(clinic, database=str(connection.settings_dict["NAME"])) as found:
        yield found
