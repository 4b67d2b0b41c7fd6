"""The world that fault scenarios happen in."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.faults.support import audit
from tests.faults.support.programs import Site, site
from tests.faults.support.world import World


@pytest.fixture
def audited(transactional_db: None) -> Iterator[None]:
    """Triggers in the database that remember what the invariants ask for."""
    with audit.installed():
        yield


@pytest.fixture
def world(audited: None, sandbox: Sandbox, api: MessagesApi) -> World:
    """A clinic with the rule that asks for confirmation the day before."""
    make.make_confirmation_rule()
    return World(sandbox, api)


@pytest.fixture
def clinic(audited: None, sandbox: Sandbox, api: MessagesApi) -> World:
    """A clinic by the machine's own clock, for programs that run beside the test."""
    sandbox.set_clock(None)
    make.make_confirmation_rule()
    return World(sandbox, api, now=timezone.now())


@pytest.fixture
def running(clinic: World, database_url: str) -> Iterator[Site]:
    """The programs, none started yet."""
    with site(database_url, clinic.sandbox) as programs:
        yield programs
