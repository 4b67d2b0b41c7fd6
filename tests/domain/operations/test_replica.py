"""Figures are read from a copy of the database that is near enough, and from the first otherwise.

The copy is a second real database, which nothing replicates to: what is written later is not in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from pytest_django import DjangoDbBlocker

from reminders.domain.operations.periodic_tasks import HEARTBEAT
from reminders.domain.operations.replica import ALIAS, Read, read_figures
from reminders.models import TaskRun
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database like that of the tests."""
    given = connection.settings_dict
    where = {"host": given["HOST"], "user": given["USER"], "password": given["PASSWORD"]}
    name = f"{given['NAME']}_copy"
    with django_db_blocker.unblock():
        connection.close()
        with psycopg.connect(dbname="postgres", autocommit=True, **where) as server:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{given["NAME"]}"')
            yield name
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def copy(made: str, transactional_db: None) -> Iterator[str]:
    """Set as the copy; its heartbeat was at noon, and it may be written to until `closed`."""
    lead = f"{connection.settings_dict['OPTIONS'].get('options', '')}"
    opened(made, lead)
    TaskRun.objects.using(ALIAS).update_or_create(name=HEARTBEAT, defaults={"succeeded_at": NOON})
    closed()
    opened(made, f"{lead} -c default_transaction_read_only=on")
    yield made
    closed()


def opened(name: str, session: str) -> None:
    first = connection.settings_dict
    options = {**first["OPTIONS"], "connect_timeout": 2, "options": session}
    connections.settings[ALIAS] = {**first, "NAME": name, "OPTIONS": options}
    # Else Django keeps tests away from it, and would empty it, which it refuses.
    connections[ALIAS].alias = DEFAULT_DB_ALIAS


def closed() -> None:
    connections[ALIAS].close()
    del connections[ALIAS]
    del connections.settings[ALIAS]


def beat(*, seconds_later: int) -> None:
    TaskRun.objects.update_or_create(
        name=HEARTBEAT, defaults={"succeeded_at": NOON + timedelta(seconds=seconds_later)}
    )


def where() -> str:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT current_database()")
        return str(cursor.fetchone()[0])


def test_without_a_copy_the_first_is_read_and_nothing_is_said() -> None:
    assert read_figures(where) == (connection.settings_dict["NAME"], Read.FIRST)


@pytest.mark.parametrize(("behind", "source"), [(0, Read.COPY), (60, Read.COPY), (61, Read.OLD)])
def test_a_copy_is_read_while_it_is_a_minute_behind_at_most(
    copy: str, behind: int, source: Read
) -> None:
    beat(seconds_later=behind)

    read = copy if source is Read.COPY else connection.settings_dict["NAME"]
    assert read_figures(where) == (read, source)


def test_afterwards_everything_is_read_from_the_first_again(copy: str) -> None:
    beat(seconds_later=0)
    read_figures(where)

    assert where() == connection.settings_dict["NAME"]


def test_what_would_write_fails_on_the_copy_and_is_done_on_the_first(copy: str) -> None:
    beat(seconds_later=0)

    _, source = read_figures(lambda: TaskRun.objects.filter(pk=HEARTBEAT).update(count=7))

    assert source is Read.AWAY
    assert TaskRun.objects.get(pk=HEARTBEAT).count == 7
    assert TaskRun.objects.using(ALIAS).get(pk=HEARTBEAT).count != 7


def test_a_copy_that_does_not_answer_is_passed_over(copy: str) -> None:
    connections[ALIAS].close()
    connections[ALIAS].settings_dict["HOST"] = "/nowhere"

    assert read_figures(where) == (connection.settings_dict["NAME"], Read.AWAY)


def test_a_fault_of_the_first_is_told(copy: str) -> None:
    def fail() -> None:
        raise DatabaseError("no such thing")

    with pytest.raises(DatabaseError, match="no such thing"):
        read_figures(fail)
