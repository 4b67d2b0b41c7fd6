"""The migrations make what the models say, and refuse a database that is none of theirs."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from reminders.domain.operations import schema
from reminders.models import ReminderRule
from tests.migration_locks import FIRST_READ, objections

FIRST_DATA = import_module("reminders.migrations.0003_first_data")
ON_PHONE = models.Q(phone__gt="")


@pytest.mark.django_db
def test_no_model_differs_from_what_the_migrations_make() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_a_new_database_has_four_rules_once() -> None:
    FIRST_DATA.add_rules(apps, None)
    FIRST_DATA.add_rules(apps, None)

    counts = ("days_before", "minutes_before", "minutes_after")
    when = ("quiet", "min_notice_minutes", "cutoff_minutes")
    rules = ReminderRule.objects.order_by("position")

    assert list(rules.values_list("position", "kind", *counts, *when)) == [
        (1, "confirmation", 1, None, None, "later", 180, 120),
        (2, "reminder", None, 60, None, "earlier", 15, 10),
        (3, "moved", None, None, 0, "later", 0, 15),
        (4, "cancelled", None, None, 0, "later", 0, 0),
    ]
    assert not ReminderRule.objects.exclude(active=True, settle_minutes=10, roads=[]).exists()


@pytest.mark.django_db
def test_steps_that_were_squashed_are_known_and_made() -> None:
    """A new database has them, too: an older program would not take it for its own otherwise."""
    steps = {step for step in schema.known_migrations() if step[1] == "0052_words_of_mails"}

    assert steps <= set(MigrationRecorder(connection).applied_migrations())
    assert (schema.unknown_migrations(), schema.waiting_migrations()) == ([], [])


@pytest.mark.django_db
@pytest.mark.parametrize("made", [{}, {"name": "0001_tables"}])
def test_a_database_of_a_development_version_is_refused_in_words(made: dict[str, str]) -> None:
    ours = MigrationRecorder.Migration.objects.filter(app="reminders")
    ours.exclude(**made).delete() if made else ours.delete()

    assert schema.waiting_migrations()[0] == "reminders.0001_tables_and_constraints"
    with pytest.raises(CommandError, match="before the first release"):
        call_command("migrate", verbosity=0)


@pytest.mark.django_db
def test_one_that_lacks_the_last_step_is_no_better() -> None:
    MigrationRecorder.Migration.objects.filter(name="0052_words_of_mails").delete()

    assert schema.waiting_migrations() == ["reminders.0001_tables_and_constraints"]
    with pytest.raises(CommandError, match="before the first release"):
        call_command("migrate", verbosity=0)


def test_no_new_migration_holds_a_large_table() -> None:
    loader = MigrationLoader(None)
    new = [
        (key, migration)
        for key, migration in sorted(loader.disk_migrations.items())
        if key[0] == "reminders" and int(key[1][:4]) >= FIRST_READ
    ]
    found = [
        words
        for key, migration in new
        for words in objections(migration, loader.project_state(key, at_end=False))
    ]
    assert found == []


HELD = [
    (migrations.AddIndex("message", models.Index(fields=["phone"], name="i")), "AddIndexC"),
    (
        migrations.AddConstraint("reply", models.UniqueConstraint(fields=["text"], name="u")),
        "USING INDEX",
    ),
    (
        migrations.AddConstraint("contact", models.CheckConstraint(name="c", condition=ON_PHONE)),
        "AddConstraintNotValid",
    ),
    (migrations.AddField("contact", "code", models.CharField(max_length=9, db_index=True)), "db_"),
    (migrations.AddField("contact", "of", models.ForeignKey("auth.User", models.CASCADE)), "db_i"),
    (migrations.AddField("contact", "u", models.UUIDField(db_default=RandomUUID())), "in steps"),
    (migrations.AlterField("contact", "name", models.IntegerField()), "another type"),
    (migrations.AlterField("contact", "name", models.CharField(max_length=3)), "another type"),
    (migrations.RunSQL("CREATE INDEX x ON reminders_message (text)"), "CONCURRENTLY"),
    (migrations.RunSQL("ALTER TABLE reminders_reply ADD CONSTRAINT c CHECK (true)"), "NOT VALID"),
    (migrations.RunSQL(["ALTER TABLE reminders_reply ALTER COLUMN text TYPE int"]), "in steps"),
]
FREE = [
    AddIndexConcurrently("message", models.Index(fields=["phone"], name="i")),
    AddConstraintNotValid("contact", models.CheckConstraint(name="c", condition=ON_PHONE)),
    migrations.AddField("contact", "code", models.CharField(max_length=9, default="")),
    migrations.AddField("contact", "seen", models.DateTimeField(db_default=Now())),
    migrations.AlterField("contact", "name", models.TextField()),
    migrations.AddIndex("location", models.Index(fields=["phone"], name="i")),
    migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON reminders_message (text)"),
    migrations.RunSQL("ALTER TABLE reminders_reply ADD CONSTRAINT c CHECK (true) NOT VALID"),
    migrations.RunSQL("CREATE INDEX x ON reminders_location (name)"),
]


@pytest.fixture(scope="module")
def state() -> ProjectState:
    return MigrationLoader(None).project_state(("reminders", "0001_tables_and_constraints"))


def _objections(state: ProjectState, *operations: Operation, **given: str) -> list[str]:
    given_here = {"operations": list(operations), **given}
    migration = type("Migration", (migrations.Migration,), given_here)
    return objections(migration("0100_example", "reminders"), state.clone())


@pytest.mark.parametrize(("operation", "instead"), HELD)
def test_what_holds_a_large_table_is_told_with_a_better_way(
    state: ProjectState, operation: Operation, instead: str
) -> None:
    (words,) = _objections(state, operation)
    assert instead in words
    assert _objections(state, operation, may_lock="a Sunday's work") == []


@pytest.mark.parametrize("operation", FREE)
def test_what_holds_nothing_is_left_alone(state: ProjectState, operation: Operation) -> None:
    assert _objections(state, operation) == []


def test_a_table_that_the_same_migration_makes_is_empty(state: ProjectState) -> None:
    made = migrations.CreateModel("TrailEntry", [("id", models.AutoField(primary_key=True))])
    index = migrations.AddIndex("trailentry", models.Index(fields=["id"], name="i"))
    assert _objections(state, made, index) == []
