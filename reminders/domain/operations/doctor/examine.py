"""Run every check, each for itself: one that fails says so and hides no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from reminders.domain.common.connections import release_connection
from reminders.domain.operations.doctor import elsewhere, machine, services
from reminders.domain.operations.doctor.findings import Finding, Findings, danger, warning
from reminders.models import Location
from reminders.provider import MessagesApi

Check = Callable[..., Findings]

OF_THE_DATABASE: tuple[Check, ...] = (
    services.worker_and_beat,
    services.troubles,
    machine.clock,
)
OF_THE_MACHINE: tuple[Check, ...] = (
    machine.given,
    machine.time_zones,
    machine.disk_room,
    machine.import_folder,
    machine.backups,
    machine.secrets,
)
ASKED_IN_VAIN = "It does not answer."
KNOWN_FOR = timedelta(minutes=1)
MEND_DATABASE = "Start PostgreSQL again, or look at DATABASE_URL."


def examine(api: MessagesApi, *, now: datetime) -> list[Finding]:
    """Everything, in the order in which to mend it. Takes seconds where something is away.

    The connection of this thread is given back meanwhile. `now` is UTC.
    """
    found = _guarded("database", partial(services.database, now=now), mend=MEND_DATABASE)
    there = all(one.words != ASKED_IN_VAIN for one in found)
    found += _guarded("broker", partial(services.broker, now=now))
    senders: list[str] = []
    if there:
        for check in OF_THE_DATABASE:
            found += _guarded(_name(check), partial(check, now=now))
        senders = _senders()
    for check in OF_THE_MACHINE:
        found += _guarded(_name(check), partial(check, now=now))
    release_connection()
    return found + _elsewhere(api, senders)


def examined(
    api: MessagesApi, *, now: datetime, again: bool = False
) -> tuple[list[Finding], datetime]:
    """The same for a page, and when it was looked at: what this process found within a minute."""
    with _Known.lock:
        if again or _Known.at is None or not timedelta() <= now - _Known.at < KNOWN_FOR:
            _Known.found, _Known.at = examine(api, now=now), now
        return _Known.found, _Known.at


class _Known:
    lock = threading.Lock()
    found: ClassVar[list[Finding]] = []
    at: ClassVar[datetime | None] = None


def _elsewhere(api: MessagesApi, senders: Sequence[str]) -> list[Finding]:
    checks: dict[str, Callable[[], Findings]] = {
        "provider": partial(elsewhere.provider, api),
        "account": partial(elsewhere.account, api, senders),
        "certificate": elsewhere.certificate,
        "mail": elsewhere.mail,
    }
    # At once: each may wait for its time-out.
    with ThreadPoolExecutor(len(checks), thread_name_prefix="doctor") as pool:
        asked = [pool.submit(_guarded, name, check) for name, check in checks.items()]
        return [finding for one in asked for finding in one.result()]


def _guarded(name: str, check: Callable[[], Findings], *, mend: str = "") -> list[Finding]:
    title = name.replace("_", " ").capitalize()
    try:
        return list(check())
    except (DatabaseError, InterfaceError):
        return [danger(name, title, ASKED_IN_VAIN, mend or MEND_DATABASE)]
    # A check that breaks must not hide what the others found; its name alone, as in the log.
    except Exception as error:
        words = f"It could not be looked at ({type(error).__name__})."
        return [warning(name, title, words, "Look at the log, and report this as a fault of ours.")]


def _name(check: Check) -> str:
    return str(getattr(check, "__name__", "check"))


def _senders() -> list[str]:
    own = Location.objects.filter(active=True).exclude(source_number="")
    used = {*own.values_list("source_number", flat=True), settings.MESSAGES_SOURCE_NUMBER}
    return sorted(used - {""})
