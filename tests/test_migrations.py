"""The migrations make what the models say, and refuse a database that is none of theirs."""

from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection

TABLES = import_module("reminders.migrations.0001_tables")


@pytest.mark.django_db
def test_no_model_differs_from_what_the_migrations_make() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_a_database_of_a_former_version_is_refused_in_words() -> None:
    with (
        connection.schema_editor() as editor,
        pytest.raises(RuntimeError, match="before the first release"),
    ):
        TABLES.stop_at_a_former_database(None, editor)
