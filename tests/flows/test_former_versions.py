"""Databases of former versions: brought forward, one step back, and forward again.

`schemas/<version>.sql.gz` is a database of that version with one of everything in it, all of it
invented. `make dump` writes the one of this version, once, when it is released; it never changes
after that. The one "in steps" was made by the fifty migrations that became three before the first
release: whatever way a database came, its tables are the same afterwards.
"""

from __future__ import annotations

import gzip
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from config.launcher.embedded.processes import unprivileged_identity
from config.launcher.embedded.programs import programs_for
from config.version import product_version
from tests import factories as make
from tests.programs import ROOT, run
from tests.views.access_things import things

FOLDER = ROOT / "tests/schemas"
DUMPS = sorted(path for path in FOLDER.glob("[0-9]*.sql.gz"))
NAME = f"former_version_{os.getpid()}"
SECONDS = 300.0
"""On a machine that does much else besides."""
NOT_OF_A_DUMP = re.compile(
    rb"^(\\.*|SET transaction_timeout.*|CREATE SCHEMA public;|--.*|)\n", re.M
)
"""What only psql or a newer server takes, and what nobody reads."""
NAME_OF_NOT_NULL = re.compile(r" CONSTRAINT \w+(?= NOT NULL)")
"""From PostgreSQL 18 on. Nobody chose it: a column that was renamed has the older name in it."""
ALL_TABLES = """
    SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind = 'r' ORDER BY relname
"""
GROWS = {"django_migrations", "django_content_type", "auth_permission", "auth_group_permissions"}
"""What a new version adds rows to by itself."""


def conninfo(database: str) -> str:
    to = connection.settings_dict
    given = {"host": to["HOST"], "port": to["PORT"], "user": to["USER"], "password": to["PASSWORD"]}
    return psycopg.conninfo.make_conninfo(
        dbname=database, **{name: value for name, value in given.items() if value}
    )


@pytest.fixture
def empty(db: None) -> Iterator[str]:
    """A database with nothing in it."""
    named = sql.Identifier(NAME)
    with psycopg.connect(conninfo("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(named))
        yield NAME
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))


def rows(database: str) -> dict[str, int]:
    """How many rows each table has, but for those that a version adds to."""
    with psycopg.connect(conninfo(database)) as here:
        names = [name for (name,) in here.execute(ALL_TABLES) if name not in GROWS]
        count = sql.SQL("SELECT count(*) FROM public.{}")
        found = {
            name: here.execute(count.format(sql.Identifier(name))).fetchall() for name in names
        }
    return {name: number for name, [(number,)] in found.items()}


def schema(database: str) -> set[str]:
    """All that `pg_dump` says of its tables, but for the order of columns and unnamed names."""
    said = dumped(database, "--schema-only").decode()
    return {
        "\n".join(sorted(line.strip().rstrip(",") for line in statement.splitlines()))
        if statement.startswith("CREATE TABLE")
        else statement
        for statement in NAME_OF_NOT_NULL.sub("", said).split(";\n")
    }


def dumped(database: str, *options: str) -> bytes:
    """What `pg_dump` says of a database, less what only it reads again."""
    program = programs_for(unprivileged_identity()) / "pg_dump"
    options = (*options, "--no-owner", "--no-privileges", "--no-comments")
    said = subprocess.run(
        [program, *options, f"--dbname={conninfo(database)}"], check=True, capture_output=True
    )
    return NOT_OF_A_DUMP.sub(b"", said.stdout)


def migrate(database: str, data: Path, *where: str) -> None:
    """Run the product's own command on that database."""
    to = connection.settings_dict
    password = f":{to['PASSWORD']}" if to["PASSWORD"] else ""
    port = f":{to['PORT']}" if to["PORT"] else ""
    host = str(to["HOST"]).replace("/", "%2F")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "DATA_DIR": str(data),
        "ONE_MACHINE": "true",
        "DATABASE_URL": f"postgres://{to['USER']}{password}@{port}/{database}?host={host}",
    }
    done = run(["manage.py", "migrate", *where, "--verbosity", "0"], environment, seconds=SECONDS)
    assert done.returncode == 0, done.stderr


def before_the_last() -> str | None:
    """The migration before the newest one, where that can be taken back."""
    loader = MigrationLoader(None)
    [(_, newest)] = loader.graph.leaf_nodes("reminders")
    migration = loader.graph.nodes["reminders", newest]
    ours = [name for app, name in migration.dependencies if app == "reminders"]
    return ours[0] if all(each.reversible for each in migration.operations) else None


@pytest.mark.programs
@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.name.removesuffix(".sql.gz"))
def test_a_database_of_a_former_version_goes_forward_one_back_and_forward_again(
    dump: Path, empty: str, tmp_path: Path
) -> None:
    with psycopg.connect(conninfo(empty), autocommit=True) as fresh:
        fresh.execute(gzip.decompress(dump.read_bytes()))
    before = rows(empty)

    migrate(empty, tmp_path)

    after = rows(empty)
    assert before["reminders_appointment"] > 0
    assert before.items() <= after.items()
    assert schema(empty) == schema(str(connection.settings_dict["NAME"]))
    one_back = before_the_last()
    if one_back:
        migrate(empty, tmp_path, "reminders", one_back)
        assert rows(empty).items() <= after.items()
        migrate(empty, tmp_path)
        assert rows(empty).keys() == after.keys()


def test_each_dump_is_of_a_version_up_to_this_one() -> None:
    versions = [path.name.removesuffix(".sql.gz") for path in DUMPS]
    this = _numbers(product_version())

    assert versions
    assert all(_numbers(version) <= this for version in versions)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.removesuffix("-in-steps").split(".")]


@pytest.mark.dump
def test_write_the_dump_of_this_version(transactional_db: None) -> None:
    """No test: `make dump`."""
    user = make.make_user(first_name="Mia", group="manager")
    things(make.make_location(name="Harbour Dental"), user=user)
    said = dumped(str(connection.settings_dict["NAME"]), "--inserts")
    written = gzip.compress(said, mtime=0)
    path = FOLDER / f"{product_version()}.sql.gz"
    path.write_bytes(written)
    when = datetime.now(UTC).date()
    print(f"{path.name}: {len(written) // 1024} kB, {when}")  # noqa: T201  # for who made it
