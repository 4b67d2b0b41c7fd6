"""A database of an earlier version, with data, becomes one of today's: `manage.py upgrade`.

It is the dump of 0.1.0 in steps, as those had it who followed the development, less its last step.
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

DUMP = ROOT / "tests/schemas/0.1.0-in-steps.sql.gz"
NAME = f"to_upgrade_{os.getpid()}"
FIRST_DATA = ("0002_default_rules", "0023_rights", "0031_event_rules_to_begin_with")
"""What `0003_first_data` stands for; made once more, it leaves the rules that are there alone."""
SECONDS = 300.0
"""On a machine that does much else besides."""


@pytest.fixture
def earlier(db: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An earlier database; yields the environment of a program that uses it."""
    to = connection.settings_dict
    given = {"host": to["HOST"], "port": to["PORT"] or None, "user": to["USER"]}
    given["password"] = to["PASSWORD"] or None
    with psycopg.connect(**given, dbname="postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        with psycopg.connect(**given, dbname=NAME, autocommit=True) as fresh:
            fresh.execute(gzip.decompress(DUMP.read_bytes()))
            fresh.execute(
                "DELETE FROM public.django_migrations WHERE name = ANY(%s)", [list(FIRST_DATA)]
            )
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
def test_a_database_is_backed_up_brought_forward_and_left_alone_after_that(
    earlier: dict[str, str], tmp_path: Path
) -> None:
    looked = run(["manage.py", "upgrade", "--dry-run"], earlier)
    with psycopg.connect(earlier["DATABASE_URL"]) as somebody:
        in_use = run(["manage.py", "upgrade"], earlier, seconds=SECONDS)
        # As an index that was being made when the power went.
        somebody.execute("CREATE INDEX half_made ON reminders_contact (name)")
        somebody.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half_made'::regclass"
        )
    done = run(["manage.py", "upgrade"], earlier, seconds=SECONDS)
    again = run(["manage.py", "upgrade"], earlier, seconds=SECONDS)

    assert "1 changes of the database: reminders.0003_first_data" in looked.stdout
    assert looked.stdout.endswith("Nothing was changed.\n")
    assert (in_use.returncode, in_use.stdout.count("backup")) == (1, 0)
    assert "1 other connections use the database. Stop the web site" in in_use.stderr
    assert (done.returncode, done.stderr) == (0, "")
    for words in (f"Till Then {product_version()}", "written and read back", "half_made was half"):
        assert words in done.stdout
    assert len(list((tmp_path / "backups").glob("*.backup"))) == 1
    assert "The database is up to date." in again.stdout
    assert (tmp_path / "static/staticfiles.json").exists()
    with psycopg.connect(earlier["DATABASE_URL"]) as now:
        kept = """
            SELECT contact.name, appointment.status
            FROM reminders_appointment AS appointment
            JOIN reminders_contact AS contact ON contact.id = appointment.contact_id
        """
        assert now.execute(kept).fetchall() == [("Ann Lee", "booked")] * 2
        rules = "SELECT name FROM reminders_reminderrule"
        assert now.execute(rules).fetchall() == [("Confirmation",)]


def test_a_database_of_a_newer_version_is_refused_before_anything_is_touched(
    earlier: dict[str, str],
) -> None:
    with psycopg.connect(earlier["DATABASE_URL"]) as newer:
        newer.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('reminders', '9999_of_tomorrow', now())"
        )

    ended = run(["manage.py", "upgrade"], earlier, seconds=SECONDS)

    assert ended.returncode == 1
    assert "newer version than this program (reminders.9999_of_tomorrow)" in ended.stderr


def test_a_database_of_a_development_version_is_refused_in_words(
    earlier: dict[str, str],
) -> None:
    with psycopg.connect(earlier["DATABASE_URL"]) as half_way:
        half_way.execute("DELETE FROM django_migrations WHERE name = '0052_words_of_mails'")

    ended = run(["manage.py", "upgrade", "--dry-run"], earlier, seconds=SECONDS)

    assert ended.returncode == 1
    assert "before the first release, and lacks some of its steps" in ended.stderr
