"""PgBouncer in front of PostgreSQL: refused in words where transactions share sessions."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from config.database import LIMITS
from config.safety.pooler import NO_LIMITS, REFUSED, SHARED, pooler_trouble
from tests.programs import free_port, wait_until

pytestmark = [pytest.mark.deploy, pytest.mark.django_db(transaction=True)]
Start = Callable[..., dict[str, object]]


@pytest.fixture
def pgbouncer() -> Iterator[Start]:
    """Start one with these settings; return the parameters of a connection through it."""
    if shutil.which("pgbouncer") is None:
        pytest.skip("needs PgBouncer; on Debian: apt-get install pgbouncer")
    started: list[subprocess.Popen[bytes]] = []
    folder = Path(tempfile.mkdtemp(prefix="reminders-pgbouncer-"))
    folder.chmod(0o777)

    def start(**settings: str) -> dict[str, object]:
        port, to = free_port(), connection.settings_dict
        file = folder / f"{port}.ini"
        lines = {
            "listen_addr": "127.0.0.1",
            "listen_port": str(port),
            "unix_socket_dir": "",
            "auth_type": "any",
            **settings,
        }
        file.write_text(
            f"[databases]\n{to['NAME']} = host={to['HOST']} user={to['USER']}\n[pgbouncer]\n"
            + "".join(f"{name} = {value}\n" for name, value in lines.items())
        )
        nobody = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        started.append(subprocess.Popen(["pgbouncer", "-q", str(file)], user=nobody))
        given: dict[str, Any] = {"host": "127.0.0.1", "port": port}
        given |= {"user": to["USER"], "dbname": to["NAME"]}

        def answers() -> bool:
            try:
                psycopg.connect(**given).close()
            except psycopg.OperationalError:
                return False
            return True

        assert wait_until(answers, seconds=10)
        return given | {"options": LIMITS}

    yield start
    for process in started:
        process.terminate()
        process.wait(10)
    shutil.rmtree(folder)


@pytest.mark.parametrize("mode", ["transaction", "session", "statement"])
def test_one_that_refuses_our_time_outs_is_refused(pgbouncer: Start, mode: str) -> None:
    assert pooler_trouble(pgbouncer(pool_mode=mode)) == REFUSED


@pytest.mark.parametrize("limits_of_the_role", [False, True])
def test_one_that_shares_sessions_is_refused(pgbouncer: Start, limits_of_the_role: bool) -> None:
    given = pgbouncer(pool_mode="transaction", ignore_startup_parameters="options")
    with _limits(limits_of_the_role):
        assert pooler_trouble(given) == SHARED


def test_one_with_sessions_needs_the_time_outs_of_the_role(pgbouncer: Start) -> None:
    given = pgbouncer(pool_mode="session", ignore_startup_parameters="options")

    assert pooler_trouble(given).startswith(NO_LIMITS.partition("{")[0])
    with _limits(True):
        given = pgbouncer(pool_mode="session", ignore_startup_parameters="options")
        assert pooler_trouble(given) == ""


class _limits:  # noqa: N801  # reads as a statement
    """The time-outs as those of the role, as the refusal proposes."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted

    def __enter__(self) -> None:
        values = {"lock_timeout": "10s", "statement_timeout": "300s"}
        values["idle_in_transaction_session_timeout"] = "120s"
        for name, value in values.items() if self._wanted else ():
            self._run(f"ALTER ROLE CURRENT_USER SET {name} = '{value}'")

    def __exit__(self, *_: object) -> None:
        self._run("ALTER ROLE CURRENT_USER RESET ALL")

    def _run(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
