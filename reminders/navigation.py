"""What the shell around every page shows: navigation, locations, the inbox's badge.

Costs at most three statements beyond what the page itself read, and nothing for parts of a page.
Problems that everybody should know of are fetched by the page itself, so that they also come and go
while it is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from config.version import product_version
from reminders import branding
from reminders.domain.common.access import Scope, scope_of
from reminders.domain.replies.inbox import waiting_cards
from reminders.domain.rights.actions import action_at
from reminders.domain.setup.beginning.first_steps import (
    LOCATION,
    FirstStep,
    first_steps,
    next_step,
    whom_to_ask,
)
from reminders.domain.signing_in.granted import granted
from reminders.handbook.for_page import help_for
from reminders.models import Location


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; shown to those who may, once its page exists."""

    url: str
    title: str
    icon: str
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
            Entry("missed", "Did not come", "person-x"),
        ),
    ),
    (
        "Diary",
        (
            Entry("appointments", "Appointments", "calendar", key="a"),
            Entry("contacts", "Patients", "people", key="p", on_bar=True),
            Entry("short_notice", "Short notice", "clock"),
            Entry("imports", "Import", "import"),
            Entry("closed_days", "Closed days", "door"),
        ),
    ),
    (
        "Texts",
        (
            Entry("unsent", "Not sent", "unsent", key="n"),
            Entry("forecast", "Forecast", "forecast", key="f"),
            Entry("data_quality", "Data quality", "quality"),
            Entry("recalls", "Recalls", "calendar"),
            Entry("statistics", "Statistics", "statistics"),
        ),
    ),
    (
        "Behind the scenes",
        (
            Entry("setup", "Set-up", "setup"),
            Entry("people", "Colleagues", "key"),
            Entry("connection", "Connection", "connection"),
            Entry("admin:index", "Admin", "admin"),
        ),
    ),
    ("Help", (Entry("help", "Handbook", "help", key="h"),)),
)
# Pages without an entry of their own light up the entry they belong to.
BELONGS_TO = {
    "after": "setup",
    "short": "short_notice",
    "closed": "closed_days",
    "appointment": "appointments",
    "contact": "contacts",
    "conversation": "contacts",
    "first": "setup",
    "help": "help",
    "location": "setup",
    "locations": "setup",
    "practitioners": "setup",
    "ready": "setup",
    "services": "setup",
    "import": "imports",
    "recall": "recalls",
    "retention": "setup",
    "email": "setup",
    "whatsapp": "setup",
    "rules": "setup",
    "trail": "setup",
    "trial": "setup",
    "trials": "setup",
    "wordings": "setup",
}


LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
LOOK, LOOK_SOON = "10s", "2s"


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
        """How many cards the inbox would show."""
        return waiting_cards(self.scope).count() if self.scope else 0

    @cached_property
    def location(self) -> Location | None:
        """The location that the pages are set to; None for all of them."""
        return self.scope.chosen if self.scope else None

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

    @property
    def sandbox(self) -> bool:
        """Whether texts go to the sandbox: every page says so, lest somebody waits for a real
        one.
        """
        return bool(settings.MESSAGES_API_IS_SANDBOX)

    @property
    def has_phone(self) -> bool:
        """Whether this browser can reach the sandbox's phone, which listens on its machine only."""
        return urlsplit(f"//{self.request.get_host()}").hostname in LOCAL_HOSTS

    @property
    def look_every(self) -> str:
        """How often a page of the day looks for news: at once where one tries things out."""
        return LOOK_SOON if self.sandbox else LOOK

    @cached_property
    def step(self) -> FirstStep | None:
        """The next of the first steps; asked for only where a page is empty anyway."""
        return next_step(first_steps())

    @property
    def help(self) -> str:
        """Where this page's `?` leads."""
        match = self.request.resolver_match
        return help_for((match.url_name or "") if match else "")

    @cached_property
    def role(self) -> str:
        """What the user is, in a word."""
        if self.scope is None or self.scope.user.is_superuser:
            return "Administrator" if self.scope else ""
        return ", ".join(sorted(name.capitalize() for name in granted(self.scope.user).groups))

    def _link(self, entry: Entry) -> Link | None:
        href = _address(entry.url)
        if not href or self.scope is None or not self.scope.opens(entry.url):
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


class May:
    """What this request's user may do, by the name of an address: `may.contact_edit`.

    A page offers nothing that the table of rights would refuse.
    """

    def __init__(self, frame: Shell) -> None:
        self._frame = frame

    def __getitem__(self, address: str) -> bool:
        action, scope = action_at(address), self._frame.scope
        if action is None or scope is None:
            return False
        return scope.admits(action, "POST" if action.send else "GET")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template the frame as `shell`, what the user may as `may`, and the product's
    name.
    """
    frame = Shell(request)
    return {"shell": frame, "may": May(frame), "product": branding.NAME}
