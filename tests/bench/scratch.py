"""A database and a sandbox for one measurement: nothing of the site's own data is touched."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

KEY, SECRET = "bench", "bench-secret"
NAME = "reminders_bench"


@contextmanager
def scratch_database() -> Iterator[None]:
    """Work in a new, migrated database on the same server; it is dropped at the end."""
    own = settings.DATABASES["default"]["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {NAME}")
    _switch(NAME)
    try:
        _migrate()
        yield
    finally:
        _switch(own)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def _migrate() -> None:
    """Migrate in a child: what the history of all models takes of memory is not the product's."""
    child = os.fork()
    if child == 0:
        try:
            call_command("migrate", verbosity=0)
        except BaseException:
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError("The scratch database could not be migrated.")


def _switch(name: str) -> None:
    for each in connections.all():
        each.close()
        pool: Any = getattr(each, "close_pool", None)
        if pool:
            pool()
        each.settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


@contextmanager
def scratch_sandbox(*, seconds_a_call: float) -> Iterator[str]:
    """A sandbox in a process of its own that takes so long for each call; yields its address."""
    command = [sys.executable, "-m", "reminders.sandbox", "--port", "0", "--pace", "0"]
    environment = os.environ | {
        "SANDBOX_KEY": KEY,
        "SANDBOX_SECRET": SECRET,
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            url = _address(process)
            order = [{"endpoint": "*", "kind": "slow", "seconds": seconds_a_call, "times": None}]
            httpx.post(f"{url}/sandbox/faults", json=order, timeout=5).raise_for_status()
            yield url
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        raise RuntimeError("The sandbox was started without a pipe to read from.")
    until = time.monotonic() + 20
    while time.monotonic() < until:
        line = process.stdout.readline()
        if "http://" in line:
            return "http://" + line.split("http://")[1].split()[0].rstrip("/")
    raise RuntimeError("The sandbox did not start.")
