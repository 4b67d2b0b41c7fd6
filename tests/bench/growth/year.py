"""A clinic's year, day by day: diary, texts, answers, reports, and the night's forgetting."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
from django.db import connection

from reminders.domain.diary_import import Options, import_file, open_path
from reminders.domain.diary_import.questions import Answers
from reminders.domain.planning.plan import plan_future
from reminders.domain.replies.receive import receive_replies, receive_reports
from reminders.domain.retention.run import forget_what_is_due
from reminders.domain.sending.send import send_due
from reminders.models import Location, Message, ReminderRule
from reminders.provider import MessagesApi
from reminders.sandbox.application import Sandbox
from tests.bench.growth.sizes import vacuum_as_autovacuum_would
from tests.bench.import_ import HEADER, _letters

PLACES = 20
AHEAD = 14
"""So many days of the diary stand in each file."""
PATIENT_COMES = 3
"""So often a year each patient comes."""
MOVED_ONE_OF, DECLINES_ONE_OF = 40, 15
SATURDAY = 5
MORNING, NOON, EVENING = time(5, 30), time(13), time(22)


class Year:
    """One simulated year of a clinic that is open from Monday to Friday."""

    def __init__(self, *, visits: int, days: int, imports_a_day: int, now: datetime) -> None:
        self._first = now.astimezone(UTC).date()
        self._imports = imports_a_day
        self._days = days
        whole = [day for day in range(days + AHEAD) if self._date(day).weekday() < SATURDAY]
        inside = sum(1 for day in whole if day < days)
        self._a_day = max(1, round(visits / max(1, inside)))
        self._patients = max(1, visits // PATIENT_COMES)
        self._sandbox = Sandbox(pace=0)
        self._open: list[Any] = []  # Any: the sandbox's own texts
        self._seen = 0
        self._folder = Path(tempfile.mkdtemp(prefix="reminders-bench-"))
        self._api = MessagesApi(
            base_url="http://sandbox.example",
            key=self._sandbox.key,
            secret=self._sandbox.secret,
            transport=httpx.WSGITransport(app=self._sandbox),
        )

    def set_up(self) -> None:
        """Twenty locations that text at any hour, and rules that have been there for long."""
        for number in range(PLACES):
            Location.objects.create(
                name=f"Clinic {number + 1:02}", zone="UTC", country="GB", opens="00:00",
                closes="00:00",
            )  # fmt: skip
        ReminderRule.objects.update(changed_at=self._at(0, MORNING) - timedelta(days=30))
        with connection.cursor() as cursor:
            # Nobody else may vacuum meanwhile: it would come by real time.
            cursor.execute("SET synchronous_commit TO off")

    def live(self, day: int) -> None:
        """One day and the night after it."""
        at = self._at(day, MORNING)
        for ring in range(self._imports if self._date(day).weekday() < SATURDAY else 0):
            moment = at + timedelta(minutes=15 * ring)
            self._import(day, now=moment)
        self._send(now=at + timedelta(minutes=5))
        self._answer(now=self._at(day, NOON))
        self._send(now=self._at(day, EVENING))
        night = self._at(day + 1, time(0, 30))
        plan_future(now=night)
        forget_what_is_due(now=night, pause=lambda _: None)
        vacuum_as_autovacuum_would()

    def texts(self) -> int:
        """How many texts were made."""
        return Message.objects.count()

    def _import(self, day: int, *, now: datetime) -> None:
        file = self._folder / "diary.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow((*HEADER, "location"))
            writer.writerows(self._diary(day))
        with open_path(file) as source:
            # As a made-up diary is that comes each day: what it would be asked is answered.
            agreed = Answers(agreed=frozenset({"closed_days", "numbers", "moved"}))
            import_file(source, Options(answers=agreed, source="folder"), now=now)

    def _diary(self, today: int) -> Iterator[tuple[object, ...]]:
        for day in range(today, today + AHEAD):
            if self._date(day).weekday() >= SATURDAY:
                continue
            for nth in range(self._a_day):
                n = day * self._a_day + nth
                # Some are moved by an hour a week before.
                later = n % MOVED_ONE_OF == 0 and day - today < AHEAD // 2
                at = time(8 + n % 8 + later, n // 8 % 4 * 15)
                who = n * 7919 % self._patients
                yield (
                    f"A{n}", f"P{who}", f"Ann{_letters(who % 700)}", f"Lee{_letters(who % 5000)}",
                    f"0771{who:07}", self._date(day), at.strftime("%H:%M"), 30, f"Dr {n % 60}",
                    f"Service {n % 12}", "", f"Clinic {n % PLACES + 1:02}",
                )  # fmt: skip

    def _send(self, *, now: datetime) -> None:
        self._sandbox.set_clock(now)
        self._receive(now=now)
        while send_due(self._api, clock=lambda: now).accepted:
            pass

    def _answer(self, *, now: datetime) -> None:
        """Every second text of the morning is answered; most say yes."""
        self._sandbox.set_clock(now)
        self._receive(now=now)
        order = self._sandbox.account.order
        known, self._seen = self._seen, len(order)
        texts, self._open = [*self._open, *order[known:]], []
        for text in texts:
            if not text.delivered_at:
                self._open.append(text)
            elif "confirm" in text.submitted["content"].lower() and text.seq % 4 < 2:
                no = text.seq % DECLINES_ONE_OF == 0
                self._sandbox.reply(text.number, "N" if no else "Y", message_id=text.message_id)
        self._receive(now=now + timedelta(minutes=1))
        while send_due(self._api, clock=lambda: now + timedelta(minutes=2)).accepted:
            pass

    def _receive(self, *, now: datetime) -> None:
        receive_reports(self._api, now=now)
        receive_replies(self._api, now=now)

    def _date(self, day: int) -> date:
        return self._first + timedelta(days=day)

    def _at(self, day: int, at: time) -> datetime:
        return datetime.combine(self._date(day), at, UTC)
