"""The database from `DATABASE_URL`, or the embedded PostgreSQL's socket."""

import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl

from config.environment import Environment, unquoted
from config.launcher.embedded.postgres import DATABASE, USER, postgres_place

EXAMPLE = "postgres://user:password@localhost/reminders"
# Options that libpq understands in a URL; others are likely typing errors.
PASSED_ON = frozenset(
    {
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "channel_binding",
        "target_session_attrs",
        "connect_timeout",
    }
)
# What they make of a session (how dates are written, above all) is not how the product reads its
# answers.
OF_SESSIONS = frozenset({"PGCLIENTENCODING", "PGDATESTYLE", "PGGEQO", "PGOPTIONS", "PGTZ"})
REPLICA = "STATISTICS_DATABASE_URL"
# A statement that waits or a transaction left open must not stop the others for good. Compiling a
# statement before it runs takes longer than running it, for all that the product asks.
LIMITS = (
    "-c lock_timeout=10s -c statement_timeout=300s "
    "-c idle_in_transaction_session_timeout=120s -c jit=off"
)


def forget_client_variables(environment: MutableMapping[str, str], *, embedded: bool) -> None:
    """Remove what would lead libpq, here and in programs that we start, past the settings.

    The embedded server needs none of them. For a given one those that say how to get in stay, such
    as PGPASSFILE or PGSSLROOTCERT.
    """
    for name in [name for name in environment if re.fullmatch("PG[A-Z]+", name)]:
        if embedded or name in OF_SESSIONS:
            del environment[name]


def database_settings(env: Environment, var: Path) -> dict[str, Any]:  # Any: Django's own type
    """Return the settings of the one database; problems are kept in `env`."""
    url = env.url("DATABASE_URL", schemes=("postgres", "postgresql"), example=EXAMPLE)
    where = _given(env, url) if url else _embedded(var)
    size = env.whole_number("DATABASE_POOL_SIZE", 10, least=0, most=1000)
    options: dict[str, Any] = {  # Any: as above
        "connect_timeout": 5,
        # A host that vanished answers nothing: by default a write would wait for a quarter of an
        # hour.
        "tcp_user_timeout": 20_000,
        "options": LIMITS,
        **where.pop("OPTIONS", {}),
    }
    if size:
        # None is kept when idle: several programs with pools of their own share one server's limit.
        options["pool"] = {"min_size": 0, "max_size": size, "timeout": 5, "max_idle": 60}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        **where,
        "OPTIONS": options,
    }


def replica_settings(env: Environment) -> dict[str, Any]:  # Any: as above
    """Return the settings of the copy that figures are read from; empty where there is none."""
    url = env.url(REPLICA, schemes=("postgres", "postgresql"), example=EXAMPLE)
    if not url:
        return {}
    where = _given(env, url, variable=REPLICA)
    options: dict[str, Any] = {  # Any: as above
        # Somebody waits for a page: a copy that is away must not hold it up.
        "connect_timeout": 2,
        "tcp_user_timeout": 5_000,
        "options": f"{LIMITS} -c default_transaction_read_only=on",
        **where.pop("OPTIONS"),
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        **where,
        "OPTIONS": options,
    }


def _embedded(var: Path) -> dict[str, Any]:  # Any: as above
    return {"NAME": DATABASE, "USER": USER, "HOST": str(postgres_place(var).sockets)}


def _given(
    env: Environment, url: SplitResult, *, variable: str = "DATABASE_URL"
) -> dict[str, Any]:  # Any: as above
    expected = f"{variable} takes an address such as {EXAMPLE}"
    asked = dict(parse_qsl(url.query))
    # A socket's folder comes as an option: slashes have no place in a host's name.
    host = asked.pop("host", "") or unquoted(url.hostname)
    name = unquoted(url.path.lstrip("/"))
    if unknown := sorted(set(asked) - PASSED_ON):
        env.refuse(f"{expected}; it has unknown options: {', '.join(unknown)}.")
    if not name:
        env.refuse(f"{expected}; it names no database.")
    return {
        "NAME": name,
        "USER": unquoted(url.username),
        "PASSWORD": unquoted(url.password),
        "HOST": host,
        "PORT": str(url.port or ""),
        "OPTIONS": asked,
    }
