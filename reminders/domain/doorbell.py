"""Ring for a worker after a commit, so that urgent work does not wait for the next round.

Only a doorbell: a ring that is lost, doubled or late changes nothing, because the database is the
queue. A broker that is down must never hurt the change that rang.
"""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def ring(task: str) -> None:
    """Have a worker run `reminders.tasks.<task>` as soon as the current transaction is committed."""
    transaction.on_commit(lambda: _publish(task), robust=True)


def _publish(task: str) -> None:
    try:
        current_app.send_task(f"reminders.tasks.{task}", expires=30, retry=False)
    except Exception as error:
        logger.warning("No worker could be rung for %s: %s", task, type(error).__name__)
