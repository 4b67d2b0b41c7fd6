"""Pages of lists: counted where the whole list is at hand, uncounted where it lies in the database.

`?page=` is a number from 1 in both; anything odd is the nearest page there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from reminders.views.shared.asked import read_number

M = TypeVar("M", bound=Model)
T = TypeVar("T")
COUNTED_ROWS = 100
PER_PAGE = 50
DEEPEST = 400
"""Beyond this page searching is the better way, and skipping rows becomes slow."""


@dataclass(frozen=True)
class Slice(Generic[M]):
    """One page of a list whose length nobody counted."""

    rows: Sequence[M]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1


def cut(rows: Sequence[T], most: int) -> tuple[Sequence[T], T | None]:
    """The rows that fit on a page, and the last of them if there are more.

    For lists that are read one row too far and go on behind a row, not at a number.
    """
    shown = rows[:most]
    return shown, shown[-1] if len(rows) > most else None


def counted_page(
    request: HttpRequest, rows: Sequence[T] | QuerySet[Any, T], *, per_page: int = COUNTED_ROWS
) -> Page[T]:
    """The page that `?page=` asks for of rows that are all there; the nearest one if it is not."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def page_of(
    request: HttpRequest, rows: QuerySet[M], *, per_page: int = PER_PAGE, wide: bool = False
) -> Slice[M]:
    """The page that `?page=` asks for, from 1; anything odd is the first.

    `wide`: of rows that join much the keys are chosen first. Else thousands would be joined and
    sorted whole for one page of them.
    """
    number = min(max(read_number(request.GET.get("page"), digits=5) or 1, 1), DEEPEST)
    # One row too many tells whether there is a next page; counting would read the whole table.
    chosen = rows[(number - 1) * per_page : number * per_page + 1]
    keys = list(chosen.values_list("pk", flat=True)) if wide else []
    found = list(rows.filter(pk__in=keys) if wide else chosen)
    return Slice(found[:per_page], number, has_next=len(found) > per_page and number < DEEPEST)
