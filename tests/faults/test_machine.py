"""A state machine: edits, time, the provider's answers, replies, in any order that hypothesis
finds.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from reminders.domain.consent.suppressions import opt_in, opt_out
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.models import Appointment, Suppression
from tests import factories as make
from tests.faults.support.world import STAFF, World
from tests.faults.test_crashes import forget

EXAMPLES, STEPS = {"small": (6, 25), "all": (300, 40)}.get(
    os.environ.get("FAULT_SEEDS", "small"), (30, 30)
)
SEND_FAULTS = [
    "error_500_before",
    "error_500_after_accepting",
    "drop_response_after_accepting",
    "unreadable_202",
    "401",
    "429",
    "503",
    "retry_after",
    "400_unreadable",
    "fewer",
    "more",
    "reordered",
    "foreign",
    "reset_after_receiving",
]
ASK_FAULTS = [
    "error_500_before",
    "error_500_after_accepting",
    "drop_response_after_accepting",
    "401",
    "429",
]
ENDPOINTS = [
    "status",
    "cancel",
    "detail",
    "replies",
    "confirm_replies",
    "reports",
    "confirm_reports",
]
FEW_MINUTES = timedelta(minutes=20)
"""So long a withdrawal may take after a fault or two."""


class Clinic(RuleBasedStateMachine):
    """What may happen to a small clinic; after every step the invariants hold, in the end all is
    settled.
    """

    world: ClassVar[World]
    away = timedelta()
    gap = timedelta()
    """How long no bell has rung by now, and the longest of such times."""

    @initialize(hours=st.lists(st.sampled_from([4, 12, 25, 26, 47, 70]), min_size=1, max_size=4))
    def open(self, hours: list[int]) -> None:
        self.world.now, self.away, self.gap = make.NOON, timedelta(), timedelta()
        forget(self.world)
        place = self.world.place()
        for each in hours:
            self.world.book(1, starts_in=timedelta(hours=each), place=place)

    def pick(self, index: int) -> Appointment:
        rows = list(Appointment.objects.select_related("contact").order_by("pk"))
        return rows[index % len(rows)]

    @rule(index=st.integers(0, 3), hour=st.integers(0, 23), days=st.integers(0, 3))
    def move(self, index: int, hour: int, days: int) -> None:
        row = self.pick(index)
        at = row.local_time.replace(hour=hour)
        day = (make.NOON + timedelta(days=days)).date()
        change_appointment(row, {"local_date": day, "local_time": at}, by=STAFF, now=self.world.now)

    @rule(
        index=st.integers(0, 3),
        status=st.sampled_from(["cancelled", "booked", "declined", "confirmed"]),
    )
    def mark(self, index: int, status: str) -> None:
        set_status([self.pick(index).pk], Appointment.Status(status), by=STAFF, now=self.world.now)

    @rule(index=st.integers(0, 3))
    def opt_out_and_in(self, index: int) -> None:
        phone = self.pick(index).contact.phone
        reason = Suppression.Reason.STAFF
        if not opt_out(phone, reason=reason, words="by phone", by=STAFF, now=self.world.now):
            self.world.pass_time(timedelta(seconds=1))
            opt_in(phone, words="by phone", by=STAFF, now=self.world.now)

    @rule(kind=st.sampled_from(SEND_FAULTS), times=st.integers(1, 2), after=st.booleans())
    def fail_to_take(self, kind: str, times: int, after: bool) -> None:
        self.world.sandbox.order_fault(kind, endpoint="send", times=times, skip=int(after))

    @rule(kind=st.sampled_from(ASK_FAULTS), endpoint=st.sampled_from(ENDPOINTS))
    def fail_to_answer(self, kind: str, endpoint: str) -> None:
        self.world.sandbox.order_fault(kind, endpoint=endpoint)

    def violations(self) -> list[str]:
        """Broken invariants; what changed while no bell rang could not be withdrawn."""
        return self.world.violations(notice=self.gap + FEW_MINUTES)

    @rule(minutes=st.sampled_from([0.25, 0.25, 1, 3, 10]), times=st.integers(1, 4))
    def pass_time_with_rings(self, minutes: float, times: int) -> None:
        for _ in range(times):
            self.world.pass_time(timedelta(minutes=minutes))
            self.world.ring()
        self.away = timedelta()

    @rule(hours=st.sampled_from([1, 3, 6, 24, 72]))
    @precondition(lambda self: self.world.now < make.NOON + timedelta(days=4))
    def be_away(self, hours: int) -> None:
        self.away += timedelta(hours=hours)
        self.gap = max(self.gap, self.away)
        self.world.pass_time(timedelta(hours=hours))

    @rule(hours=st.sampled_from([1, 6, 24]))
    @precondition(lambda self: self.world.now < make.NOON + timedelta(days=4))
    def have_a_quiet_time(self, hours: int) -> None:
        self.world.settle(within=timedelta(hours=2))
        self.world.pass_time(timedelta(hours=hours))
        self.world.ring()
        self.away = timedelta()

    @rule()
    def send(self) -> None:
        self.world.send()

    @rule(
        index=st.integers(0, 3),
        text=st.sampled_from(["Y", "N", "yes but late", "who?", "STOP", "START"]),
    )
    def text_us(self, index: int, text: str) -> None:
        self.world.hear(self.pick(index).contact.phone, text)

    @invariant()
    def nothing_is_wrong_at_the_provider(self) -> None:
        texts = ("delivered", "no text", "a text")
        found = [line for line in self.violations() if line.startswith(texts)]
        assert found == []

    def teardown(self) -> None:
        self.world.sandbox.clear_faults()
        self.world.settle(within=timedelta(hours=2))
        self.world.play(timedelta(days=8), step=timedelta(hours=24))
        assert self.violations() == []


@contextmanager
def clinic_in(world: World) -> Iterator[type[Clinic]]:
    class InThisWorld(Clinic):
        pass

    InThisWorld.world = world
    yield InThisWorld


def test_whatever_happens_the_invariants_hold(world: World) -> None:
    make.make_reminder_rule()
    options: dict[str, Any] = {  # Any: hypothesis' own
        "max_examples": EXAMPLES,
        "stateful_step_count": STEPS,
        "deadline": None,
        "suppress_health_check": list(HealthCheck),
        "derandomize": EXAMPLES < 10,
        "database": None,
    }
    with clinic_in(world) as machine:
        run_state_machine_as_test(machine, settings=settings(**options))
