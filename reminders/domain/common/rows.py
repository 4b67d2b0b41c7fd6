"""Rows of a statement by the names of its columns, never by their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")


def fetch(
    make: Callable[..., T], statement: str, given: Mapping[str, Any] | None = None
) -> list[T]:
    """Run a statement of ours and make one thing of each row.

    Columns are named as `make`'s fields; one too many or too few raises a TypeError, so that a
    statement and its row cannot drift apart unseen.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    if names == list(signature(make).parameters):
        # The names are checked once for all rows: naming each value took nine times as long.
        return [make(*row) for row in rows]
    # By name: here a wrong set of columns ends in the TypeError that the docstring promises.
    return [make(**dict(zip(names, row, strict=True))) for row in rows]
