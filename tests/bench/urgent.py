"""How soon the text of an urgent appointment is with the provider: from saving it to “accepted”, in
seconds.

The whole application runs as `up` starts it (web site, worker, beat, broker, sandbox) on a scratch
database; a receptionist saves one appointment after another by the form, as the browser sends it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection
from django.utils import timezone

from reminders.models import Location, Message, StaffProfile
from tests.bench.scratch import scratch_database

LIMIT = 2.0
PASSWORD = "bench"
STARTS_AFTER = timedelta(hours=5)
"""So soon that the confirmation is due at once."""
START_SECONDS, TEXT_SECONDS = 90.0, 30.0


def add_arguments(parser: ArgumentParser) -> None:
    """How many appointments are saved, and how long one waits between them."""
    parser.add_argument("--texts", type=int, default=60)
    parser.add_argument("--pause", type=float, default=0.4)


def run(*, texts: int, pause: float, **_options: Any) -> dict[str, Any]:
    """Save and wait, again and again; `ok` tells whether the 95th percentile holds the limit."""
    with scratch_database():
        place = set_up()
        with application() as address, signed_in(address) as client:
            seconds = []
            for number in range(texts):
                seconds.append(save_and_wait(client, place, number))
                time.sleep(pause)
    seconds.sort()
    p95 = seconds[int(len(seconds) * 0.95)]
    return {
        "texts": texts,
        "p50_seconds": round(median(seconds), 2),
        "p95_seconds": round(p95, 2),
        "worst_seconds": round(seconds[-1], 2),
        "limit_seconds": LIMIT,
        "ok": p95 < LIMIT,
    }


def set_up() -> Location:
    """A site that texts at any hour, and its receptionist."""
    user = User.objects.create_user("bench", password=PASSWORD)
    StaffProfile.objects.create(user=user, all_locations=True)
    user.groups.add(Group.objects.get(name="receptionist"))
    return Location.objects.create(
        name="Bench",
        zone="UTC",
        country="GB",
        opens="00:00",
        closes="00:00",
        open_days=[1, 2, 3, 4, 5, 6, 7],
    )


@contextmanager
def application() -> Iterator[str]:
    """Everything that `up` starts, on the scratch database; yields the site's address."""
    folder = Path(tempfile.mkdtemp(prefix="reminders-bench-"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "up", "--port", str(port)]
    log = folder / "log"
    try:
        with (
            log.open("wb") as output,
            subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=_environment(folder),
                stdout=output,
                stderr=output,
            ) as process,
        ):
            try:
                address = f"http://localhost:{port}"
                _wait_for(address, process, log)
                yield address
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    """What the programs see: the scratch database, nothing of this site's broker and provider."""
    given = connection.settings_dict
    host = quote(str(given["HOST"]), safe="")
    port = f"&port={given['PORT']}" if given["PORT"] else ""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "DATA_DIR": str(folder),
        "DATABASE_URL": (
            f"postgres://{given['USER']}:{quote(given['PASSWORD'])}"
            f"@/{given['NAME']}?host={host}{port}"
        ),
    }


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{address}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError("The application did not start:\n" + log.read_text(errors="replace")[-2000:])


@contextmanager
def signed_in(address: str) -> Iterator[httpx.Client]:
    """A browser of the receptionist."""
    with httpx.Client(base_url=address, timeout=20) as client:
        token = _token(client.get("/sign-in/").text)
        form = {"csrfmiddlewaretoken": token, "username": "bench", "password": PASSWORD}
        if client.post("/sign-in/", data=form).status_code != httpx.codes.FOUND:
            raise RuntimeError("Signing in did not work.")
        yield client


def save_and_wait(client: httpx.Client, place: Location, number: int) -> float:
    """Save an urgent appointment of a new patient; the seconds until its confirmation is
    accepted.
    """
    token = _token(client.get("/appointments/new/").text)
    starts_at = (timezone.now() + STARTS_AFTER).astimezone(place.tz)
    form = _form(place, starts_at, number) | {"csrfmiddlewaretoken": token}
    began = time.monotonic()
    response = client.post("/appointments/new/", data=form)
    found = re.fullmatch(r"/appointments/(\d+)/", response.headers.get("Location", ""))
    if not found:
        raise RuntimeError(f"The appointment was not saved: {response.status_code}")
    texts = Message.objects.filter(
        reminders__appointment=int(found[1]), reminders__rule__kind="confirmation"
    )
    while not texts.filter(accepted_at__isnull=False).exists():
        if time.monotonic() - began > TEXT_SECONDS:
            raise RuntimeError(f"No text was accepted within {TEXT_SECONDS:g} seconds.")
        time.sleep(0.01)
    return time.monotonic() - began


def _form(place: Location, starts_at: datetime, number: int) -> dict[str, str]:
    return {
        "contact": "new",
        "new-first_name": "Pat",
        "new-last_name": f"Number {number}",
        "new-phone": f"07700 900{number % 1_000:03d}",
        "new-channel": "sms",
        "location": str(place.pk),
        "date": f"{starts_at:%Y-%m-%d}",
        "time": f"{starts_at:%H:%M}",
    }


def _token(page: str) -> str:
    """The form's token against forgery."""
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
