"""Write down what the provider said of texts, one transaction for all that it said together."""

from __future__ import annotations

import logging
import random
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from reminders.domain.common.locks import lock_appointments_of, lock_messages
from reminders.domain.planning.plan import release_reminders
from reminders.domain.planning.withdrawal import cancel_queued
from reminders.domain.sending import circuit_breaker, statements
from reminders.domain.sending.claiming import portions
from reminders.domain.sending.claiming.drafts import CHECK_AFTER
from reminders.domain.sending.submit import Kind, SubmissionResult
from reminders.models import Message, Reminder
from reminders.models.in_sql.states import STATES, Given

logger = logging.getLogger(__name__)

BACK_OFF_FIRST = 15.0
BACK_OFF_MOST = 120.0


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


def record(
    answers: Sequence[SubmissionResult],
    *,
    now: datetime,
    sent: Sent | None = None,
    portions_done: Collection[int] = (),
) -> Sent:
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
        # First, as who takes portions over locks them before their texts.
        portions.let_go(portions_done)
        # Only those put back reach planning, which locks appointments before messages. The others
        # leave appointments alone: an import that holds them must not keep answers from being kept.
        lock_appointments_of([answer.id for answer in by_kind["put_back"]])
        lock_messages([answer.id for answer in answers])
        _record_accepted(by_kind["accepted"], now=now)
        _record_failed(by_kind["failed"], now=now)
        put_back(by_kind["put_back"], now=now)
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


def put_back(answers: Sequence[SubmissionResult], *, now: datetime) -> None:
    """Surely not received: waiting again, with a pause that grows and differs from text to text.

    In the caller's transaction, which has locked their appointments and them.
    """
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
