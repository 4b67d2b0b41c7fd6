"""The Celery application; its settings stand in `config.settings`, its schedules in the database."""

import os
from functools import cached_property
from typing import Any

from celery import Celery
from celery.signals import beat_init
from kombu.transport.redis import Transport
from redis.exceptions import ResponseError

# A Redis that is full, can't write to its disk or is no longer the first one refuses commands. That passes:
# a worker connects again until it is well, where by default it would end.
Transport.connection_errors += (ResponseError,)

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"  # there is no other one


class Application(Celery):
    """Celery with a beat of our own."""

    @cached_property
    def Beat(self) -> type:  # noqa: N802  # Celery's name
        """The class that `celery beat` runs."""
        from config.beat import Beat  # only beat needs it

        return self.subclass_with_self(Beat)


app = Application("reminders")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def follow_settings(**_kwargs: Any) -> None:
    """Let the schedules follow settings that changed since the last start."""
    from reminders.domain.rings import seed_rings  # once the models are loaded

    seed_rings()
