"""Send: claim what is due, hand it to the provider, record what it said.

Three steps, and no transaction or connection is held during the second. The provider has no
idempotency key, so the message is written before the call, and a call without an answer leaves it
`unknown`: it is never sent again blindly, `reconcile` finds out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.conf import settings

from reminders.domain.common.connections import release_connection
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.sending import circuit_breaker
from reminders.domain.sending.claiming import portions
from reminders.domain.sending.claiming.due import Claim, claim_due
from reminders.domain.sending.claiming.portions import Held
from reminders.domain.sending.claiming.queued import claim_queued
from reminders.domain.sending.recording.left_behind import take_over
from reminders.domain.sending.recording.record import Sent, record
from reminders.domain.sending.submit import SubmissionResult, longest_call, submit
from reminders.domain.sending.webhook_secrets import callback_url
from reminders.log_ids import carried
from reminders.models import Reminder
from reminders.models.in_sql.claims import is_any_due, is_any_queued
from reminders.provider import MessagesApi

logger = logging.getLogger(__name__)

# Claimed rows wait for their request with their claim running: so many leave well within it.
CHUNK = 600
A_LOT = 5_000
WORKERS = 3
"""So many runs share a large backlog in one process; its other threads are for replies and
withdrawals.
"""
CALLS = 8
# Added to the claim: on a slow database nobody calls unknown what is just being recorded.
GRACE = timedelta(seconds=30)

Clock = Callable[[], datetime]


def send_due(
    api: MessagesApi,
    *,
    clock: Clock,
    ahead: timedelta | None = None,
    limit: int | None = None,
    go_on: GoOn = for_ever,
) -> Sent:
    """Hand over everything that is due within `ahead` (the hand-over window), up to `limit` rows.

    `clock` gives the current time in UTC: a run may last minutes. Several workers may run at once.
    When it may not `go_on`, what is under way is recorded, and other claims are put back.
    """
    window = settings.HAND_OVER_AHEAD if ahead is None else ahead
    left = limit if limit is not None else circuit_breaker.UNLIMITED
    run = _Run(api, clock=clock, ahead=window, left=left, go_on=go_on)
    with ThreadPoolExecutor(CALLS, thread_name_prefix="messages-api") as pool:
        return run.work(pool)


def is_a_lot(*, now: datetime) -> bool:
    """Whether so much is due that several workers should share it."""
    due = Reminder.objects.filter(
        state=Reminder.State.PLANNED, due_at__lte=now + settings.HAND_OVER_AHEAD
    )
    return due.order_by("due_at")[A_LOT - 1 : A_LOT].exists()


class _Run:
    """One run: keeps requests in flight while there is work, and records each answer as it
    comes.
    """

    def __init__(
        self, api: MessagesApi, *, clock: Clock, ahead: timedelta, left: int, go_on: GoOn
    ) -> None:
        self.api, self.clock, self.ahead, self.left, self.go_on = api, clock, ahead, left, go_on
        self.callback = callback_url(clock=clock)
        self.hold = longest_call() * 2 + GRACE
        self.sent = Sent()
        self.in_flight: dict[Future[list[SubmissionResult]], int] = {}
        self.keeper = portions.Keeper(clock)
        # The outbox first: somebody waits at the desk for a text of their own.
        self.sources = [self._claim_queued, self._claim_due]

    def work(self, pool: ThreadPoolExecutor) -> Sent:
        """Work until nothing is due; when something breaks, what the provider said is recorded
        first.
        """
        # Before anything is claimed: what a dead run left is taken up by this one.
        take_over(now=self.clock())
        try:
            return self._work(pool)
        except Exception:
            self._record_the_rest()
            raise
        finally:
            self.keeper.stop()

    def _work(self, pool: ThreadPoolExecutor) -> Sent:
        waiting: list[Held] = []
        while True:
            # What is in flight is waited for in any case: an answer that nobody records leaves a
            # text unknown.
            if (self.sources or waiting) and not self.go_on():
                self.sources, waiting = [], self._give_back(waiting)
            while len(self.in_flight) + len(waiting) < CALLS and self.sources and self.left > 0:
                waiting += self._next_portions()
            free = CALLS - len(self.in_flight)
            self._hand_over(pool, waiting[:free])
            waiting = waiting[free:]
            if self.in_flight:
                release_connection()
                done, _ = wait(self.in_flight, return_when=FIRST_COMPLETED)
                self._record(done)
            elif not waiting:
                return self.sent

    def _hand_over(self, pool: ThreadPoolExecutor, held: Sequence[Held]) -> None:
        for one in portions.begin(held, now=self.clock(), a_call=longest_call()):
            call = pool.submit(
                carried(submit),
                self.api,
                one.wires,
                clock=self.clock,
                until=one.until,
                callback=self.callback,
            )
            self.in_flight[call] = one.id

    def _record(self, done: Collection[Future[list[SubmissionResult]]]) -> None:
        answers = [answer for future in done for answer in future.result()]
        ids = [self.in_flight[future] for future in done]
        record(answers, now=self.clock(), sent=self.sent, portions_done=ids)
        self.keeper.drop(ids)
        # After the recording: if that fails, `_record_the_rest` tries these answers once more.
        for future in done:
            del self.in_flight[future]

    def _give_back(self, waiting: Sequence[Held]) -> list[Held]:
        """Claimed and not begun: due again at once, for whoever comes next. Leaves none."""
        answers = [
            SubmissionResult(wire.id, "put_back", retry_after=0, attempt=wire.attempt)
            for one in waiting
            for wire in one.wires
        ]
        if answers:
            ids = [one.id for one in waiting]
            record(answers, now=self.clock(), sent=self.sent, portions_done=ids)
            self.keeper.drop(ids)
        return []

    def _record_the_rest(self) -> None:
        """Record the answers of calls that were under way; without the database they become
        `unknown`.
        """
        release_connection()
        done, _ = wait(self.in_flight)
        for future in done:
            try:
                self._record([future])
            # Each by itself: one that can't be recorded must not take the others' answers along.
            # Its texts become unknown when their claim ends, and are looked up.
            except Exception as error:
                logger.warning("An answer could not be recorded: %s", type(error).__name__)

    def _next_portions(self) -> list[Held]:
        """Claim what may be handed over now, in portions of a request."""
        now = self.clock()
        # Most runs find nothing. Asked first: it spares the questions about the quota, and a probe
        # that is not used would have to be given back.
        if not is_any_queued(now=now) and not is_any_due(until=now + self.ahead):
            self.sources = []
            return []
        allowed = min(circuit_breaker.send_quota(now=now), self.left, CHUNK)
        # A brake lets a single text through. If that one is not used, the next worker has to get
        # it.
        probing = allowed == 1
        allowed = min(allowed, circuit_breaker.left_this_hour(now=now)) if allowed else 0
        if allowed <= 0:
            self.sources = []
            return []
        held = self._claim(now, allowed)
        self.keeper.keep(held)
        if probing and not held:
            circuit_breaker.probe_not_needed(now=now)
        # The probe's answer decides about the rest, so nothing more is claimed beside it.
        if allowed == 1:
            self.sources = []
        return held

    def _claim(self, now: datetime, allowed: int) -> list[Held]:
        """Claim until there is something to hand over: a probe must not be spent on an empty
        outbox.

        The outbox is asked first each time: an answer or a text by staff must not wait for the end
        of a backlog.
        """
        for source in self.sources:
            looked_at = limit = 1
            while looked_at >= limit and self.left > 0:
                limit = min(allowed, self.left)
                claim = source(now, limit)
                looked_at = claim.looked_at
                self.left -= looked_at
                self.sent.set_aside += claim.set_aside
                if claim.held:
                    return claim.held
        self.sources = []
        return []

    def _claim_queued(self, now: datetime, limit: int) -> Claim:
        return claim_queued(now=now, limit=limit, hold=self.hold)

    def _claim_due(self, now: datetime, limit: int) -> Claim:
        return claim_due(now=now, ahead=self.ahead, limit=limit, hold=self.hold)
