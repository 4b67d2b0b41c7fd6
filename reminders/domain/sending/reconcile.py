"""Settle messages of unknown outcome: find out, and only then send again, exactly once.

A call without an answer, or a worker that died, leaves a message `unknown`. Its UUID is looked up
in the provider's detail report. Found: adopted. Not found after the settling time, and still before
its cutoff: the very same text is sent once more, past the cutoff it is given up. Found twice: the
extra one is cancelled while it is still scheduled. One that was withdrawn while nobody knew of it
is looked for until its cutoff.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from reminders.domain.common.cards import open_once, outdated_card
from reminders.domain.common.connections import release_connection
from reminders.domain.common.locks import lock_appointments_of
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.planning.plan import release_reminders
from reminders.domain.sending import circuit_breaker
from reminders.domain.sending.claiming.queued import give_up
from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.domain.sending.recording.left_behind import abandon_claims, take_over
from reminders.domain.sending.submit import METADATA_KEY
from reminders.models import Message, Reminder
from reminders.provider import (
    MessagesApi,
    MessagesApiError,
    NotFound,
    Refused,
    ReportedMessage,
    State,
    has_no_news,
    never_came,
    read_status,
    waits_there,
)

LEASE = timedelta(seconds=60)
LOOK_AGAIN = timedelta(seconds=20)
A_REQUEST = 100
MARGIN = timedelta(days=1)
"""Asked for beyond both ends: one at the edge of the dates would else be taken for never sent."""


@dataclass
class Reconciled:
    """What a run came to."""

    adopted: int = 0
    sent_again: int = 0
    given_up: int = 0
    waiting: int = 0

    @property
    def settled(self) -> int:
        """How many messages are no longer unknown."""
        return self.adopted + self.sent_again + self.given_up


def reconcile(
    api: MessagesApi,
    *,
    clock: Callable[[], datetime],
    limit: int = A_REQUEST,
    go_on: GoOn = for_ever,
) -> Reconciled:
    """Look every unknown message up at the provider, `limit` at a time, and settle what can be
    settled.

    Each is looked up once in a run, so that those that have to wait hide no others.
    """
    started = clock()
    take_over(now=started)
    abandon_claims(now=started)
    outcome = Reconciled()
    while True:
        # `started` does not move on while the run does, so that nothing is looked up twice in it.
        # The hold grows by what has passed, else it would be over before it began.
        hold = clock() - started + LEASE
        with transaction.atomic():
            messages = Message.objects.claim_unknown(now=started, hold=hold, limit=limit)
        # The provider that can't be asked now can't be asked about the next hundred either.
        if not messages or not _settle(api, messages, clock=clock, outcome=outcome):
            break
        if not go_on():
            return outcome
    look_for_withdrawn(api, now=clock())
    return outcome


def look_for_withdrawn(api: MessagesApi, *, now: datetime, limit: int = A_REQUEST) -> int:
    """Look, ever more rarely, for texts withdrawn before the provider showed them; return how many
    it had.

    Its report may lag for longer than we wait: what turns up is cancelled there, or shown to staff
    if it is too late for that.
    """
    with transaction.atomic():
        messages = Message.objects.claim_maybe_there(
            now=now, again=settings.RECONCILE_AFTER, limit=limit
        )
    if not messages:
        return 0
    try:
        found = look_up(api, messages, now=now)
    except MessagesApiError as error:
        circuit_breaker.slow_down_if_asked([error], now=now)
        return 0
    copies = [copy for each in found.values() for copy in each]
    # Outside of any transaction: each is a call of its own.
    withdraw_all(api, [copy for copy in copies if waits_there(copy.status)])
    out = [row for row in messages if any(_went_out(copy) for copy in found.get(row.pk, ()))]
    with transaction.atomic():
        open_once([outdated_card(row) for row in out], now=now)
        Message.objects.filter(pk__in=[row.pk for row in out]).update(
            words="Withdrawn too late: it had gone out", unknown_since=None
        )
    return len(found)


def _went_out(item: ReportedMessage) -> bool:
    return not waits_there(item.status) and not never_came(item.status)


def _settle(
    api: MessagesApi,
    messages: Sequence[Message],
    *,
    clock: Callable[[], datetime],
    outcome: Reconciled,
) -> bool:
    """Settle what can be settled of claimed messages; False if the provider can't be asked."""
    try:
        found = look_up(api, messages, now=clock())
    except MessagesApiError as error:
        circuit_breaker.slow_down_if_asked([error], now=clock())
        _let_go(messages, until=None)
        outcome.waiting += len(messages)
        return False
    withdraw_extras(api, found)
    now = clock()
    # By what the provider said, not by what was asked: a copy that failed there still shows that it
    # came.
    missing = [row for row in messages if row.pk not in found]
    with transaction.atomic():
        # Before the messages are touched: those that were called off are planned again below.
        lock_appointments_of([row.pk for row in missing if row.cancel_requested_at])
        outcome.adopted += adopt(found, now=now)
        _settle_missing(missing, now=now, outcome=outcome)
        _let_go(messages, until=now + LOOK_AGAIN)
    return True


