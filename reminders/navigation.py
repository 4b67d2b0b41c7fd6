"""What the shell around every page shows: navigation, locations, the inbox's badge.

Costs at most three statements beyond what the page itself read, and nothing for parts of a page.
Problems that everybody should know of are fetched by the page itself, so that they also come and go
while it is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from config.version import product_version
from reminders import branding
from reminders.domain.common import access
from reminders.domain.common.access import DAILY_WORK, Scope, scope_of
from reminders.domain.setup.first_steps import (
    LOCATION,
    FirstStep,
    first_steps,
    next_step,
    whom_to_ask,
)
from reminders.models import InboxItem, Location


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; shown to those who may, once its page exists."""

    url: str
    title: str
    icon: str
    needs: str = DAILY_WORK
    key: str = ""
    on_bar: bool = False


@dataclass(frozen=True)
class Link:
    """An entry as it stands in the navigation of this request."""

    entry: Entry
    href: str
    current: bool
    badge: int = 0


GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Today",
        (
            Entry("day_sheet", "Day sheet", "day", key="d", on_bar=True),
            Entry("call_list", "Call list", "call", key="c", on_bar=True),
            Entry("inbox", "Inbox", "inbox", key="i", on_bar=True),
        ),
    ),
    (
        "Diary",
        (
            Entry("appointments", "Appointments", "calendar", key="a"),
            Entry("contacts", "Contacts", "people", key="p", on_bar=True),
            Entry("imports", "Import", "import", access.IMPORT),
        ),
    ),
    (
        "Texts",
        (
            Entry("unsent", "Not sent", "unsent", key="n"),
            Entry("forecast", "Forecast", "forecast", key="f"),
            Entry("data_quality", "Data quality", "quality"),
            Entry("statistics", "Statistics", "statistics", access.STATISTICS),
        ),
    ),
    (
        "Behind the scenes",
        (
            Entry("setup", "Set-up", "setup", access.RULES),
            Entry("connection", "Connection", "connection", access.CONNECTION),
            Entry("admin:index", "Admin", "admin", access.RULES),
        ),
    ),
)
# Pages without an entry of their own light up the entry they belong to.
BELONGS_TO = {
    "appointment": "appointments",
    "contact": "contacts",
    "conversation": "contacts",
    "first": "setup",
    "import": "imports",
    "people": "setup",
    "retention": "setup",
    "rules": "setup",
    "wordings": "setup",
}


class Shell:
    """The frame of one request's page; templates read its properties, each worked out when first
    asked.
    """

    name = branding.NAME
    tagline = branding.TAGLINE

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def version(self) -> str:
        """The product's version, for the foot of the page."""
        return product_version()

    @cached_property
    def scope(self) -> Scope | None:
        """The signed-in user's, or None before signing in."""
        # The view's own, where there is one: read twice it would cost three statements more.
        given = getattr(self.request, "scope", None)
        if isinstance(given, Scope) or not self.request.user.is_authenticated:
            return given
        return scope_of(self.request.user)

    @cached_property
    def groups(self) -> list[tuple[str, list[Link]]]:
        """The navigation: titles and their links, without what this user may not do."""
        groups = [(title, [self._link(entry) for entry in entries]) for title, entries in GROUPS]
        shown = [(title, [link for link in links if link]) for title, links in groups]
        return [(title, links) for title, links in shown if links]

    @cached_property
    def bar(self) -> list[Link]:
        """The few links at the bottom of a phone."""
        return [link for _, links in self.groups for link in links if link.entry.on_bar]

    @cached_property
    def keys(self) -> list[Link]:
        """The links that a key leads to."""
        return [link for _, links in self.groups for link in links if link.entry.key]

    @cached_property
    def inbox_count(self) -> int:
        """How many replies wait for a person at this user's locations."""
        if self.scope is None:
            return 0
        return InboxItem.objects.filter(self.scope.seen_cards(), done_at=None).count()

    @cached_property
    def location(self) -> Location | None:
        """The location that the pages are set to; None for all of them."""
        return (
            self.scope.location(self.scope.profile.remembered.get("location"))
            if self.scope
            else None
        )

    @property
    def lacks_location(self) -> bool:
        """Whether a user is here and there is no location to work at: pages then say what to do."""
        return self.scope is not None and not self.scope.locations

    @cached_property
    def may_add_location(self) -> bool:
        """Whether the user may add the first location."""
        return self.scope is not None and self.scope.may(LOCATION)

    @cached_property
    def who_adds_locations(self) -> str:
        """Whom to ask for one, by name."""
        return whom_to_ask(LOCATION)

    @cached_property
    def step(self) -> FirstStep | None:
        """The next of the first steps; asked for only where a page is empty anyway."""
        return next_step(first_steps())

    @cached_property
    def role(self) -> str:
        """What the user is, in a word."""
        if self.scope is None or self.scope.user.is_superuser:
            return "Administrator" if self.scope else ""
        names = self.scope.user.groups.values_list("name", flat=True)
        return ", ".join(sorted(name.capitalize() for name in names))

    def _link(self, entry: Entry) -> Link | None:
        href = _address(entry.url)
        if not href or self.scope is None or not self.scope.may(entry.needs):
            return None
        badge = self.inbox_count if entry.url == "inbox" else 0
        return Link(entry, href, current=entry.url == self._current, badge=badge)

    @cached_property
    def _current(self) -> str:
        match = self.request.resolver_match
        name = (match.url_name or "") if match else ""
        # By the whole name, else by what stands before the first underscore: rules_edit belongs to
        # rules.
        return BELONGS_TO.get(name) or BELONGS_TO.get(name.partition("_")[0], name)


@cache
def _address(name: str) -> str:
    try:
        return reverse(name)
    # An entry whose page is not there is left out; the frame must never break a page.
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template the frame as `shell`, and the product's name."""
    return {"shell": Shell(request), "product": branding.NAME}
