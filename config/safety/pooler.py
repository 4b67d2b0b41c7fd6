"""What stands between us and PostgreSQL, asked once when a program starts.

A pooler that gives each transaction another session, as PgBouncer does with `pool_mode =
transaction`, takes away what the product stands on: its time-outs, the cursors of its exports, and
the settings of `pg_dump`, which would stay behind for the next one. One that gives each client a
session of its own is fine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connections

from config.environment import stop

LIMITS = {
    "lock_timeout": "10s",
    "statement_timeout": "300s",
    "idle_in_transaction_session_timeout": "120s",
}
NOT_FOR_ONE = frozenset({"cursor_factory", "pool"})
"""What Django adds for its own connections."""
LOOKS = 3
"""How often two connections are compared: a pooler in use hands its sessions about by chance."""
INSTEAD = (
    "Let DATABASE_URL lead to PostgreSQL itself, as the product keeps a pool of its own "
    "(DATABASE_POOL_SIZE); or to PgBouncer with `pool_mode = session`."
)
REFUSED = (
    f"The pooler in front of PostgreSQL refuses our time-outs. {INSTEAD} PgBouncer then also needs "
    "`ignore_startup_parameters = options`, and the role the time-outs by ALTER ROLE."
)
SHARED = (
    "A pooler in front of PostgreSQL gives each transaction another session (with PgBouncer, "
    f"`pool_mode = transaction`): time-outs, exports and backups would fail. {INSTEAD}"
)
NO_LIMITS = (
    "PostgreSQL does not keep {names}: a pooler drops what we ask for (with PgBouncer, "
    "`ignore_startup_parameters`). Set them for the role: {statements}"
)


def refuse_a_shared_session() -> None:
    """End the program with one line if sessions of the database are not its own."""
    if trouble := pooler_trouble(connections["default"].get_connection_params()):
        stop(trouble)


def pooler_trouble(parameters: dict[str, Any]) -> str:
    """Return what is wrong with the way to the database, in words; "" also where it is away."""
    given = {name: value for name, value in parameters.items() if name not in NOT_FOR_ONE}
    try:
        with psycopg.connect(**given, autocommit=True) as first:
            missing = [name for name in LIMITS if _ask(first, f"SHOW {name}") == "0"]
            if _is_behind_a_pooler(first) and _shares_sessions(first, given):
                return SHARED
    except psycopg.OperationalError as error:
        return REFUSED if "unsupported startup parameter" in str(error) else ""
    if missing:
        return NO_LIMITS.format(names=" and ".join(missing), statements=_statements(missing))
    return ""


@register(Tags.database, deploy=True)
def check_pooler(
    *,
    databases: Sequence[str] | None = None,
    **_kwargs: Any,  # Any: as Django calls checks
) -> list[Error]:
    """`manage.py check --deploy --database default`, and each upgrade, say the same."""
    asked = "default" in (databases or ())
    trouble = asked and pooler_trouble(connections["default"].get_connection_params())
    return [Error(trouble, id="reminders.E001")] if trouble else []


def _ask(connection: psycopg.Connection[Any], statement: str) -> str:
    row = connection.execute(statement.encode()).fetchone()
    return str(row[0]) if row else ""


def _is_behind_a_pooler(connection: psycopg.Connection[Any]) -> bool:
    """Whether the process that serves us is not the one that greeted us."""
    return _ask(connection, "SELECT pg_backend_pid()") != str(connection.info.backend_pid)


def _shares_sessions(first: psycopg.Connection[Any], parameters: dict[str, Any]) -> bool:
    """Whether a second connection is served by the session of the first, which is still open."""
    for _ in range(LOOKS):
        ours = _ask(first, "SELECT pg_backend_pid()")
        with psycopg.connect(**parameters, autocommit=True) as second:
            if _ask(second, "SELECT pg_backend_pid()") == ours:
                return True
    return False


def _statements(missing: list[str]) -> str:
    user = settings.DATABASES["default"].get("USER") or "reminders"
    return " ".join(f"ALTER ROLE {user} SET {name} = '{LIMITS[name]}';" for name in missing)
