"""How long a million texts take to be planned anew after a rule change, and whether other work goes on.

The rule of every appointment changes, so every planned text moves. While the job runs, another connection
changes appointments as a receptionist would; its longest wait is part of the answer. Limits: 60 seconds,
300 MB.
"""

from __future__ import annotations

import resource
import threading
import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from reminders.bench.scratch import scratch_database
from reminders.domain import jobs
from reminders.domain.appointments import set_status
from reminders.domain.history import SYSTEM
from reminders.domain.planning import plan_future
from reminders.domain.rule_changes import save_rule
from reminders.models import Appointment, Location, Reminder, ReminderRule

A_WHILE = timedelta(minutes=10)
ZONES = ("Europe/London", "Australia/Sydney", "America/New_York")


def add_arguments(parser: ArgumentParser) -> None:
    """How many texts."""
    parser.add_argument("--texts", type=int, default=1_000_000)


def run(*, texts: int, **_options: Any) -> dict[str, Any]:
    """Plan, change the rule, plan anew; seconds, texts a second, megabytes, the longest wait of others."""
    with scratch_database():
        make_diary(texts)
        plan_future(now=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        rule = ReminderRule.objects.get()
        rule.days_before, rule.weekdays_only = 2, True
        at_work = Receptionist()
        at_work.start()
        started = time.perf_counter()
        saved = save_rule(rule, by=SYSTEM, now=timezone.now())
        jobs.work_off(clock=timezone.now, at_most=A_WHILE)
        seconds = time.perf_counter() - started
        at_work.stop()
        if saved.job:
            saved.job.refresh_from_db()
        planned = Reminder.objects.filter(state=Reminder.State.PLANNED).count()
    return {
        "texts": planned,
        "written": saved.job.result["written"] if saved.job else 0,
        "seconds": round(seconds, 1),
        "a_second": round(planned / seconds),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "changes_meanwhile": len(at_work.waits),
        "longest_wait_seconds": round(max(at_work.waits, default=0), 2),
    }


class Receptionist(threading.Thread):
    """Confirms an appointment now and then, and notes how long each took."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.waits: list[float] = []
        self._done = threading.Event()

    def run(self) -> None:
        """Until stopped."""
        ids = list(Appointment.objects.order_by("pk").values_list("pk", flat=True)[:: max(1, 1000)])
        for pk in ids:
            if self._done.wait(0.2):
                break
            started = time.perf_counter()
            set_status([pk], Appointment.Status.CONFIRMED, by=SYSTEM, now=timezone.now())
            self.waits.append(time.perf_counter() - started)
        connection.close()

    def stop(self) -> None:
        """Go home."""
        self._done.set()
        self.join()


def make_diary(texts: int) -> None:
    """Appointments of the next 200 days at three locations, by sets, and a single rule."""
    now = timezone.now()
    ReminderRule.objects.all().delete()
    ReminderRule.objects.create(
        name="Confirmation", kind="confirmation", days_before=1, changed_at=now - timedelta(days=300)
    )
    for zone in ZONES:
        Location.objects.create(name=zone, zone=zone, country="GB")
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"now": now})
        cursor.execute(_DIARY, {"now": now, "long_ago": now - timedelta(days=30), "count": texts})
        cursor.execute("ANALYZE")


_PEOPLE = """
INSERT INTO reminders_contact (external_id, first_name, last_name, phone, phone_as_given, phone_kind,
    phone_problem, language, channel, notes, created_at, updated_at)
SELECT '', 'Pat', 'Number ' || n, '+4477' || lpad(n::text, 8, '0'), '', 'mobile', '', '', 'sms', '',
    %(now)s, %(now)s FROM generate_series(1, 300000) n
"""
_DIARY = """
INSERT INTO reminders_appointment (location_id, contact_id, starts_at, local_date, local_time, wall_flag,
    diary, external_id, status, no_more_texts, notes, extra, version, changed_at, created_at, updated_at)
SELECT l.id, c.first + n %% 300000, wall AT TIME ZONE l.zone, wall::date, wall::time, '', '', '', 'booked',
    false, '', '{}', 1, %(long_ago)s, %(now)s, %(now)s
FROM generate_series(1, %(count)s) n
CROSS JOIN (SELECT min(id) AS first FROM reminders_contact) c
JOIN (SELECT id, zone, row_number() OVER (ORDER BY id) AS nth FROM reminders_location) l ON l.nth = 1 + n %% 3
CROSS JOIN LATERAL (SELECT date_trunc('day', %(now)s AT TIME ZONE l.zone) + interval '3 days 8 hours'
                           + n %% 200 * interval '1 day' + n / 200 %% 40 * interval '15 minutes' AS wall) w
"""
