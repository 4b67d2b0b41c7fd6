"""Small pieces of markup that staff pages share: icons, badges, times in a location's zone, form
fields.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from reminders.domain.phones.parsing import display
from reminders.models import Location

register = template.Library()
LIVE_ONLY = frozenset({"token", "current", "revision"})
NEAR = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("reminders/icons.svg")


@register.simple_tag
@lru_cache(maxsize=512, typed=True)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of our own sprite; silent for screen readers unless it has a label.

    There are few different ones and hundreds on a page: made anew they took a sixth of a long
    page's time.
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


@register.simple_tag
@lru_cache(maxsize=512, typed=True)
def badge(tone: str, name: str, words: str) -> SafeString:
    """A state: colour, icon and word together, so that none of them has to be understood alone."""
    return format_html(
        '<span class="state state-{}">{}<span>{}</span></span>', tone, icon(name), words
    )


@register.simple_tag
def note(message: Message) -> SafeString:
    """A short note from the page before, with its tone and what would take it back."""
    tone, _, undo = (message.extra_tags or "ok").partition(" ")
    return format_html(
        '<div class="toast-note" data-tone="{}" data-undo="{}"><span>{}</span></div>',
        tone,
        undo,
        message,
    )


@register.filter
def at_zone(value: datetime | None, zone: str | Location | None) -> str:
    """“Tue 3 Mar 10:00” on the wall clock of a zone or a location, “Today 10:00” where that is
    shorter.

    The year is named when it is another one.
    """
    if value is None:
        return ""
    local, now = value.astimezone(_zone(zone)), timezone.now().astimezone(_zone(zone))
    near = NEAR.get((local.date() - now.date()).days)
    if near:
        return f"{near} {local:%H:%M}"
    return f"{local:%a %-d %b %H:%M}" if local.year == now.year else f"{local:%a %-d %b %Y %H:%M}"


@register.filter
def inline(words: str) -> str:
    """A time as it stands within a sentence: “goes out tomorrow 10:00”."""
    return words[:1].lower() + words[1:] if words.startswith(tuple(NEAR.values())) else words


@register.filter
def lasting(value: timedelta) -> str:
    """“40 seconds”, “2 hours, 5 minutes”."""
    if value < timedelta(minutes=1):
        return f"{value.total_seconds():.0f} seconds"
    now = timezone.now()
    return timesince(now - value, now)


@register.filter
def clock(value: datetime | None, zone: str | Location | None) -> str:
    """“10:00” on the wall clock of a zone's name or a location."""
    return f"{value.astimezone(_zone(zone)):%H:%M}" if value else ""


def _zone(zone: str | Location | None) -> ZoneInfo:
    if isinstance(zone, Location):
        return zone.tz
    return ZoneInfo(zone or timezone.get_default_timezone_name())


@register.filter
def phone(value: str, country: str = "") -> str:
    """A number as people of `country` write it."""
    return display(value, country or settings.DEFAULT_COUNTRY) if value else ""


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """This page's query string with some parameters changed; None takes one away.

    What only a live look sends along stays out: a link from it is that of the whole page.
    """
    params: QueryDict = context["request"].GET.copy()
    for name in LIVE_ONLY | {name for name, value in params.items() if not value}:
        params.pop(name, None)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}"


@register.inclusion_tag("partials/field.html")
def field(bound: BoundField, css: str = "", *, hide_optional: bool = False) -> dict[str, object]:
    """A form field with label, help and errors tied together for screen readers.

    `hide_optional` is for a field that is asked for only with another one's answer.
    """
    widget = bound.field.widget
    check = isinstance(widget, CheckboxInput)
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    kind = (
        "form-check-input"
        if check
        else "form-select"
        if isinstance(widget, Select)
        else "form-control"
    )
    attrs: dict[str, str | bool] = {}
    if not group:
        attrs["class"] = f"{kind} is-invalid" if bound.errors else kind
    control = bound.as_widget(attrs=attrs)
    shown = {"field": bound, "css": css, "check": check, "group": group, "control": control}
    return shown | {"hide_optional": hide_optional}
