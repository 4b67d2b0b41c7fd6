"""Which locations a page is about: the one the user has set the pages to, else all that they may
see.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from reminders.domain.common.etags import digest
from reminders.domain.pages.change_marker import etag
from reminders.models import Location
from reminders.views.shared.pages import StaffRequest


def places(request: StaffRequest) -> tuple[Location, ...]:
    """The locations that the page shows."""
    return request.scope.shown_locations


def place_ids(request: StaffRequest) -> list[int]:
    """The ids of `places`, in order, so that digests of them agree."""
    return sorted(place.pk for place in places(request))


def several(request: StaffRequest) -> bool:
    """Whether rows have to say at which location they are."""
    return len(places(request)) > 1


def everybodys(request: StaffRequest) -> Collection[int] | None:
    """The locations to narrow to; None where the user sees everything anyway, rows without a
    location too.
    """
    return request.scope.narrowed_to


def zone(request: StaffRequest) -> ZoneInfo:
    """The wall clock of pages that are about no single location: the first location's."""
    shown = places(request)
    return shown[0].tz if shown else ZoneInfo(settings.TIME_ZONE)


def sign(request: StaffRequest, *asked: object, now: datetime) -> str:
    """A token that changes once anything has happened, or when something else is asked for than
    before.
    """
    return f"{etag(now=now)}-{digest((place_ids(request), asked))}"
