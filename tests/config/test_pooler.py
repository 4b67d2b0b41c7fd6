"""The way to the database: nothing in between, time-outs lost on the way, nobody there."""

import pytest
from django.core.checks import run_checks
from django.db import connection, connections

from config.safety.pooler import pooler_trouble, refuse_a_shared_session


@pytest.mark.django_db
def test_nothing_stands_between_us_and_the_server() -> None:
    assert pooler_trouble(connection.get_connection_params()) == ""
    refuse_a_shared_session()


@pytest.mark.django_db
def test_time_outs_that_are_lost_on_the_way_are_named_with_the_statements_that_help() -> None:
    lost = connection.get_connection_params() | {"options": "-c lock_timeout=10s"}

    words = pooler_trouble(lost)

    assert "does not keep statement_timeout and idle_in_transaction_session_timeout" in words
    assert "ALTER ROLE reminders SET statement_timeout = '300s';" in words


def test_a_server_that_is_away_is_no_pooler() -> None:
    assert pooler_trouble({"host": "127.0.0.1", "port": 1, "dbname": "none"}) == ""


@pytest.mark.django_db
def test_the_check_and_the_start_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    given = connection.get_connection_params() | {"options": ""}
    monkeypatch.setattr(connections["default"], "get_connection_params", lambda: given)

    found = run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])

    assert [each.id for each in found] == ["reminders.E001"]
    with pytest.raises(SystemExit, match="does not keep lock_timeout"):
        refuse_a_shared_session()
