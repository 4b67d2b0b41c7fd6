"""Which rings there are, how often they ring, and who decides that: the settings until staff do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as product
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from pytest_django import Settings

from config.celery import app
from reminders.domain.operations.periodic_tasks import periodic_jobs, seed_periodic_tasks

pytestmark = pytest.mark.django_db

EVERY = {
    "send": 15,
    "whatsapp": 10,
    "email": 10,
    "withdraw": 10,
    "reconcile": 30,
    "replies": 15,
    "reports": 15,
    "apply": 10,
    "offers": 10,
    "expire": 60,
    "check": 300,
    "plan": 21_600,
    "push_blocked": 60,
    "sync_blocked": 86_400,
    "imports": 10,
    "probe": 10,
    "promise": 300,
    "sign_of_life": 60,
    "folder": 30,
    "tidy": 21_600,
    "forget": 300,
    "jobs": 10,
    "figures": 600,
    "missed": 300,
    "pairs": 600,
    "recalls": 43200,
    "trail": 10,
    "catch_up": 60,
    "backup": 86_400,
    "alert": 60,
    "heartbeat": 10,
}


def intervals() -> dict[str, int]:
    """How often each ring rings, in seconds."""
    rows = PeriodicTask.objects.filter(task__startswith="reminders.", interval__period="seconds")
    return {
        task.removeprefix("reminders.tasks."): every
        for task, every in rows.values_list("task", "interval__every")
    }


def ring(name: str) -> PeriodicTask:
    return PeriodicTask.objects.select_related("interval").get(task=f"reminders.tasks.{name}")


def test_every_ring_is_an_interval_that_expires_before_it_piles_up() -> None:
    assert intervals() == EVERY
    assert list(PeriodicTask.objects.exclude(crontab=None, solar=None, clocked=None)) == []
    assert {
        name: ring(name).expire_seconds for name in EVERY
    } == {name: max(10, 2 * every) for name, every in EVERY.items()}  # fmt: skip


def test_every_ring_has_a_task_that_workers_know() -> None:
    app.loader.import_default_modules()

    assert {f"reminders.tasks.{bell.task}" for bell in periodic_jobs()} <= set(app.tasks)


def test_beat_reckons_in_utc() -> None:
    assert (app.conf.timezone, app.conf.enable_utc) == ("UTC", True)
    assert product.CELERY_BEAT_SCHEDULER == "django_celery_beat.schedulers:DatabaseScheduler"


def test_what_staff_changed_is_kept(settings: Settings) -> None:
    hourly, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.filter(task="reminders.tasks.send").update(interval=hourly)
    PeriodicTask.objects.filter(task="reminders.tasks.folder").update(enabled=False)
    settings.SEND_EVERY = timedelta(seconds=5)

    seed_periodic_tasks()

    assert (ring("send").interval, ring("folder").enabled) == (hourly, False)


def test_what_staff_left_alone_follows_the_settings(settings: Settings) -> None:
    settings.SEND_EVERY, settings.POLL_EVERY = timedelta(seconds=5), timedelta(seconds=40)

    seed_periodic_tasks()

    assert intervals() == EVERY | {"send": 5, "replies": 40, "reports": 40}
    assert (ring("send").expire_seconds, ring("replies").expire_seconds) == (10, 80)


def test_a_ring_that_is_new_is_added_once() -> None:
    ring("tidy").delete()

    seed_periodic_tasks()
    seed_periodic_tasks()

    assert intervals() == EVERY
    assert PeriodicTask.objects.filter(task="reminders.tasks.tidy").count() == 1
