"""What everybody else feels while a large diary is imported: the day sheet, and texts that fall
due.

The import runs in a process of its own, as a worker would run it; meanwhile the day sheet is asked
for again and again, and every half second a batch of texts falls due and is handed over.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from reminders.domain.sending.send import send_due
from reminders.models import Location, Message, StaffProfile
from reminders.provider import MessagesApi
from tests.bench.scratch import KEY, SECRET, scratch_sandbox
from tests.bench.send import CALL_TAKES, make_due

BATCH, BATCHES = 50, 400
EVERY = 0.5
DAY_SHEET_LIMIT = 200


def measure_beside(file: Path, *, site: str) -> dict[str, Any]:
    """Import the file into the scratch database; milliseconds of the day sheet and of a batch
    meanwhile.
    """
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    Location.objects.get_or_create(
        name=site, defaults={"zone": "Australia/Sydney", "country": "AU"}
    )
    make_due(BATCH * BATCHES)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reminders_reminder SET state = 'skipped', reason = 'bench'")
    client = _receptionist()
    client.get("/")
    with (
        scratch_sandbox(seconds_a_call=CALL_TAKES) as url,
        MessagesApi(base_url=url, key=KEY, secret=SECRET) as api,
    ):
        pages, batches, seconds = _while_it_runs(file, client, api, site=site)
    p95 = sorted(pages)[int(len(pages) * 0.95)] if pages else 0
    return {
        "import_seconds": round(seconds, 1),
        "day_sheet_requests": len(pages),
        "day_sheet_p50_ms": round(sorted(pages)[len(pages) // 2], 1) if pages else 0,
        "day_sheet_p95_ms": round(p95, 1),
        "day_sheet_limit_ms": DAY_SHEET_LIMIT,
        "texts_sent": Message.objects.filter(
            state=Message.State.ACCEPTED, phone__startswith="+4477"
        ).count(),
        "texts_fell_due": BATCH * len(batches),
        "batch_longest_ms": round(max(batches, default=0)),
    }


def _while_it_runs(
    file: Path, client: Client, api: MessagesApi, *, site: str
) -> tuple[list[float], list[float], float]:
    pages: list[float] = []
    batches: list[float] = []
    started = rang = time.perf_counter()
    with _program(file, site=site) as process:
        while process.poll() is None:
            pages.append(_milliseconds(lambda: client.get("/")))
            if time.perf_counter() - rang >= EVERY and len(batches) < BATCHES:
                rang = time.perf_counter()
                batches.append(_milliseconds(lambda: _send_batch(api)))
            time.sleep(0.05)
    if process.returncode:
        raise RuntimeError("The import beside the measurement failed.")
    return pages, batches, time.perf_counter() - started


def measure_memory(file: Path, *, site: str) -> float:
    """Import the file by the command, in a process that knows nothing of measuring; the megabytes
    that it took at most.
    """
    with _program(file, site=site) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError("The import by the command failed.")
    return used.ru_maxrss / 1024 / (1024 if sys.platform == "darwin" else 1)


def _program(file: Path, *, site: str) -> subprocess.Popen[bytes]:
    """The command that imports a file into the scratch database."""
    command = [sys.executable, "manage.py", "import_appointments", str(file), "--location", site]
    environment = os.environ | {
        "DATABASE_URL": _address(),
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "localhost",
    }
    return subprocess.Popen(
        command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL
    )


def _send_batch(api: MessagesApi) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reminders_reminder SET state = 'planned', reason = '' WHERE id IN ("
            "SELECT id FROM reminders_reminder WHERE reason = 'bench' ORDER BY id LIMIT %s)",
            [BATCH],
        )
    send_due(api, clock=timezone.now)


def _milliseconds(work: Any) -> float:  # Any: a call whose answer nobody needs
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def _receptionist() -> Client:
    user = User.objects.create_user("bench-receptionist")
    StaffProfile.objects.create(user=user, all_locations=True)
    user.groups.add(Group.objects.get(name="receptionist"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _address() -> str:
    """The scratch database for another process: its `DATABASE_URL`."""
    found = connection.settings_dict
    who = f"{quote(found['USER'])}:{quote(found['PASSWORD'] or '')}"
    port = f"&port={found['PORT']}" if found["PORT"] else ""
    return f"postgres://{who}@/{quote(found['NAME'])}?host={quote(found['HOST'], safe='')}{port}"
