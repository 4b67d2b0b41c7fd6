"""Withdraw messages that the provider holds but that no longer say the truth.

Planning marks them; this module speaks to the provider. A message that can no longer be cancelled
is asked for its status, so that staff read "already sent", not a guess. Whether a replacement is
due is planning's business: it waits until the old text is settled here.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from reminders.domain.common.connections import release_connection
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import lock_appointments_of
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.planning.plan import release_reminders
from reminders.domain.sending import circuit_breaker
from reminders.domain.sending.message_updates import (
    StatusUpdate,
    apply_status_updates,
    settle_reminders,
)
from reminders.domain.sending.reconcile import look_up
from reminders.models import Message
from reminders.provider import (
    MessagesApi,
    MessagesApiError,
    NotFound,
    Refused,
    State,
    never_came,
    read_status,
    waits_there,
)

CALLS = 8
LEASE = timedelta(seconds=60)
ASK_AGAIN = timedelta(seconds=15)
Outcome = Literal["cancelled", "gone", "later", "held"]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the wish to withdraw one message; `news` where the provider told its state.

    `later`: the provider could not be asked. `held`: it neither cancels the text now nor lets it
    go.
    """

    id: uuid.UUID
    outcome: Outcome
    news: StatusUpdate | None = None
    error: MessagesApiError | None = None


def withdraw_stale(
    api: MessagesApi, *, clock: Callable[[], datetime], limit: int = 200, go_on: GoOn = for_ever
) -> int:
    """Cancel up to `limit` handed-over messages that were marked stale; return how many are
    settled.

    Those for which there is no more time are left for the next run.
    """
    now = clock()
    settle_finished(now=now)
    with transaction.atomic():
        # Committed at once: the claim is the row's, not the transaction's, and a worker that dies
        # lets go by the time.
        claimed = Message.objects.claim_stale(now=now, hold=LEASE, limit=limit)
    if not claimed:
        return 0
    copies = _other_copies(api, [pk for pk, _ in claimed], now=now)
    # The calls take as long as the provider does: no connection waits for them.
    release_connection()
    with ThreadPoolExecutor(CALLS, thread_name_prefix="messages-api") as pool:
        asked = [
            pool.submit(_ask_for_all, api, pk, known, copies[pk], go_on) for pk, known in claimed
        ]
        outcomes = [one.result() for one in asked]
    now = clock()
    circuit_breaker.slow_down_if_asked((one.error for one in outcomes), now=now)
    return settle(outcomes, now=now)


def _other_copies(
    api: MessagesApi, ids: Sequence[uuid.UUID], *, now: datetime
) -> dict[uuid.UUID, list[str] | None]:
    """Of texts sent once more after a lost answer, the provider's ids of copies besides the one we
    know.

    None where the provider can't be asked: then no copy may be overlooked, and the text waits for
    later.
    """
    copies: dict[uuid.UUID, list[str] | None] = {message_id: [] for message_id in ids}
    # Only a text that was sent once more can be there twice; the report is not asked for any other.
    twice = list(Message.objects.filter(pk__in=ids, resent=True))
    if not twice:
        return copies
    try:
        found = look_up(api, twice, now=now)
    except MessagesApiError:
        return copies | {row.pk: None for row in twice}
    for row in twice:
        others = [item for item in found.get(row.pk, []) if item.message_id != row.provider_id]
        copies[row.pk] = [item.message_id for item in others if not never_came(item.status)]
    return copies


def _ask_for_all(
    api: MessagesApi, message_id: uuid.UUID, provider_id: str, copies: list[str] | None, go_on: GoOn
) -> Settled:
    """Ask for every copy of a message: one that can't be asked keeps it open, one that went settles
    it.
    """
    if copies is None or not go_on():
        return Settled(message_id, "later")
    asked = [ask_to_withdraw(api, message_id, each) for each in (provider_id, *copies)]
    # The worst first: as long as one copy may still go out, no replacement may.
    open_still = [one for one in asked if one.outcome in ("later", "held")]
    went_out = [one for one in asked if one.news and one.news.state in Message.OUT]
    return [*open_still, *went_out, *asked][0]


