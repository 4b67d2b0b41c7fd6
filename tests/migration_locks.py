"""Which migrations would hold a large table while patients' texts are due, and what to write
instead.

Reads operations and runs none. A table that the same migration makes is empty, and free of all
this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import CheckConstraint, Expression, Field, GeneratedField, Value
from django.db.models.fields import NOT_PROVIDED
from django.db.models.functions import Now

LARGE = frozenset(
    "appointment contact reminder message deliveryreport reply inboxitem auditentry trailentry"
    " importrow importpart callattempt".split()
)
"""Models whose tables grow with each day."""
FIRST_READ = 4
"""Migrations with smaller numbers make the first tables: there is none to hold."""
CONCURRENTLY = "AddIndexConcurrently, in a migration of its own with atomic = False"
LOCKING_SQL = {
    r"CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)": "CREATE INDEX CONCURRENTLY",
    r"ADD\s+CONSTRAINT\s+(?!.*NOT\s+VALID)": "NOT VALID, and VALIDATE in the next migration",
    r"SET\s+NOT\s+NULL": "a constraint NOT VALID first",
    r"ALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE": "a new column, filled in steps",
}


def objections(migration: Migration, state: ProjectState) -> list[str]:
    """What a migration that starts from this state would hold, with what to write instead.

    A reason why it may after all stands in its attribute `may_lock`.
    """
    if getattr(migration, "may_lock", ""):
        return []
    fresh: set[str] = set()
    found = []
    for operation in migration.operations:
        if isinstance(operation, operations.CreateModel):
            fresh.add(operation.name_lower)
        for model, instead in _of(operation, state):
            if model not in fresh:
                found.append(f"{migration.name}: {operation.describe()}: {instead}")
        operation.state_forwards(migration.app_label, state)
    return found


def _of(operation: Operation, state: ProjectState) -> Iterator[tuple[str, str]]:
    """The large model and the better way, for each thing that this operation does to it."""
    if isinstance(operation, operations.SeparateDatabaseAndState):
        for each in operation.database_operations:
            yield from _of(each, state)
    elif isinstance(operation, operations.RunSQL):
        yield from _of_sql(operation.sql)
    elif (model := getattr(operation, "model_name_lower", "")) in LARGE:
        yield from ((model, instead) for instead in _of_large(operation, model, state))


def _of_large(operation: Operation, model: str, state: ProjectState) -> Iterator[str]:
    if isinstance(operation, operations.AddIndex):
        if not isinstance(operation, AddIndexConcurrently):
            yield CONCURRENTLY
    elif isinstance(operation, operations.AddConstraint):
        if not isinstance(operation.constraint, CheckConstraint):
            yield "a unique index made CONCURRENTLY, then ADD CONSTRAINT ... USING INDEX"
        elif not isinstance(operation, AddConstraintNotValid):
            yield "AddConstraintNotValid, and ValidateConstraint in the next migration"
    elif isinstance(operation, operations.AddField):
        yield from _of_new(operation.field)
    elif isinstance(operation, operations.AlterField):
        before = state.models["reminders", model].fields[operation.name]
        yield from _of_altered(before, operation.field)


def _of_new(field: Field) -> Iterator[str]:
    if field.many_to_many:
        return
    default = field.db_default
    if isinstance(field, GeneratedField) or (
        default is not NOT_PROVIDED
        and isinstance(default, Expression)
        and not isinstance(default, (Value, Now))
    ):
        yield "a plain column, filled in steps: this one is computed for each row"
    if _is_indexed(field):
        yield f"db_index=False, and {CONCURRENTLY}"


def _of_altered(before: Field, after: Field) -> Iterator[str]:
    if _is_indexed(after) and not _is_indexed(before):
        yield CONCURRENTLY
    if before.null and not after.null:
        yield "a constraint NOT VALID first, validated before NOT NULL is set"
    if _is_rewritten(before.db_type(connection) or "", after.db_type(connection) or ""):
        yield "a new column, filled in steps: another type writes each row anew"


def _is_indexed(field: Field) -> bool:
    return bool(field.unique or getattr(field, "db_index", False))


def _is_rewritten(before: str, after: str) -> bool:
    """A longer text stays where it is; whatever else changes its type does not."""
    lengths = [re.fullmatch(r"varchar\((\d+)\)", each) for each in (before, after)]
    if lengths[0] and (after in {"text", "varchar"}):
        return False
    if lengths[0] and lengths[1]:
        return int(lengths[1][1]) < int(lengths[0][1])
    return before != after


def _of_sql(sql: str | Iterable[object]) -> Iterator[tuple[str, str]]:
    text = sql if isinstance(sql, str) else ";".join(map(str, sql))
    for statement in text.split(";"):
        named = re.findall(r"reminders_(\w+)", statement)
        for model in sorted(set(named) & LARGE):
            for pattern, instead in LOCKING_SQL.items():
                if re.search(pattern, statement, re.IGNORECASE | re.DOTALL):
                    yield model, instead
