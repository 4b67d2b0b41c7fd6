"""A list of values as one parameter."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, TextField, Value


def is_one_of(column: str, values: Collection[str]) -> Func:
    """`.filter(is_one_of("phone", phones))`: `phone = ANY(list)`, found by the same index as
    `phone__in`, which makes a parameter of each.
    """
    given = Value(list(values), output_field=ArrayField(TextField()))
    return Func(
        F(column),
        given,
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
