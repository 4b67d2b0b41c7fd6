"""Send: claim what is due, hand it to the provider, record what it said.

Three steps, and no transaction or connection is held during the second. The provider has no
idempotency key, so the message is written before the call, and a call without an answer leaves it
`unknown`: it is never sent again blindly, `reconcile` finds out.
"""

from __future__ import annotations

import logging
import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from reminders.domain.common.connections import release_connection
from reminders.domain.common.locks import lock_appointments_of, lock_messages
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.planning.plan import release_reminders
from reminders.domain.planning.withdrawal import cancel_queued
from reminders.domain.sending import circuit_breaker, statements
from reminders.domain.sending.claiming.drafts import CHECK_AFTER, OutgoingMessage
from reminders.domain.sending.claiming.due import Claim, claim_due
from reminders.domain.sending.claiming.queued import claim_queued
from reminders.domain.sending.submit import Kind, SubmissionResult, longest_call, submit
from reminders.domain.sending.webhook_secrets import callback_url
from reminders.log_ids import carried
from reminders.models import Message, Reminder
from reminders.models.in_sql.claims import is_any_due, is_any_queued
from reminders.models.in_sql.states import STATES, Given
from reminders.provider import MessagesApi

logger = logging.getLogger(__name__)

# Claimed rows wait for their request with their claim running: so many leave well within it.
CHUNK = 600
# The provider's limit, see `provider.client.SEND_LIMIT`.
A_REQUEST = 100
A_LOT = 5_000
WORKERS = 3
"""So many runs share a large backlog in one process; its other threads are for replies and
withdrawals.
"""
CALLS = 8
# Added to the claim: on a slow database nobody calls unknown what is just being recorded.
GRACE = timedelta(seconds=30)
BACK_OFF_FIRST = 15.0
BACK_OFF_MOST = 120.0

Clock = Callable[[], datetime]


@dataclass
class Sent:
    """What a run of the task `send` came to."""

    accepted: int = 0
    failed: int = 0
    put_back: int = 0
    unknown: int = 0
    set_aside: int = 0
    errors: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        """How many reminders or messages were dealt with."""
        return self.accepted + self.failed + self.put_back + self.unknown + self.set_aside


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
        self.in_flight: set[Future[list[SubmissionResult]]] = set()
        # The outbox first: somebody waits at the desk for a text of their own.
        self.sources = [self._claim_queued, self._claim_due]

    def work(self, pool: ThreadPoolExecutor) -> Sent:
        """Work until nothing is due; when something breaks, what the provider said is recorded
        first.
        """
        try:
            return self._work(pool)
        except Exception:
            self._record_the_rest()
            raise

    def _work(self, pool: ThreadPoolExecutor) -> Sent:
        waiting: list[tuple[Sequence[OutgoingMessage], datetime]] = []
        while True:
            # What is in flight is waited for in any case: an answer that nobody records leaves a
            # text unknown.
            if (self.sources or waiting) and not self.go_on():
                self.sources, waiting = [], self._give_back(waiting)
            while len(self.in_flight) + len(waiting) < CALLS and self.sources and self.left > 0:
                waiting += self._next_batches()
            while waiting and len(self.in_flight) < CALLS:
                wires, until = waiting.pop(0)
                self.in_flight.add(self._hand_over(pool, wires, until))
            if not self.in_flight:
                return self.sent
            release_connection()
            done, _ = wait(self.in_flight, return_when=FIRST_COMPLETED)
            answers = [answer for future in done for answer in future.result()]
            record(answers, now=self.clock(), sent=self.sent)
            # After the recording: if that fails, `_record_the_rest` tries these answers once more.
            self.in_flight -= done

    def _hand_over(
        self, pool: ThreadPoolExecutor, wires: Sequence[OutgoingMessage], until: datetime
    ) -> Future[list[SubmissionResult]]:
        return pool.submit(
            carried(submit), self.api, wires, clock=self.clock, until=until, callback=self.callback
        )

    def _give_back(
        self, waiting: Sequence[tuple[Sequence[OutgoingMessage], datetime]]
    ) -> list[Any]:
        """Claimed and not begun: due again at once, for whoever comes next. Leaves none."""
        wires = [wire for batch, _ in waiting for wire in batch]
        if wires:
            answers = [
                SubmissionResult(wire.id, "put_back", retry_after=0, attempt=wire.attempt)
                for wire in wires
            ]
            record(answers, now=self.clock(), sent=self.sent)
        return []

    def _record_the_rest(self) -> None:
        """Record the answers of calls that were under way; without the database they become
        `unknown`.
        """
        release_connection()
        done, _ = wait(self.in_flight)
        for future in done:
            try:
                record(future.result(), now=self.clock(), sent=self.sent)
            # Each by itself: one that can't be recorded must not take the others' answers along.
            # Its texts become unknown when their claim ends, and are looked up.
            except Exception as error:
                logger.warning("An answer could not be recorded: %s", type(error).__name__)

    def _next_batches(self) -> list[tuple[Sequence[OutgoingMessage], datetime]]:
        """Claim what may be handed over now, in portions of a request, each with the end of its
        claim.
        """
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
        wires = self._claim(now, allowed)
        if probing and not wires:
            circuit_breaker.probe_not_needed(now=now)
        # The probe's answer decides about the rest, so nothing more is claimed beside it.
        if allowed == 1:
            self.sources = []
        return [
            (wires[at : at + A_REQUEST], now + self.hold) for at in range(0, len(wires), A_REQUEST)
        ]

    def _claim(self, now: datetime, allowed: int) -> list[OutgoingMessage]:
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
                if claim.wires:
                    return claim.wires
        self.sources = []
        return []

    def _claim_queued(self, now: datetime, limit: int) -> Claim:
        return claim_queued(now=now, limit=limit, hold=self.hold)

    def _claim_due(self, now: datetime, limit: int) -> Claim:
        return claim_due(now=now, ahead=self.ahead, limit=limit, hold=self.hold)