def look_up(
    api: MessagesApi, messages: Sequence[Message], *, now: datetime
) -> dict[uuid.UUID, list[ReportedMessage]]:
    """The provider's messages that carry one of our UUIDs, the one to keep first.

    No connection is held meanwhile. Raises MessagesApiError.
    """
    release_connection()
    start = min(row.created_at for row in messages) - MARGIN
    end = max([now, *(row.scheduled_at for row in messages)]) + MARGIN
    wanted = {str(row.pk): row.pk for row in messages}
    found: dict[uuid.UUID, list[ReportedMessage]] = defaultdict(list)
    for item in api.detail_report(list(wanted), start=start, end=end, metadata_key=METADATA_KEY):
        ours = wanted.get(item.metadata.get(METADATA_KEY, ""))
        if ours:
            found[ours].append(item)
    known = {row.pk: row.provider_id for row in messages}
    return {ours: furthest_first(copies, ours=known[ours]) for ours, copies in found.items()}


def withdraw_extras(api: MessagesApi, found: dict[uuid.UUID, list[ReportedMessage]]) -> int:
    """Of a text that the provider has several times, keep the first in the list and cancel the
    others.

    Only what still waits can be cancelled; for the rest it is too late. Returns how many were
    cancelled.
    """
    extras = [extra for copies in found.values() for extra in copies[1:]]
    return withdraw_all(api, [extra for extra in extras if waits_there(extra.status)])


def withdraw_all(api: MessagesApi, copies: Sequence[ReportedMessage]) -> int:
    """Cancel these at the provider, as far as it lets us; return how many."""
    cancelled = 0
    for extra in copies:
        try:
            api.cancel(extra.message_id)
            cancelled += 1
        except (Refused, NotFound):
            continue
        except MessagesApiError:
            return cancelled
    return cancelled


def furthest_first(
    copies: list[ReportedMessage], *, ours: str | None = None
) -> list[ReportedMessage]:
    """Copies of one text, the one to keep first: what went out already, else the one we know of.

    A copy that was cancelled or failed comes last: keeping it would cancel the only one that still
    counts.
    """

    def place(item: ReportedMessage) -> tuple[bool, bool, bool, bool]:
        delivered = read_status(item.status, item.code).state is State.DELIVERED
        never, waits = never_came(item.status), waits_there(item.status)
        # Lowest first. A delivered copy settles the matter, a waiting one can still be cancelled,
        # one that never came must not be taken for the text.
        return never, waits, not delivered, item.message_id != ours

    return sorted(copies, key=place)


def adopt(found: dict[uuid.UUID, list[ReportedMessage]], *, now: datetime) -> int:
    """Take over what the provider says of our messages, the copy to keep first in each list; return
    how many moved. In the caller's transaction.
    """
    news = []
    for message_id, copies in found.items():
        kept = copies[0]
        update = StatusUpdate(
            message_id, Message.State.ACCEPTED, code=kept.code, provider_id=kept.message_id
        )
        # Accepted and nothing more: the provider has it, which is all that had been unknown.
        if not has_no_news(kept.status):
            verdict = read_status(kept.status, kept.code)
            update = replace(update, state=verdict.state, words=verdict.words)
        news.append(update)
    return len(apply_status_updates(news, now=now))


def _settle_missing(messages: Sequence[Message], *, now: datetime, outcome: Reconciled) -> None:
    """Messages that the provider does not know: wait, send once more, or give up."""
    settled = [
        row
        for row in messages
        # The detail report lags behind. Sent again at once, the patient would get the text twice.
        if row.unknown_since and row.unknown_since + settings.RECONCILE_AFTER <= now
    ]
    unwanted = [row.pk for row in settled if row.cancel_requested_at]
    wanted = [row for row in settled if not row.cancel_requested_at]
    # Once more and never again: whatever goes wrong twice is for a person to look at.
    again = [row.pk for row in wanted if not row.resent and row.expires_at > now]
    # Later than its end by as long as the report lags: what went in the last minute may show up
    # until then.
    late = [row.pk for row in wanted if row.expires_at <= now - settings.RECONCILE_AFTER]
    unknown = Message.objects.filter(state=Message.State.UNKNOWN)
    # One that was called off during the look-up is left for the next round, which then finds it
    # unwanted.
    outcome.sent_again += unknown.filter(pk__in=again, cancel_requested_at=None).update(
        state=Message.State.QUEUED,
        resent=True,
        # The very same words and the same UUID: should both turn up, they are known for copies of
        # one text.
        send_after=now,
        unknown_since=None,
        claimed_until=None,
        check_after=now + settings.RECONCILE_AFTER,
    )
    late = list(unknown.filter(pk__in=late).select_for_update().values_list("pk", flat=True))
    give_up(late, Message.State.EXPIRED, Reminder.Reason.UNKNOWN, now=now)
    outcome.given_up += len(late) + unknown.filter(pk__in=unwanted).update(
        state=Message.State.CANCELLED,
        words="Withdrawn; the provider never had it",
        final_at=now,
        cancel_settled_at=now,
        claimed_until=None,
        check_after=now + settings.RECONCILE_AFTER,
    )
    release_reminders(unwanted, now=now)
    outcome.waiting += len(messages) - len(unwanted) - len(again) - len(late)


def _let_go(messages: Sequence[Message], *, until: datetime | None) -> None:
    """Leave what is still unknown alone until then."""
    still = Message.objects.filter(pk__in=[row.pk for row in messages], state=Message.State.UNKNOWN)
    still.update(claimed_until=until)
