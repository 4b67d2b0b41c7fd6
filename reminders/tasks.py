"""What the bells ring for: each task fetches, calls one domain function and notes how it went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from threading import BoundedSemaphore

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from reminders.domain import (
    access,
    alerts,
    brakes,
    cancelling,
    checking,
    consent,
    csv_import,
    expiring,
    jobs,
    location_changes,
    planning,
    receiving,
    reconciling,
    sending,
    statistics,
)
from reminders.domain.connecting import messages_api
from reminders.domain.doorbell import ring_at_once
from reminders.domain.rings import HEARTBEAT, rung

SENDERS = BoundedSemaphore(sending.HANDS)


def unless_told_to_wait(work: Callable[[], None]) -> Callable[[], None]:
    """Leave this round out while the provider wants to be left alone; sending has brakes of its own."""

    @wraps(work)
    def task() -> None:
        if not brakes.is_told_to_wait(now=timezone.now()):
            work()

    return task


@shared_task(ignore_result=True)
def send(hands: int = 0) -> None:
    """Hand over what is due; where that is a lot, ring for more hands first.

    A ring that finds enough runs under way changes nothing: they take up whatever comes to be due.
    """
    if not SENDERS.acquire(blocking=False):
        return
    try:
        with rung("send") as ring:
            if hands == 0 and sending.is_a_lot(now=timezone.now()):
                for hand in range(1, sending.HANDS):
                    ring_at_once("send", hand)
            ring.count = sending.send_due(messages_api(), clock=timezone.now).total
    finally:
        SENDERS.release()


@shared_task(ignore_result=True)
@unless_told_to_wait
def withdraw() -> None:
    """Cancel at the provider what no longer holds."""
    with rung("withdraw") as ring:
        while settled := cancelling.withdraw_stale(messages_api(), clock=timezone.now):
            ring.count += settled


@shared_task(ignore_result=True)
@unless_told_to_wait
def reconcile() -> None:
    """Find out what became of texts whose outcome is unknown."""
    with rung("reconcile") as ring:
        while settled := reconciling.reconcile(messages_api(), clock=timezone.now).settled:
            ring.count += settled


@shared_task(ignore_result=True)
@unless_told_to_wait
def replies() -> None:
    """Fetch patients' replies, act on them, confirm them."""
    with rung("replies") as ring:
        asked_at = timezone.now()
        ring.count = receiving.receive_replies(messages_api(), now=asked_at)
        brakes.provider_answered(now=timezone.now(), asked_at=asked_at)


@shared_task(ignore_result=True)
@unless_told_to_wait
def reports() -> None:
    """Fetch delivery reports, apply them, confirm them."""
    with rung("reports") as ring:
        ring.count = receiving.receive_reports(messages_api(), now=timezone.now())


@shared_task(ignore_result=True)
def apply() -> None:
    """Act on what was pushed, or stored by a worker that died before acting."""
    with rung("apply") as ring:
        now = timezone.now()
        ring.count = receiving.apply_waiting_replies(now=now) + receiving.apply_waiting(now=now)


@shared_task(ignore_result=True)
def tidy() -> None:
    """Apply reports that waited for their message; drop what is too old, sessions too."""
    with rung("tidy") as ring:
        access.forget_sessions()
        ring.count = receiving.tidy_reports(now=timezone.now())


@shared_task(ignore_result=True)
def expire() -> None:
    """End what is past its cutoff."""
    with rung("expire") as ring:
        while ended := expiring.expire(now=timezone.now()):
            ring.count += ended


@shared_task(ignore_result=True)
@unless_told_to_wait
def check() -> None:
    """Ask about texts whose final report is overdue."""
    with rung("check") as ring:
        while moved := checking.check_overdue(messages_api(), clock=timezone.now):
            ring.count += moved


@shared_task(ignore_result=True)
def plan() -> None:
    """Plan the whole future again, as a safety net."""
    with rung("plan") as ring:
        location_changes.follow_tzdata(now=timezone.now())
        ring.count = planning.plan_future(now=timezone.now()).written


@shared_task(ignore_result=True)
@unless_told_to_wait
def push_blocked() -> None:
    """Tell the provider about opt-outs and opt-ins that it does not know yet."""
    with rung("push_blocked") as ring:
        ring.count = consent.push_suppressions(messages_api(), now=timezone.now())


@shared_task(ignore_result=True)
@unless_told_to_wait
def sync_blocked() -> None:
    """Bring the provider's list of blocked numbers and ours together."""
    with rung("sync_blocked"):
        consent.sync_blocked_numbers(messages_api(), now=timezone.now())


@shared_task(ignore_result=True)
def imports() -> None:
    """Check and apply uploaded diaries, one after the other."""
    with rung("imports") as ring:
        ring.count = csv_import.work_off_imports(now=timezone.now())


@shared_task(ignore_result=True)
def folder() -> None:
    """Import new files of the watched folder, if there is one."""
    with rung("folder") as ring:
        if settings.IMPORT_FOLDER:
            ring.count = csv_import.pick_up_files(settings.IMPORT_FOLDER, now=timezone.now())


@shared_task(name="reminders.tasks.jobs", ignore_result=True)
def work_off_jobs() -> None:
    """Go on with long work in the background, for about a minute."""
    with rung("jobs") as ring:
        ring.count = jobs.work_off(clock=timezone.now, at_most=timedelta(minutes=1))


@shared_task(ignore_result=True)
def figures() -> None:
    """Reckon the figures of the last days for the statistics; once a day those of the whole year."""
    with rung("figures") as ring:
        ring.count = statistics.keep_figures(now=timezone.now())


@shared_task(ignore_result=True)
def alert() -> None:
    """Write to administrators about troubles that began or ended."""
    with rung("alert") as ring:
        ring.count = alerts.alert_administrators(now=timezone.now())


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Show that beat rings, the broker carries and a worker listens."""
    with rung(HEARTBEAT):
        pass
