"""How long a million texts take to plan again after a rule change, and whether other work goes
on.

The rule of every appointment changes, so every planned text moves. While the job runs, others go
on: a receptionist confirms appointments, a day sheet is read, and the send ring hands texts over to
a sandbox. The longest that each of them took is part of the answer. Limits: 60 seconds, 300 MB.
"""

from __future__ import annotations

import resource
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import set_status
from reminders.domain.pages.day_sheet import day_sheet, rows_of
from reminders.domain.planning.plan import plan_appointments, plan_future
from reminders.domain.sending.send import send_due
from reminders.domain.setup import jobs
from reminders.domain.setup.rules import save_rule
from reminders.models import Appointment, Job, Location, Reminder, ReminderRule
from reminders.provider import MessagesApi
from tests.bench.scratch import KEY, SECRET, scratch_database, scratch_sandbox

A_WHILE = timedelta(minutes=10)
A_PORTION = 100
CALL_TAKES = 0.05
PAUSE = 0.2
EVENTS_LIMIT = 1.1
"""As many times as long may planning take with rules for what happens to visits."""
_NOTHING = object()
ZONES = ("Europe/London", "Australia/Sydney", "America/New_York")


def add_arguments(parser: ArgumentParser) -> None:
    """How many texts."""
    parser.add_argument("--texts", type=int, default=1_000_000)


def run(*, texts: int, **_options: Any) -> dict[str, Any]:
    """Plan, change the rule, plan again; seconds, texts a second, megabytes, the longest wait of
    others.
    """
    with scratch_database():
        make_diary(texts)
        plan_future(now=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with scratch_sandbox(seconds_a_call=CALL_TAKES) as url, _api(url) as api:
            others = [AtWork(_confirm_one_by_one()), AtWork(_read_day_sheets()), AtWork(_send(api))]
            seconds, job = _change_the_rule(others)
        texts = Reminder.objects.exclude(state=Reminder.State.WITHDRAWN).count()
        by_events = _times_with_event_rules()
    receptionist, reader, sender = (other.waits for other in others)
    return {
        "texts": texts,
        "written": job.result["written"] if job else 0,
        "seconds": round(seconds, 1),
        "a_second": round(texts / seconds),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "confirmed_meanwhile": len(receptionist),
        "longest_confirming_seconds": _longest(receptionist),
        "day_sheets_meanwhile": len(reader),
        "longest_day_sheet_seconds": _longest(reader),
        "sent_meanwhile": len(sender) * A_PORTION,
        "longest_sending_seconds": _longest(sender),
        "times_with_event_rules": by_events,
        "limit_times": EVENTS_LIMIT,
    }


def _times_with_event_rules(rounds: int = 7) -> float:
    """How many times as long 5,000 visits take to plan with rules for moves, cancellations and the
    like as without, where nothing has happened to them: the median of turns taken.
    """
    coming = Appointment.objects.filter(starts_at__gt=timezone.now()).order_by("pk")
    ids = list(coming.values_list("pk", flat=True)[:5_000])
    events = (kind for kind in ReminderRule.EVENTS if kind != ReminderRule.Kind.AFTER)
    ReminderRule.objects.bulk_create(
        ReminderRule(name=kind, kind=kind, minutes_after=10, changed_at=timezone.now(), position=9)
        for kind in events
    )
    took: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(rounds):
        for on, times in took.items():
            ReminderRule.objects.filter(minutes_after__isnull=False).update(active=on)
            started = time.perf_counter()
            with transaction.atomic():
                plan_appointments(ids, now=timezone.now())
            times.append(time.perf_counter() - started)
    return round(median(took[True]) / median(took[False]), 2)


def _change_the_rule(others: list[AtWork]) -> tuple[float, Job | None]:
    """Save a rule that moves every text while the others work; the seconds it took, and the job."""
    rule = ReminderRule.objects.get()
    rule.days_before, rule.weekdays_only = 2, True
    for other in others:
        other.start()
    started = time.perf_counter()
    saved = save_rule(rule, by=SYSTEM, now=timezone.now())
    jobs.work_off(clock=timezone.now, at_most=A_WHILE)
    seconds = time.perf_counter() - started
    for other in others:
        other.stop()
    if saved.job:
        saved.job.refresh_from_db()
    return seconds, saved.job


class AtWork(threading.Thread):
    """Does one thing after another with a pause between, and notes how long each took."""

    def __init__(self, things: Iterator[None]) -> None:
        super().__init__(daemon=True)
        self.waits: list[float] = []
        self._things = things
        self._done = threading.Event()

    def run(self) -> None:
        """Until stopped, or nothing is left to do."""
        while not self._done.wait(PAUSE):
            started = time.perf_counter()
            if next(self._things, _NOTHING) is _NOTHING:
                break
            self.waits.append(time.perf_counter() - started)
        connection.close()

    def stop(self) -> None:
        """Go home."""
        self._done.set()
        self.join()


def _confirm_one_by_one() -> Iterator[None]:
    """As a receptionist does on the day sheet, anywhere in the diary."""
    for pk in list(Appointment.objects.order_by("pk").values_list("pk", flat=True)[::1000]):
        set_status([pk], Appointment.Status.CONFIRMED, by=SYSTEM, now=timezone.now())
        yield


def _read_day_sheets() -> Iterator[None]:
    """One place's day after another."""
    places = list(Location.objects.order_by("pk").values_list("pk", flat=True)[:1])
    day = timezone.now().date() + timedelta(days=3)
    for ahead in count():
        now = timezone.now()
        sheet = day_sheet(days=dict.fromkeys(places, day + timedelta(days=ahead % 100)), now=now)
        rows_of([row.id for row in sheet.rows[:100]], now=now)
        yield


def _send(api: MessagesApi) -> Iterator[None]:
    """The send ring with a portion at a time, so far ahead that there is always something to hand
    over.
    """
    while True:
        send_due(api, clock=timezone.now, ahead=timedelta(days=30), limit=A_PORTION)
        yield


def _api(url: str) -> MessagesApi:
    return MessagesApi(base_url=url, key=KEY, secret=SECRET)


def _longest(waits: list[float]) -> float:
    return round(max(waits, default=0), 2)


def make_diary(texts: int) -> None:
    """Appointments of the next 200 days at three locations, by sets, and a single rule."""
    now = timezone.now()
    ReminderRule.objects.all().delete()
    ReminderRule.objects.create(
        name="Confirmation",
        kind="confirmation",
        days_before=1,
        changed_at=now - timedelta(days=300),
    )
    for zone in ZONES:
        Location.objects.create(name=zone, zone=zone, country="GB")
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"now": now})
        cursor.execute(_DIARY, {"now": now, "long_ago": now - timedelta(days=30), "count": texts})
        cursor.execute("ANALYZE")