def record(answers: Sequence[SubmissionResult], *, now: datetime, sent: Sent | None = None) -> Sent:
    """Write down what the provider said of each message, in one transaction.

    A message that was given up for unknown meanwhile is adopted when its answer still comes, also
    where it waits to be sent once more.
    """
    sent = sent if sent is not None else Sent()
    # By kind, so that each is one statement. Every message is among exactly one of them.
    by_kind: dict[Kind, list[SubmissionResult]] = defaultdict(list)
    for answer in answers:
        by_kind[answer.kind].append(answer)
    with transaction.atomic():
        # Only those put back reach planning, which locks appointments before messages. The others
        # leave appointments alone: an import that holds them must not keep answers from being kept.
        lock_appointments_of([answer.id for answer in by_kind["put_back"]])
        lock_messages([answer.id for answer in answers])
        _record_accepted(by_kind["accepted"], now=now)
        _record_failed(by_kind["failed"], now=now)
        _put_back(by_kind["put_back"], now=now)
        mark_unknown([answer.id for answer in by_kind["unknown"]], now=now)
        # In the same transaction as the states: a brake without its cause, or the other way round,
        # would puzzle whoever looks.
        _tell_brakes(answers, now=now)
    sent.accepted += len(by_kind["accepted"])
    sent.failed += len(by_kind["failed"])
    sent.put_back += len(by_kind["put_back"])
    sent.unknown += len(by_kind["unknown"])
    sent.errors |= {type(answer.error).__name__ for answer in answers if answer.error}
    if sent.errors and not by_kind["accepted"]:
        logger.warning(
            "The provider did not take %d texts: %s", len(answers), ", ".join(sorted(sent.errors))
        )
    return sent


def _tell_brakes(answers: Iterable[SubmissionResult], *, now: datetime) -> None:
    errors = {
        id(answer.error): answer.error for answer in answers if answer.error and answer.whole_call
    }
    for error in errors.values():
        circuit_breaker.provider_failed(error, now=now)
    taken = [answer.asked_at or now for answer in answers if answer.kind == "accepted"]
    # A batch may be accepted in one part and fail in another. Then the failure counts: it is the
    # later news.
    if taken and not errors:
        circuit_breaker.provider_answered(now=now, accepted=True, asked_at=max(taken))


def _record_accepted(answers: Sequence[SubmissionResult], *, now: datetime) -> None:
    if not answers:
        return
    ids = [answer.id for answer in answers]
    given: Given = STATES | {
        "ids": ids,
        "provider_ids": [answer.provider_id for answer in answers],
        "now": now,
        "check_after": CHECK_AFTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.ACCEPT, given)
    Reminder.objects.filter(message_id__in=ids, state=Reminder.State.SENDING).update(
        # Only where it was being sent: one that is asked back meanwhile stays in its way back.
        state=Reminder.State.SENT,
        updated_at=now,
    )


def _record_failed(answers: Sequence[SubmissionResult], *, now: datetime) -> None:
    for answer in answers:
        Message.objects.filter(pk=answer.id, state=Message.State.SUBMITTING).update(
            state=Message.State.FAILED, words=answer.words[:300], final_at=now, claimed_until=None
        )
    Reminder.objects.filter(
        message_id__in=[answer.id for answer in answers], state=Reminder.State.SENDING
    ).update(state=Reminder.State.FAILED, reason=Reminder.Reason.REFUSED, updated_at=now)


def _put_back(answers: Sequence[SubmissionResult], *, now: datetime) -> None:
    """Surely not received: waiting again, with a pause that grows and differs from text to text."""
    if not answers:
        return
    ids = [answer.id for answer in answers]
    after = [now + timedelta(seconds=_pause(answer)) for answer in answers]
    with connection.cursor() as cursor:
        cursor.execute(statements.QUEUE_AGAIN, STATES | {"ids": ids, "after": after})
    # Called off while it was being handed over: it must not wait in the outbox for another try.
    cancel_queued(ids, now=now)
    # Those that a change called off while they were with us: their reminders may go back to the
    # plan now.
    stale = Message.objects.filter(pk__in=ids, state=Message.State.CANCELLED)
    if stale:
        release_reminders(list(stale.values_list("pk", flat=True)), now=now)


def _pause(answer: SubmissionResult) -> float:
    if answer.retry_after is not None:
        return min(answer.retry_after, circuit_breaker.SLOW_DOWN_MOST.total_seconds())
    longest: float = min(BACK_OFF_FIRST * 2 ** min(answer.attempt - 1, 10), BACK_OFF_MOST)
    # Without chance, all that was put back together would come back together, and be refused
    # together.
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreads the load, guards nothing


def mark_unknown(ids: Sequence[uuid.UUID], *, now: datetime) -> int:
    """The provider may have these: `reconcile` will ask. In the caller's transaction."""
    return Message.objects.filter(pk__in=ids, state=Message.State.SUBMITTING).update(
        state=Message.State.UNKNOWN, unknown_since=now, claimed_until=None
    )
