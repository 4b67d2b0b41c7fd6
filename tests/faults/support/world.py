"""A small clinic with a clock of its own: books, rings, lets time pass, and asks for the
invariants.

Everything runs in this process against the real database and the sandbox over HTTP; only the clock
is ours.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from reminders.domain.clock.rule_schedule import local
from reminders.domain.common.audit import Actor
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies.receive import (
    apply_waiting,
    apply_waiting_replies,
    receive_replies,
    receive_reports,
)
from reminders.domain.sending.expire import expire
from reminders.domain.sending.poll_status import check_overdue
from reminders.domain.sending.reconcile import reconcile
from reminders.domain.sending.send import send_due
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.domain.sooner.ring import work_off_slots
from reminders.models import Appointment, AuditEntry, Contact, Location, Message, Reminder
from reminders.provider import MessagesApi, MessagesApiError
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.faults.support.invariants import violations

STAFF = Actor(AuditEntry.Source.STAFF)
RING = timedelta(seconds=15)
SEEDS = os.environ.get("FAULT_SEEDS", "small")
_numbers = count()


def seeds(*, small: int, full: int) -> range:
    """How many runs: a few, all that the product promises (FAULT_SEEDS=all), or as many as it
    says.
    """
    if SEEDS.isdigit():
        return range(int(SEEDS))
    return range(full if SEEDS == "all" else small)


def fictional_number() -> str:
    """A number of its own, of the hundred in every area code that are kept for fiction."""
    index = next(_numbers)
    area = 213 + index // 100 % 700
    return f"+1{area}55501{index % 100:02d}"


class World:
    """One clinic, its clock, and the provider."""

    def __init__(self, sandbox: Sandbox, api: MessagesApi, *, now: datetime = make.NOON) -> None:
        self.sandbox, self.api, self.now = sandbox, api, now
        self.replies: list[str] = []

    def clock(self) -> datetime:
        """The current time."""
        return self.now

    def place(self, **values: Any) -> Location:  # Any: columns of the model
        """A site that texts at every hour."""
        plain = {"zone": "UTC", "opens": "00:00", "closes": "00:00", "country": "US"}
        return make.make_location(**(plain | values))

    def book(
        self,
        number: int = 1,
        *,
        starts_in: timedelta = timedelta(hours=25),
        place: Location | None = None,
    ) -> list[Appointment]:
        """Book appointments; by default their confirmation is due in an hour. Needs a rule to be of
        use.
        """
        place = place or self.place()
        at = local(self.now + starts_in, place.tz)
        contacts = Contact.objects.bulk_create(
            Contact(
                first_name="Ann", last_name="Lee", phone=fictional_number(), phone_kind="mobile"
            )
            for _ in range(number)
        )
        rows = Appointment.objects.bulk_create(
            Appointment(
                location=place,
                contact=contact,
                starts_at=self.now + starts_in,
                local_date=at.date(),
                local_time=at.time(),
                changed_at=self.now - timedelta(days=30),
            )
            for contact in contacts
        )
        ids = [row.pk for row in rows]
        plan_appointments(ids, now=self.now)
        return list(Appointment.objects.filter(pk__in=ids).select_related("contact").order_by("pk"))

    def send(self) -> None:
        """The ring of sending."""
        send_due(self.api, clock=self.clock)

    def ring(self) -> None:
        """Every ring once; a provider that fails is for the next round, as in `rings.rung`."""
        now = self.now
        self._each(
            lambda: expire(now=now),
            lambda: withdraw_stale(self.api, clock=self.clock),
            lambda: send_due(self.api, clock=self.clock),
            lambda: reconcile(self.api, clock=self.clock),
            lambda: receive_reports(self.api, now=now),
            lambda: receive_replies(self.api, now=now),
            lambda: apply_waiting_replies(now=now),
            lambda: work_off_slots(clock=self.clock),
            lambda: apply_waiting(now=now),
            lambda: check_overdue(self.api, clock=self.clock),
        )

    @staticmethod
    def _each(*rings: Callable[[], object]) -> None:
        for ring in rings:
            with suppress(MessagesApiError):
                ring()

    def pass_time(self, span: timedelta) -> None:
        """Let time pass, for us and for the provider, without any ring."""
        self.now += span
        self.sandbox.set_clock(self.now)

    def settle(self, *, within: timedelta = timedelta(minutes=5)) -> timedelta:
        """Ring until nothing is left that the rings could do now; returns how long that took."""
        began = self.now
        while True:
            self.ring()
            if not self.unsettled():
                return self.now - began
            assert self.now - began < within, f"not settled within {within}: {self.unsettled()}"
            self.pass_time(RING)

    def unsettled(self) -> dict[str, int]:
        """What the rings still have to do; a text lost twice may wait for its cutoff, in plain
        sight.
        """
        ahead = self.now + timedelta(days=1)
        found = {
            "planned": Reminder.objects.filter(state="planned", due_at__lte=ahead).count(),
            "queued": Message.objects.filter(state="queued").count(),
            "submitting": Message.objects.filter(state="submitting").count(),
            "unknown": Message.objects.filter(state="unknown", resent=False).count(),
            "withdraw": Message.objects.filter(
                cancel_requested_at__isnull=False, cancel_settled_at=None
            ).count(),
        }
        return {name: number for name, number in found.items() if number}

    def play(self, span: timedelta, *, step: timedelta = timedelta(hours=9)) -> None:
        """Let time pass in steps, with all rings after each, and once more for the last news."""
        until = self.now + span
        while self.now < until:
            self.pass_time(min(step, until - self.now))
            self.ring()
        self.ring()

    def hear(self, number: str, text: str, **details: Any) -> None:  # Any: as in `Sandbox.reply`
        """A patient texts."""
        self.replies.append(self.sandbox.reply(number, text, **details)["reply_id"])

    def ledger(self) -> list[dict[str, Any]]:  # Any: JSON
        """What the provider took of ours."""
        return self.sandbox.ledger()

    def violations(self, *, notice: timedelta = timedelta()) -> list[str]:
        """Broken invariants as lines of words."""
        return violations(self.ledger(), now=self.now, replies=self.replies, notice=notice)


def states(rows: Iterable[Appointment]) -> Iterator[tuple[int, str, str]]:
    """Version, state and reason of these appointments' reminders, in order."""
    found = Reminder.objects.filter(appointment__in=[row.pk for row in rows])
    yield from found.order_by("appointment_id", "version", "rule_id").values_list(
        "version", "state", "reason"
    )
