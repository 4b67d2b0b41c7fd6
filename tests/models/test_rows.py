"""Rows by name: a column that is moved, missing or misnamed is noticed, not taken for another."""

from dataclasses import dataclass
from typing import NamedTuple

import pytest
from django.db import connection

from reminders.models.in_sql.rows import read_dicts, read_rows

pytestmark = pytest.mark.django_db


@dataclass
class Place:
    name: str
    city: str


class Spot(NamedTuple):
    name: str
    city: str


@pytest.mark.parametrize("kind", [Place, Spot])
def test_rows_become_objects_whose_fields_are_the_columns(kind):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'Harbour' AS name, 'Perth' AS city")

        assert read_rows(cursor, kind) == [kind("Harbour", "Perth")]


@pytest.mark.parametrize("columns", ["'Perth' AS city, 'Harbour' AS name", "'Harbour' AS name"])
def test_columns_in_another_order_are_refused(columns):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}")

        with pytest.raises(TypeError, match="Place wants the columns"):
            read_rows(cursor, Place)


def test_rows_as_dictionaries():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 AS a, 'x' AS b")

        assert read_dicts(cursor) == [{"a": 1, "b": "x"}]
