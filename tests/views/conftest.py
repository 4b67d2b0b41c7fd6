"""Signed-in clients."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reminders.models import Location
from tests.factories import make_user


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """A client of a new user with a role who may see these locations; none given: all of them."""

    def as_(role: str = "receptionist", *locations: Location, **values: Any) -> Client:
        client = Client()
        client.force_login(make_user(group=role, locations=locations, **values))
        return client

    return as_


@pytest.fixture
def statements() -> Callable[[Callable[[], object]], int]:
    """How many statements a call costs, without the note of a click: it is written once a
    minute.
    """

    def count(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as context:
            call()
        asked = [query["sql"] for query in context.captured_queries]
        return sum(not one.startswith('UPDATE "reminders_staffsession"') for one in asked)

    return count
