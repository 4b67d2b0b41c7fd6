"""How fast each page is on the server with two years of a large clinic; how many statements it
asks.

Makes 1,000,000 appointments, 300,000 contacts, 2,000,000 messages and 200,000 replies in a scratch
database, then asks for every page again and again as an administrator who sees all locations. The
pages take turns, so that what else the machine does meets all of them; the page of imports, which
reads little, is what the others are compared with.
"""

from __future__ import annotations

import gzip
import os
import random
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.launcher import memory
from reminders.domain.pages.statistics import keep_figures
from reminders.models import Appointment, Contact, Message, Reply, StaffProfile
from tests.bench import volume
from tests.bench.pages.life import make_life
from tests.bench.pages.requests import BESIDE, Request, requests
from tests.bench.scratch import scratch_database

TIMES_LIMIT = 5.0
"""As many times as long as the page of imports may a page take, at the 95th percentile."""
STATEMENTS_LIMIT = 25
MAKING_LIMIT = 180


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
    return {
        "data": made,
        "load": [round(each, 1) for each in os.getloadavg()],
        "pages": pages,
        "ok": all(page["ok"] for page in pages.values()),
    }


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
    make_life(now=timezone.now())
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
    """Of each page p50 and p95 in milliseconds on the server, how many times as long as the page of
    imports, its statements and its size; `only` those named so, and that page.
    """
    keep_figures(now=timezone.now())
    memory.settle()  # as in a web process
    client = _manager()
    asked = {
        name: request
        for name, request in requests(random.Random(11))
        if name == BESIDE or any(part in name for part in only)
    }
    found = {name: _first(client, request) for name, request in asked.items()}
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, request in asked.items():
            started = time.perf_counter()
            request(client)
            times[name].append(1000 * (time.perf_counter() - started))
    beside = _p95(times[BESIDE])
    for name, page in found.items():
        ordered, p95 = sorted(times[name]), _p95(times[name])
        page |= {
            "least": round(ordered[0], 1),
            "p50": round(ordered[len(ordered) // 2], 1),
            "p95": round(p95, 1),
            "times": round(p95 / beside, 1),
        }
        page["ok"] = (
            page["status"] < 300
            and page["times"] <= TIMES_LIMIT
            and page["statements"] <= STATEMENTS_LIMIT
        )
    return found


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


class Statements:
    """Counts what is asked of the database."""

    count = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        """Count one statement and let it through."""
        self.count += 1
        return execute(*args)


def _first(client: Client, request: Request) -> dict[str, Any]:
    """What does not differ from look to look; the first one warms up."""
    request(client)
    statements = Statements()
    with connection.execute_wrapper(statements):
        response = request(client)
    streams = response.streaming
    return {
        "status": response.status_code,
        "statements": statements.count,
        "kb_zipped": None if streams else round(len(gzip.compress(response.content)) / 1000, 1),
    }


def _manager() -> Client:
    user = User.objects.create_user("bench-manager")
    StaffProfile.objects.create(user=user, all_locations=True)
    user.groups.add(Group.objects.get(name="administrator"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client
