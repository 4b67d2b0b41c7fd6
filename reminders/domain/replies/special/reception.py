"""When somebody at a location reads what patients write, and what is said while nobody does.

Its own hours where they are given, else those of its texts. Pure.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from reminders.domain.clock.closed_days import NEVER_CLOSED, ClosedDays
from reminders.domain.clock.sending_hours import SendingHours
from reminders.domain.planning.rule_book import hours_of
from reminders.domain.replies.special import opening
from reminders.domain.wording import Template, compile_wording
from reminders.domain.wording.languages import known_language
from reminders.models import Location


def reception_hours(place: Location, closed: ClosedDays = NEVER_CLOSED) -> SendingHours:
    """When somebody reads replies, on the location's own clock."""
    if place.reception_opens is None or place.reception_closes is None:
        return hours_of(place, closed)
    return SendingHours(
        zone=ZoneInfo(place.zone),
        opens=place.reception_opens,
        closes=place.reception_closes,
        open_days=frozenset(place.reception_days),
        closed=closed,
    )


def nobody_reads(place: Location, closed: ClosedDays = NEVER_CLOSED, *, now: datetime) -> bool:
    """Whether nobody is there to read a text now (UTC)."""
    return opening.is_closed(now, reception_hours(place, closed))


def reads_next(place: Location, closed: ClosedDays = NEVER_CLOSED, *, now: datetime) -> datetime:
    """When somebody reads next (UTC): now, while somebody is there."""
    return opening.opens_next(now, reception_hours(place, closed))


def own_words(place: Location, *, purpose: str, language: str) -> Template | None:
    """What the location itself wants to be said while nobody reads, to who reads its language.

    Raises WordingError where it holds a placeholder that there is not.
    """
    if purpose != "out_of_hours" or not place.closed_wording:
        return None
    spoken = known_language(language) if language else known_language(place.language)
    if spoken != known_language(place.language):
        return None
    return compile_wording(place.closed_wording)
