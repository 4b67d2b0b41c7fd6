from typing import NamedTuple

import pytest

from reminders.domain.common.rows import fetch

pytestmark = pytest.mark.django_db


class Point(NamedTuple):
    x: int
    y: int


@pytest.mark.parametrize("columns", ["1 AS x, 2 AS y", "2 AS y, 1 AS x"])
def test_values_go_where_their_columns_are_named(columns):
    assert fetch(Point, f"SELECT {columns}") == [Point(x=1, y=2)]


@pytest.mark.parametrize("columns", ["1 AS x", "1 AS x, 2 AS y, 3 AS z", "1 AS x, 2 AS why"])
def test_columns_that_are_no_fields_are_an_error(columns):
    with pytest.raises(TypeError):
        fetch(Point, f"SELECT {columns}")
