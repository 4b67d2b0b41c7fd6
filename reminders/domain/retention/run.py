"""Forget what is due, in short transactions that notice how long they take.

Each step of a day is written down with what it did, in the transaction that did it: a worker may
die
at any point, and the next one goes on behind the last commit. Once a day's steps are finished, the
next ring has nothing to do until midnight.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from reminders.domain.common.locks import retry_on_conflict
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.diary_import.folder.past import forget_old
from reminders.domain.retention.holds import Held, held
from reminders.domain.retention.periods import cutoffs, midnight, today
from reminders.domain.retention.portions import Forgotten, Portion
from reminders.domain.retention.steps import STEPS, Step
from reminders.models import ForgettingRun

logger = logging.getLogger(__name__)

FIRST, LEAST, MOST = 50, 10, 500
"""Rows of the first transaction of a step, and the fewest and most of a later one."""
TOO_LONG, SHORT = 0.08, 0.04
"""Seconds: after a longer transaction the next one is half as large, after a shorter one larger."""

Pause = Callable[[float], None]
OnStep = Callable[[str, int, float], None]
"""Hears of each transaction: the step, how many rows, how many seconds."""


def forget_what_is_due(
    *,
    now: datetime,
    go_on: GoOn = for_ever,
    pause: Pause = time.sleep,
    on_step: OnStep | None = None,
) -> int:
    """Forget everything that is older than it may be kept; return how many rows went."""
    # Once for the whole run: one that passes midnight ends the day that it began.
    day, before = today(now), cutoffs(midnight(now))
    finished = ForgettingRun.objects.filter(day=day, finished_at__isnull=False)
    names = set(finished.values_list("step", flat=True))
    count = 0
    for step in STEPS:
        if step.name in names:
            continue
        # Committed before the first portion, which locks this row and has to find it.
        ForgettingRun.objects.get_or_create(day=day, step=step.name)
        # Without holds: each portion reads them again, so that one set meanwhile spares at once.
        portion = Portion(before[step.kind], FIRST, Held(), now)
        count += _work_off(step, portion, go_on=go_on, pause=pause, on_step=on_step)
        if not go_on():
            return count
    return count + _forget_files(before["imports"], go_on=go_on)


def _forget_files(before: datetime, *, go_on: GoOn) -> int:
    """Files that the import has dealt with; no transaction, and nothing to go on from."""
    if not settings.IMPORT_FOLDER:
        return 0
    try:
        return forget_old(settings.IMPORT_FOLDER, before=before, go_on=go_on)
    # The task of the folder tells of it, on the health page and by mail.
    except OSError as error:
        logger.warning("Files of the import folder could not be deleted: %s", error.strerror)
        return 0


def _work_off(
    step: Step, portion: Portion, *, go_on: GoOn, pause: Pause, on_step: OnStep | None
) -> int:
    count = 0
    while True:
        began = time.perf_counter()
        done = _one_portion(step, portion)
        took = time.perf_counter() - began
        count += done.rows
        if on_step:
            on_step(step.name, done.rows, took)
        if done.over or not go_on():
            return count
        portion = replace(portion, limit=_next_limit(portion.limit, took))
        # As long again for everybody else: pages and texts have the database to themselves.
        pause(took)


# Safe to do once more: of a try that was stopped, neither the rows nor the mark went.
@retry_on_conflict
def _one_portion(step: Step, portion: Portion) -> Forgotten:
    with transaction.atomic(), connection.cursor() as cursor:
        # Its locks are let go before the disk has it. A server that crashes then has forgotten a
        # little less, and says so: the mark goes back together with the rows.
        cursor.execute("SET LOCAL synchronous_commit TO off")
        # The row is the mark: whoever else is at this step waits here, and goes on behind us.
        runs = ForgettingRun.objects.select_for_update()
        run = runs.get(day=today(portion.now), step=step.name)
        if run.finished_at:
            return Forgotten(0, over=True)
        done = step.forget(replace(portion, cursor=run.cursor, held=held()))
        run.count += done.rows
        run.cursor = done.cursor
        run.finished_at = portion.now if done.over else None
        run.save(update_fields=["count", "cursor", "finished_at"])
    return done


def _next_limit(limit: int, took: float) -> int:
    if took > TOO_LONG:
        return max(LEAST, limit // 2)
    return min(MOST, limit * 3 // 2) if took < SHORT else limit
