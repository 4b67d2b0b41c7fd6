"""A database of the first schema, with data, becomes one of today's: `manage.py upgrade`.

`schemas/first_schema.sql.gz` is what `pg_dump --inserts` wrote of a database at `0001_tables` with
a few invented patients. It never changes: each later version has to take it over.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from config.version import product_version
from tests.programs import ROOT, run

FIRST = ROOT / "tests/schemas/first_schema.sql.gz"
NAME = f"first_schema_{os.getpid()}"
SECONDS = 300.0
"""On a machine that does much else besides."""


@pytest.fixture
def first_schema(db: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A database of the first schema; yields the environment of a program that uses it."""
    to = connection.settings_dict
    given = {"host": to["HOST"], "port": to["PORT"] or None, "user": to["USER"]}
    given["password"] = to["PASSWORD"] or None
    with psycopg.connect(**given, dbname="postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        with psycopg.connect(**given, dbname=NAME, autocommit=True) as fresh:
            fresh.execute(gzip.decompress(FIRST.read_bytes()))
        host, user = quote(str(to["HOST"]), safe=""), to["USER"]
        password = f":{quote(to['PASSWORD'])}" if to["PASSWORD"] else ""
        port = f":{to['PORT']}" if to["PORT"] else ""
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "DATA_DIR": str(tmp_path),
            "ONE_MACHINE": "true",
            "DATABASE_URL": f"postgres://{user}{password}@{port}/{NAME}?host={host}",
            "BACKUP_FOLDER": str(tmp_path / "backups"),
        }
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(NAME)))


@pytest.mark.programs
def test_a_database_of_the_first_schema_is_backed_up_brought_forward_and_left_alone_after_that(
    first_schema: dict[str, str], tmp_path: Path
) -> None:
    looked = run(["manage.py", "upgrade", "--dry-run"], first_schema)
    with psycopg.connect(first_schema["DATABASE_URL"]) as somebody:
        in_use = run(["manage.py", "upgrade"], first_schema, seconds=SECONDS)
        # As an index that was being made when the power went.
        somebody.execute("CREATE INDEX half_made ON reminders_contact (name)")
        somebody.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half_made'::regclass"
        )
    done = run(["manage.py", "upgrade"], first_schema, seconds=SECONDS)
    again = run(["manage.py", "upgrade"], first_schema, seconds=SECONDS)

    assert "reminders.0002_default_rules" in looked.stdout
    assert looked.stdout.endswith("Nothing was changed.\n")
    assert (in_use.returncode, in_use.stdout.count("backup")) == (1, 0)
    assert "1 other connections use the database. Stop the web site" in in_use.stderr
    assert (done.returncode, done.stderr) == (0, "")
    for words in (f"Till Then {product_version()}", "written and read back", "half_made was half"):
        assert words in done.stdout
    assert len(list((tmp_path / "backups").glob("*.backup"))) == 1
    assert "The database is up to date." in again.stdout
    assert (tmp_path / "static/staticfiles.json").exists()
    with psycopg.connect(first_schema["DATABASE_URL"]) as now:
        kept = """
            SELECT contact.name, appointment.status, message.state
            FROM reminders_appointment AS appointment
            JOIN reminders_contact AS contact ON contact.id = appointment.contact_id
            JOIN reminders_message AS message ON message.appointment_id = appointment.id
            ORDER BY contact.id
        """
        assert now.execute(kept).fetchall() == [
            ("Ann Example", "booked", "delivered"),
            ("Bob Example", "confirmed", "delivered"),
            ("Zoë Müller", "declined", "delivered"),
        ]


def test_a_database_of_a_newer_version_is_refused_before_anything_is_touched(
    first_schema: dict[str, str],
) -> None:
    with psycopg.connect(first_schema["DATABASE_URL"]) as newer:
        newer.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('reminders', '9999_of_tomorrow', now())"
        )

    ended = run(["manage.py", "upgrade"], first_schema, seconds=SECONDS)

    assert ended.returncode == 1
    assert "newer version than this program (reminders.9999_of_tomorrow)" in ended.stderr
