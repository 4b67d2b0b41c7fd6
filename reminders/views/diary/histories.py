"""How often the people of a page did not come, as far as its user may know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reminders.domain.missed.history import Missed, missed_by
from reminders.views.shared.pages import StaffRequest


def histories(
    request: StaffRequest, contact_ids: Iterable[int], *, now: datetime
) -> dict[int, Missed]:
    """By contact, of visits at the locations that the user may see; one statement."""
    here = request.scope.location_ids if request.scope.restricted else None
    ids = set(contact_ids)
    return missed_by(ids, location_ids=here, now=now) if ids else {}
