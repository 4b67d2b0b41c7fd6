"""Which columns of their own the diaries of locations have brought, with an example of each."""

from __future__ import annotations

from collections.abc import Collection

from reminders.domain.wording.own_columns import fold, own_values, writable
from reminders.models import Appointment

LATELY = 1_000
"""So many of the last visits are looked at: a diary writes one header, and values may be rare."""


def diary_columns(location_ids: Collection[int] | None = None) -> dict[str, str]:
    """The headers kept with visits at these locations (None: at all), each with a value."""
    visits = Appointment.objects.exclude(extra={}).order_by("-starts_at")
    if location_ids is not None:
        visits = visits.filter(location__in=location_ids)
    found: dict[str, str] = {}
    keys: dict[str, str] = {}
    for extra in visits.values_list("extra", flat=True)[:LATELY]:
        if not isinstance(extra, dict):
            continue
        values = own_values(extra)
        for name in extra:
            shown = writable(str(name))
            if not shown:
                continue
            known = keys.setdefault(fold(shown), shown)
            found[known] = found.get(known) or values.get(fold(shown), "")
    return dict(sorted(found.items(), key=lambda one: one[0].casefold()))
