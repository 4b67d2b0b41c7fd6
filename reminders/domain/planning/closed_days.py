"""The days on which locations are shut, read for everything that goes by working days.

One statement for all of them: planning, the call list and automatic answers read it once a run.
What these days are is changed in `setup.closed_days`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from reminders.domain.clock.closed_days import ClosedDays, closed_days
from reminders.models import ClosedDay


def read_closed_days(location_ids: Iterable[int] | None = None) -> dict[int, ClosedDays]:
    """By location's id; one that is never closed is not among them."""
    rows = ClosedDay.objects.filter(removed_at=None)
    if location_ids is not None:
        rows = rows.filter(location_id__in=list(location_ids))
    found = rows.order_by().values_list("location_id", "first_day", "last_day", "every_year")
    spans: dict[int, list[tuple[date, date, bool]]] = defaultdict(list)
    for pk, first, last, every_year in found:
        spans[pk].append((first, last, every_year))
    return {pk: closed_days(one) for pk, one in spans.items()}
