"""What each step of forgetting is given, and what it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet

from reminders.domain.retention.holds import Held

Rows = QuerySet[Any]  # Any: of whichever table a step is about


@dataclass(frozen=True, slots=True)
class Portion:
    """One transaction's share: forget what is older than `cutoff`, `limit` rows at most.

    `cursor` is where the last one stopped, for steps that walk over a table; `held` whom to spare.
    """

    cutoff: datetime
    limit: int
    held: Held
    now: datetime
    cursor: int = 0


class Forgotten(NamedTuple):
    """How many rows went, whether none is left, and where to go on."""

    rows: int
    over: bool
    cursor: int = 0


Due = Callable[[datetime, Held], Rows]
"""What goes at a cutoff: to be counted for a page, and to be forgotten."""


def claim(rows: Rows, *, limit: int, no_key: bool = True) -> list[Any]:
    """Lock up to `limit` of these rows that nobody else is at; return their ids.

    What somebody works on is left for the next night, so that no page ever waits for us.
    """
    # Of these rows alone, not of what they are joined with. NO KEY where the row stays: what only
    # points to it may be added meanwhile.
    locked = rows.select_for_update(skip_locked=True, of=("self",), no_key=no_key)
    return list(locked.values_list("pk", flat=True)[:limit])


def drop(rows: Rows, *, limit: int) -> Forgotten:
    """Delete up to `limit` of these rows, which nothing points to."""
    ids = claim(rows, limit=limit, no_key=False)
    model: type[Model] = rows.model
    model._default_manager.filter(pk__in=ids).delete()
    return Forgotten(len(ids), over=len(ids) < limit)
