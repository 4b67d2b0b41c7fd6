"""Read from a copy of the database, where there is one that is near enough; else from the first.

For figures alone: whatever is decided or shown to be acted on is read where it is written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from reminders.domain.operations.periodic_tasks import HEARTBEAT
from reminders.models import TaskRun

logger = logging.getLogger(__name__)
T = TypeVar("T")
ALIAS = "statistics"
BEHIND = timedelta(minutes=1)


class Read(Enum):
    """Where figures are read, and why where it is not the copy."""

    FIRST = ""
    COPY = "Read from a copy of the database."
    AWAY = "The copy of the database does not answer: these figures are read from the first."
    OLD = (
        "The copy of the database is more than a minute behind: these figures are read from the "
        "first."
    )


def read_figures(work: Callable[[], T]) -> tuple[T, Read]:
    """What `work` reads, from the copy if that may be; and where it was read. `work` may run
    twice.
    """
    source = _source()
    if source is Read.COPY:
        try:
            with _in_place_of_the_first():
                return work(), source
        # Also what only a copy does: it stops a statement that reads what it is to clear away.
        except DatabaseError as error:
            source = _away(error)
    return work(), source


@contextmanager
def _in_place_of_the_first() -> Iterator[None]:
    # For this thread alone: statements of our own and those of the ORM both ask for the first one.
    # The copy's session refuses to write.
    first = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[ALIAS]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = first


def _away(error: DatabaseError) -> Read:
    logger.warning("The copy of the database could not be read: %s", type(error).__name__)
    return Read.AWAY


def _source() -> Read:
    if ALIAS not in settings.DATABASES:
        return Read.FIRST
    first = _heartbeat(DEFAULT_DB_ALIAS)
    try:
        copied = _heartbeat(ALIAS)
    except DatabaseError as error:
        return _away(error)
    # By what was copied, whatever copies it. Without a heartbeat there is nothing to be behind.
    if first is None or (copied is not None and first - copied <= BEHIND):
        return Read.COPY
    return Read.OLD


def _heartbeat(alias: str) -> datetime | None:
    rows = TaskRun.objects.using(alias).filter(pk=HEARTBEAT)
    return rows.values_list("succeeded_at", flat=True).first()