def ask_to_withdraw(api: MessagesApi, message_id: uuid.UUID, provider_id: str) -> Settled:
    """Ask the provider to cancel one message; where it will not, ask what became of it."""
    try:
        api.cancel(provider_id)
    # Refused says only that it is not scheduled any more. Whether it went out or was cancelled, the
    # status tells.
    except (Refused, NotFound):
        return _ask_status(api, message_id, provider_id)
    except MessagesApiError as error:
        return Settled(message_id, "later", error=error)
    return Settled(message_id, "cancelled")


def _ask_status(api: MessagesApi, message_id: uuid.UUID, provider_id: str) -> Settled:
    try:
        status = api.status(provider_id).status
    except NotFound:
        words = "The provider no longer knows this text"
        news = StatusUpdate(message_id, Message.State.FAILED, words, provider_id=provider_id)
        return Settled(message_id, "gone", news)
    except MessagesApiError as error:
        return Settled(message_id, "later", error=error)
    # It will not cancel and says that it still waits: asked again shortly, because it may be moving
    # just now.
    if waits_there(status):
        return Settled(message_id, "held")
    verdict = read_status(status, None)
    if verdict.state is State.CANCELLED:
        return Settled(message_id, "cancelled")
    news = StatusUpdate(message_id, verdict.state, verdict.words, provider_id=provider_id)
    return Settled(message_id, "gone", news)


def settle(outcomes: Sequence[Settled], *, now: datetime) -> int:
    """Write down what became of the withdrawals, and plan again what was waiting for them."""
    cancelled = [outcome.id for outcome in outcomes if outcome.outcome == "cancelled"]
    gone = [outcome for outcome in outcomes if outcome.outcome == "gone"]
    held = [outcome.id for outcome in outcomes if outcome.outcome == "held"]
    with transaction.atomic():
        # First, because the release below plans, and whoever plans holds appointments before
        # messages.
        lock_appointments_of([outcome.id for outcome in outcomes])
        # A report may have come while we asked: what is final stays as it is.
        Message.objects.filter(pk__in=cancelled).exclude(state__in=Message.FINAL).update(
            state=Message.State.CANCELLED,
            words="Withdrawn",
            final_at=now,
            cancel_settled_at=now,
            claimed_until=None,
        )
        apply_status_updates([outcome.news for outcome in gone if outcome.news], now=now)
        Message.objects.filter(pk__in=[outcome.id for outcome in outcomes]).update(
            claimed_until=None
        )
        Message.objects.filter(pk__in=held).update(claimed_until=now + ASK_AGAIN)
        settle_finished(now=now, ids=[outcome.id for outcome in gone])
        # Only now may the new version's text go: before, the phone could have got both.
        if cancelled and release_reminders(cancelled, now=now):
            enqueue_after_commit("send")
    return len(cancelled) + len(gone)


def settle_finished(*, now: datetime, ids: Sequence[uuid.UUID] | None = None) -> None:
    """Messages that ended by themselves before they were withdrawn: their reminders need wait no
    longer.
    """
    with transaction.atomic():
        ended = Message.objects.filter(
            cancel_requested_at__isnull=False,
            cancel_settled_at=None,
            state__in=(*Message.FINAL, *Message.OUT),
        )
        if ids is not None:
            ended = ended.filter(pk__in=ids)
        found = list(ended.values_list("pk", flat=True))
        if not found:
            return
        # Before the messages, in the one order: below, reminders are released and planned.
        lock_appointments_of(found)
        ended = ended.filter(pk__in=found).order_by("pk")
        rows = list(
            # Read again under the lock: another run may have settled it since it was found.
            ended.select_for_update(skip_locked=True, no_key=True).values_list("pk", "state")
        )
        if not rows:
            return
        never_came = [pk for pk, state in rows if state not in Message.OUT]
        Message.objects.filter(pk__in=[pk for pk, _ in rows]).update(cancel_settled_at=now)
        settle_reminders([pk for pk, state in rows if state in Message.OUT], now=now)
        release_reminders(never_came, now=now)
