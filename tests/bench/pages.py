"""How fast each staff page is on the server with two years of a large clinic; how many statements
it asks.

Makes 1,000,000 appointments, 300,000 contacts, 2,000,000 messages and 200,000 replies in a scratch
database, then asks for every page again and again as a manager who sees all locations.
"""

from __future__ import annotations

import random
import re
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from config.launcher import memory
from reminders.domain.pages.statistics import keep_figures
from reminders.models import Appointment, Contact, InboxItem, Message, Reply, StaffProfile
from tests.bench import volume
from tests.bench.scratch import scratch_database

PAGE_LIMIT, SEARCH_LIMIT, LIVE_LIMIT = 100, 150, 30
STATEMENTS_LIMIT = 25
MAKING_LIMIT = 180
HTMX = {"HX-Request": "true"}

Request = Callable[[Client], Any]


def add_arguments(parser: ArgumentParser) -> None:
    """How much, how often, and which pages."""
    parser.add_argument("--appointments", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", default="", help="Only pages whose name contains this.")


def run(*, appointments: int, rounds: int, only: str = "", **_options: Any) -> dict[str, Any]:
    """Make the data, measure, and return milliseconds and statements next to their limits."""
    # Files collected for an earlier run must not decide what is measured.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    with scratch_database():
        made = make(appointments)
        pages = measure(only, rounds=rounds)
    return {"data": made, "pages": pages, "ok": all(page["ok"] for page in pages.values())}


def make(appointments: int) -> dict[str, Any]:
    """Fill the scratch database; what there is, and how long it took."""
    steps: dict[str, float] = {}

    def told(name: str, seconds: float) -> None:
        steps[name] = round(steps.get(name, 0) + seconds, 1)

    wanted = volume.Volume(
        appointments=appointments, contacts=appointments * 3 // 10, replies=appointments // 5
    )
    started = time.perf_counter()
    volume.make(wanted, now=timezone.now(), told=told)
    seconds = time.perf_counter() - started
    return {
        "seconds": round(seconds, 1),
        "limit": MAKING_LIMIT,
        "steps": steps,
        "rows": {
            model.__name__: model._default_manager.count()
            for model in (Appointment, Contact, Message, Reply)
        },
    }


def measure(*only: str, rounds: int) -> dict[str, Any]:
    """Each page's p50 and p95 in milliseconds on the server, and its statements; `only` those named
    so.
    """
    keep_figures(now=timezone.now())
    memory.settle()  # as in a web process
    client = _manager()
    chance = random.Random(11)
    found = {}
    for name, limit, request in requests(chance):
        if any(part in name for part in only):
            found[name] = _measure(client, request, rounds=rounds, limit=limit)
    return found


class Statements:
    """Counts what is asked of the database."""

    count = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        """Count one statement and let it through."""
        self.count += 1
        return execute(*args)


def _measure(client: Client, request: Request, *, rounds: int, limit: int) -> dict[str, Any]:
    response = request(client)
    statements = Statements()
    with connection.execute_wrapper(statements):
        request(client)
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        request(client)
        times.append(1000 * (time.perf_counter() - started))
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    return {
        "status": response.status_code,
        "least": round(times[0], 1),
        "p50": round(times[len(times) // 2], 1),
        "p95": round(p95, 1),
        "limit": limit,
        "statements": statements.count,
        "ok": p95 < limit and statements.count <= STATEMENTS_LIMIT and response.status_code < 300,
    }


def _manager() -> Client:
    user = User.objects.create_user("bench-manager")
    StaffProfile.objects.create(user=user, all_locations=True)
    user.groups.add(Group.objects.get(name="administrator"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def requests(chance: random.Random) -> Iterator[tuple[str, int, Request]]:
    """What is asked for: a name, its limit in milliseconds, and the request."""
    busy = list(
        Contact.objects.exclude(phone="").order_by("-pk").values_list("pk", flat=True)[:400]
    )
    visits = list(
        Appointment.objects.filter(starts_at__gt=timezone.now()).values_list("pk", flat=True)[:400]
    )
    cards = list(InboxItem.objects.filter(done_at=None).values_list("pk", flat=True))
    today = timezone.now().date()

    def day(client: Client) -> Any:
        return client.get(
            "/", {"date": (today + timedelta(days=chance.randrange(-30, 30))).isoformat()}
        )

    yield "day sheet, all locations", PAGE_LIMIT, day
    yield from _lists()
    yield (
        "inbox card",
        PAGE_LIMIT,
        lambda client: client.get(reverse("inbox_card", args=[chance.choice(cards)])),
    )
    yield (
        "conversation",
        PAGE_LIMIT,
        lambda client: client.get(reverse("conversation", args=[chance.choice(busy)])),
    )
    yield (
        "appointment",
        PAGE_LIMIT,
        lambda client: client.get(reverse("appointment", args=[chance.choice(visits)])),
    )
    yield from _searches()
    yield "live: inbox", LIVE_LIMIT, _live("inbox")
    yield "live: call list", LIVE_LIMIT, _live("call_list")
    yield "live: day sheet", LIVE_LIMIT, _live("day_sheet", "day_sheet_rows")
    yield "live: conversation", LIVE_LIMIT, _live("conversation", args=[busy[0]])


def _lists() -> Iterator[tuple[str, int, Request]]:
    """Lists and figures, as they open and further on."""
    for name in ("call_list", "inbox", "unsent", "forecast", "data_quality", "statistics"):
        yield name, PAGE_LIMIT, _get(name)
    yield "call_list, later page", PAGE_LIMIT, _get("call_list", page="5")
    yield "inbox, done", PAGE_LIMIT, _get("inbox", view="done")
    yield "unsent, 30 days", PAGE_LIMIT, _get("unsent", days="30")
    yield "unsent, one reason", PAGE_LIMIT, _get("unsent", days="30", reason="no_phone")
    for flaw in ("missing", "invalid", "landline", "wrong", "shared", "twice"):
        yield (
            f"data_quality, {flaw}, everybody",
            PAGE_LIMIT,
            _get("data_quality", flaw=flaw, who="all"),
        )
    yield "statistics, a year", PAGE_LIMIT, _get("statistics", weeks="52")
    for name in ("appointments", "contacts", "imports", "setup", "rules", "wordings", "connection"):
        if _exists(name):
            yield name, PAGE_LIMIT, _get(name)


def _searches() -> Iterator[tuple[str, int, Request]]:
    """People and appointments, by what is typed."""
    for name in ("appointments", "contacts"):
        for what, query in (
            ("name", "chloe pat"),
            ("phone", "07700 123 4"),
            ("id", "A51234"),
            ("nobody", "zzzz"),
        ):
            yield f"search {name} by {what}", SEARCH_LIMIT, _search(name, query)


def _get(name: str, **query: str) -> Request:
    return lambda client: client.get(reverse(name), query)


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


def _exists(name: str) -> bool:
    try:
        return bool(reverse(name))
    except NoReverseMatch:
        return False
