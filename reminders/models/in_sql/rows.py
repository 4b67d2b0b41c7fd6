"""Rows of a statement as objects, matched by the names of their columns."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

Row = TypeVar("Row")


def read_rows(cursor: Any, kind: type[Row]) -> list[Row]:  # Any: Django's cursor has no public type
    """All rows that are left, as dataclasses or named tuples of this kind.

    Raises TypeError where the statement's columns are not the fields, in their order: a column that
    somebody moves would otherwise fill its neighbour's field without a word.
    """
    # Checked before any row is read, also where there is none: a test without rows finds it, too.
    columns = [column.name for column in cursor.description]
    wanted = _field_names(kind)
    if columns != wanted:
        raise TypeError(f"{kind.__name__} wants the columns {wanted}, not {columns}.")
    return [kind(*row) for row in cursor.fetchall()]


def read_dicts(cursor: Any) -> list[dict[str, Any]]:  # Any: as above, and columns of all types
    """All rows that are left, as dictionaries by the names of their columns."""
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _field_names(kind: type[Any]) -> list[str]:  # Any: a dataclass or a named tuple
    # In the order of the declaration, which is that of the values handed over.
    if is_dataclass(kind):
        return [field.name for field in fields(kind)]
    return list(getattr(kind, "_fields", ()))