_PEOPLE = """
INSERT INTO reminders_contact (external_id, first_name, last_name, phone, phone_as_given,
    phone_kind, phone_problem, language, channel, notes, created_at, updated_at)
SELECT '', 'Pat', 'Number ' || n, '+4477' || lpad(n::text, 8, '0'), '', 'mobile', '', '', 'sms', '',
    %(now)s, %(now)s FROM generate_series(1, 300000) n
"""
_DIARY = """
INSERT INTO reminders_appointment (location_id, contact_id, starts_at, local_date, local_time,
    wall_flag, diary, external_id, status, no_more_texts, notes, extra, version, changed_at,
    created_at, updated_at)
SELECT l.id, c.first + n %% 300000, wall AT TIME ZONE l.zone, wall::date, wall::time, '', '', '',
       'booked', false, '', '{}', 1, %(long_ago)s, %(now)s, %(now)s
FROM generate_series(1, %(count)s) n
CROSS JOIN (SELECT min(id) AS first FROM reminders_contact) c
JOIN (
    SELECT id, zone, row_number() OVER (ORDER BY id) AS nth FROM reminders_location
) l ON l.nth = 1 + n %% 3
CROSS JOIN LATERAL (
    SELECT date_trunc('day', %(now)s AT TIME ZONE l.zone) + interval '3 days 8 hours'
           + n %% 200 * interval '1 day' + n / 200 %% 40 * interval '15 minutes' AS wall
) w
"""
