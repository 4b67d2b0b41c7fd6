"""What is asked for: every page that somebody opens in a day, and the looks that pages take by
themselves.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reminders.models import (
    Appointment,
    BulkChange,
    Contact,
    InboxItem,
    Location,
    ReminderRule,
    SoonerWish,
)
from tests.bench.pages.life import TOKENS

HTMX = {"HX-Request": "true"}
BESIDE = "imports"
"""The page that the others are compared with."""

Request = Callable[[Client], Any]
Asked = Iterator[tuple[str, Request]]


def requests(chance: random.Random) -> Asked:
    """A name and the request, one of each page."""
    yield from _the_day(chance)
    yield from _lists()
    yield from _one_of_many(chance)
    yield from _figures()
    yield from _set_up()
    yield from _searches()
    yield from _looks(chance)


def _the_day(chance: random.Random) -> Asked:
    today = timezone.now().date()
    places = list(Location.objects.values_list("pk", flat=True))

    def day(name: str, **query: str) -> Request:
        return lambda client: client.get(
            reverse(name),
            {"date": (today + timedelta(days=chance.randrange(-30, 30))).isoformat(), **query},
        )

    yield "day sheet, all locations", day("day_sheet")
    yield "day sheet, one location", day("day_sheet", location=str(places[0]))
    yield "several at once, choosing", day("many_choose")


def _lists() -> Asked:
    """Lists as they open, and further on."""
    for name in ("call_list", "inbox", "missed", "short_notice", "recalls", "unsent", "forecast"):
        yield name, _get(name)
    yield "call_list, later page", _get("call_list", page="5")
    yield "inbox, done", _get("inbox", view="done")
    yield "recalls, batch", _get("recall_batch")
    yield "unsent, 30 days", _get("unsent", days="30")
    yield "unsent, one reason", _get("unsent", days="30", reason="no_phone")
    yield "data_quality", _get("data_quality")
    for flaw in ("missing", "invalid", "landline", "wrong", "shared", "twice"):
        yield f"data_quality, {flaw}, everybody", _get("data_quality", flaw=flaw, who="all")
    for name in ("appointments", "contacts", BESIDE):
        yield name, _get(name)


def _one_of_many(chance: random.Random) -> Asked:
    """Pages of one visit, person, card or change, each time another one."""
    busy = Contact.objects.exclude(phone="").order_by("-pk").values_list("pk", flat=True)
    visits = Appointment.objects.filter(starts_at__gt=timezone.now()).values_list("pk", flat=True)
    cards = InboxItem.objects.filter(done_at=None).order_by("pk")
    of_replies = cards.exclude(reply=None).values_list("pk", flat=True)
    of_slots = cards.exclude(slot=None).values_list("pk", flat=True)
    wishes = SoonerWish.objects.values_list("appointment_id", flat=True)
    changes = BulkChange.objects.order_by("pk").values_list("pk", flat=True)
    for name, page, ids in (
        ("inbox card", "inbox_card", of_replies),
        ("inbox card, a slot is free", "inbox_card", of_slots),
        ("conversation", "conversation", busy),
        ("appointment", "appointment", visits),
        ("appointment, edit", "appointment_edit", visits),
        ("short notice, one visit", "short_notice_edit", wishes),
        ("several at once, looking ahead", "many_change", changes[:1]),
        ("several at once, done", "many_change", changes[1:]),
    ):
        yield name, _one(page, list(ids[:400]), chance)
    yield "page behind a link", _one("visit_page", TOKENS, chance)


def _figures() -> Asked:
    since = (timezone.now() - timedelta(days=60)).date().isoformat()
    yield "statistics", _get("statistics")
    yield "statistics, a year", _get("statistics", weeks="52")
    yield "statistics, before and after", _get("statistics_change", date=since)
    yield "export of appointments", _get("appointments_export")
    yield "trail", _get("trail")
    yield "trail, one patient", _get("trail", patient="17")
    yield "help", _get("help")
    yield "help, searched", _get("help", q="short notice")
    yield "help, a chapter", lambda client: client.get(reverse("help_chapter", args=["manager"]))


def _set_up() -> Asked:
    for name in (
        *("setup", "rules", "wordings", "connection", "locations", "closed_days", "people"),
        *("trials", "calendars", "whatsapp", "retention", "taught_answers", "first_steps"),
    ):
        yield name, _get(name)
    rule = ReminderRule.objects.order_by("pk")[0].pk
    moved = ReminderRule.objects.filter(kind="moved").order_by("pk")[0].pk
    for name, pk in (("rule", rule), ("rule about moves", moved)):
        yield name, _one("rules_edit", [pk], random.Random())
    yield "wording", _get("wordings_edit", purpose="confirmation", language="en")


def _searches() -> Asked:
    """People and appointments, by what is typed."""
    for name in ("appointments", "contacts"):
        for what, query in (
            ("name", "chloe pat"),
            ("phone", "07700 123 4"),
            ("id", "A51234"),
            ("nobody", "zzzz"),
        ):
            yield f"search {name} by {what}", _search(name, query)


def _looks(chance: random.Random) -> Asked:
    busy = Contact.objects.exclude(phone="").order_by("-pk").values_list("pk", flat=True)
    yield "live: inbox", _live("inbox")
    yield "live: call list", _live("call_list")
    yield "live: day sheet", _live("day_sheet", "day_sheet_rows")
    yield "live: conversation", _live("conversation", args=[chance.choice(list(busy[:400]))])


def _get(name: str, **query: str) -> Request:
    return lambda client: client.get(reverse(name), query)


def _one(page: str, ids: list[Any], chance: random.Random) -> Request:
    return lambda client: client.get(reverse(page, args=[chance.choice(ids)]))


def _search(name: str, query: str) -> Request:
    return lambda client: client.post(reverse(name), {"q": query}, headers=HTMX)


def _live(name: str, look: str = "", args: list[int] | None = None) -> Request:
    """Look again at a page that has not changed, with the token it was shown with."""
    tokens: dict[str, str] = {}

    def request(client: Client) -> Any:
        if not tokens:
            shown = client.get(reverse(name, args=args))
            tokens["token"] = _token(shown.content.decode())
        return client.get(reverse(look or name, args=args), tokens, headers=HTMX)

    return request


def _token(page: str) -> str:
    """The value of the page's hidden field `token`."""
    # However the template's lines are laid out.
    return re.findall(r'name="token"\s+value="([^"]*)"', page)[0]
