"""The Celery application; its settings stand in `config.settings`, its schedules in the
database.
"""

import os
import threading
from datetime import datetime
from functools import cached_property
from typing import Any

from celery import Celery
from celery.signals import (
    beat_init,
    before_task_publish,
    celeryd_after_setup,
    task_postrun,
    task_prerun,
    worker_shutting_down,
)
from celery.states import FAILURE

from config.ringing import broker, queues
from reminders import log_ids, tracing

broker.outlive_outages()

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"  # there is no other one


class Application(Celery):
    """Celery with a beat of our own, and with the time of the database."""

    def now(self) -> datetime:
        """The time by which rings are stamped: the database's, as far as this process has asked for
        it.
        """
        from reminders.domain.common.database_clock import correction  # once Django is set up

        found: datetime = super().now()
        return found + correction()

    @cached_property
    def Beat(self) -> type:  # noqa: N802  # Celery's name
        """The class that `celery beat` runs."""
        from config.ringing.beat import Beat  # only beat needs it

        return self.subclass_with_self(Beat)


app = Application("reminders")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.Task.Request = "config.ringing.expiry:ExpiringRequest"


@beat_init.connect
def follow_settings(**_kwargs: Any) -> None:
    """Let the schedules follow settings that changed since the last start."""
    from config.safety.pooler import refuse_a_shared_session
    from reminders.domain.common import database_clock
    from reminders.domain.operations.periodic_tasks import (
        seed_periodic_tasks,  # once the models are loaded
    )

    refuse_a_shared_session()
    # At each start, not with migrations only: settings may change without one.
    seed_periodic_tasks()
    database_clock.watch("beat")


@celeryd_after_setup.connect
def get_ready(instance: Any, **_kwargs: Any) -> None:
    """Know the time, and keep threads for what is urgent where this worker takes slow work, too."""
    from config.safety.pooler import refuse_a_shared_session
    from reminders.domain.common import database_clock, turns
    from reminders.domain.sending.calls import counted

    refuse_a_shared_session()
    database_clock.watch("worker")
    counted.watch()
    urgent_too = queues.URGENT in app.amqp.queues.consume_from
    # By what this worker takes, known only now: the queues come from its command line.
    turns.share_threads(instance.concurrency, urgent_too=urgent_too)


@worker_shutting_down.connect
def end_soon(**_kwargs: Any) -> None:
    """Told to stop: runs end after what they have in hand, not after the whole backlog."""
    from reminders.domain.common import turns

    # Celery waits for runs to end before it does: without a word they would go on with the backlog.
    turns.stop_soon()


@before_task_publish.connect
def tell_which_request(headers: dict[str, Any] | None = None, **_kwargs: Any) -> None:
    """A task carries the id of the request that it was started for."""
    request_id = log_ids.current().get("request_id")
    if headers is not None and request_id:
        headers["request_id"] = request_id
    trace = tracing.header()
    if headers is not None and trace:
        headers[tracing.CARRIED] = trace


@task_prerun.connect
def log_with_ids(task_id: str = "", task: Any = None, **_kwargs: Any) -> None:
    """What a task logs carries its id, and that of the request behind it; so does its span."""
    request_id = getattr(task.request, "request_id", None)
    told = {"request_id": request_id} if request_id else {}
    log_ids.begin(task=task.name, task_id=task_id, **told)
    _open.span = tracing.span(
        task.name, kind="consumer", parent=getattr(task.request, tracing.CARRIED, None) or ""
    )
    _open.told = _open.span.__enter__()


@task_postrun.connect
def end_span(state: str = "", **_kwargs: Any) -> None:
    """The task is over, in the thread in which it began."""
    if state == FAILURE:
        _open.told.failed(state)
    _open.span.__exit__(None, None, None)


_open = threading.local()
"""The span of the task that runs in a thread: Celery tells of its two ends one by one."""
