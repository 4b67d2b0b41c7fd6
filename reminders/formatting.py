"""How values are written for staff: times on a wall clock, numbers, spans, icons and badges.

Plain functions, for views and admin pages as for templates, whose tags and filters call them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from reminders.domain.phones.parsing import display
from reminders.models import Location

NEAR = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}


@lru_cache(maxsize=1)
def _sprite() -> str:
    # Kept: with hashed names each look-up works its way through the storage, for hundreds of icons.
    return static("reminders/icons.svg")


@lru_cache(maxsize=512, typed=True)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of our own sprite; silent for screen readers unless it has a label.

    A page shows hundreds of the same few: building each again took a sixth of a long page's time.
    """
    if label:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            css,
            label,
            _sprite(),
            name,
        )
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', css, _sprite(), name
    )


@lru_cache(maxsize=512, typed=True)
def badge(tone: str, name: str, words: str) -> SafeString:
    """A state: colour, icon and word together, so that none of them has to be understood alone."""
    return format_html(
        '<span class="state state-{}">{}<span>{}</span></span>', tone, icon(name), words
    )


def at_zone(value: datetime | None, zone: str | Location | None) -> str:
    """“Tue 3 Mar 10:00” on the wall clock of a zone or a location, “Today 10:00” where that is
    shorter.

    The year is named when it is another one.
    """
    if value is None:
        return ""
    local, now = value.astimezone(_zone(zone)), timezone.now().astimezone(_zone(zone))
    # By the dates over there: near midnight “today” is another day than the server's.
    near = NEAR.get((local.date() - now.date()).days)
    if near:
        return f"{near} {local:%H:%M}"
    return f"{local:%a %-d %b %H:%M}" if local.year == now.year else f"{local:%a %-d %b %Y %H:%M}"


def inline(words: str) -> str:
    """A time as it stands within a sentence: “goes out tomorrow 10:00”."""
    return words[:1].lower() + words[1:] if words.startswith(tuple(NEAR.values())) else words


def lasting(value: timedelta) -> str:
    """“40 seconds”, “2 hours, 5 minutes”."""
    if value < timedelta(minutes=1):
        return f"{value.total_seconds():.0f} seconds"
    # `timesince` wants two moments; any two that lie so far apart will do.
    now = timezone.now()
    return timesince(now - value, now)


def clock(value: datetime | None, zone: str | Location | None) -> str:
    """“10:00” on the wall clock of a zone's name or a location."""
    return f"{value.astimezone(_zone(zone)):%H:%M}" if value else ""


def _zone(zone: str | Location | None) -> ZoneInfo:
    if isinstance(zone, Location):
        return zone.tz
    return ZoneInfo(zone or timezone.get_default_timezone_name())


def phone(value: str, country: str = "") -> str:
    """A number as people of `country` write it."""
    return display(value, country or settings.DEFAULT_COUNTRY) if value else ""


def share(value: float | None) -> str:
    """“83 %” for 0.83, a dash where there is nothing to compare."""
    return "–" if value is None else f"{100 * value:.0f} %"


def fine_share(value: float | None) -> str:
    """As `share`, to a tenth: “0.4 %”, where whole ones would hide what matters."""
    return "–" if value is None else f"{100 * value:.1f} %"
