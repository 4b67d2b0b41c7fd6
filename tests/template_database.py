"""The migrated database that every worker's is copied from.

All migrations take as long as some hundreds of tests. They run once for each state of them, and
what came of it is kept beside pytest's cache for the runs to come.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection

from config.launcher.embedded.processes import unprivileged_identity
from config.launcher.embedded.programs import programs_for

NAME = "reminders_template"
ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".pytest_cache" / "migrated"
DECIDES = ("reminders/migrations/*.py", "requirements-dev.lock")
"""What the migrated database follows from: our migrations, and the packages with theirs."""


def provide(sockets: Path) -> str:
    """The name of a migrated database on the server of these sockets, made where it is missing."""
    with _one_at_a_time(sockets.parent / "template.lock"):
        with psycopg.connect(_address(sockets, "postgres"), autocommit=True) as server:
            if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                return NAME
            server.execute(f"CREATE DATABASE {NAME}")
        kept = KEPT / f"{_state()}.dump"
        if not (kept.exists() and _restored(kept, sockets)):
            _migrate()
            _keep(kept, sockets)
    return NAME


@contextlib.contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _state() -> str:
    digest = hashlib.sha256()
    for pattern in DECIDES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _address(sockets: Path, database: str) -> str:
    return psycopg.conninfo.make_conninfo(
        host=str(sockets), user=connection.settings_dict["USER"], dbname=database
    )


def _migrate() -> None:
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = NAME
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        # A database that anybody is connected to is not copied.
        connection.close()
        connection.settings_dict["NAME"] = name


def _keep(kept: Path, sockets: Path) -> None:
    """For the next run; what can't be kept is made again then."""
    draft = kept.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        _run("pg_dump", "--format=custom", f"--file={draft}", _address(sockets, NAME))
        for former in kept.parent.glob("*.dump"):
            former.unlink()
        draft.replace(kept)


def _restored(kept: Path, sockets: Path) -> bool:
    """Whether it could be read; a part of it is not left."""
    try:
        _run("pg_restore", "--exit-on-error", f"--dbname={_address(sockets, NAME)}", str(kept))
    except subprocess.CalledProcessError:
        with psycopg.connect(_address(sockets, "postgres"), autocommit=True) as server:
            server.execute(f"DROP DATABASE {NAME}")
            server.execute(f"CREATE DATABASE {NAME}")
        return False
    return True


def _run(program: str, *arguments: str) -> None:
    path = programs_for(unprivileged_identity()) / program
    subprocess.run([path, *arguments], check=True, capture_output=True)
