"""Brakes on sending, shared by all workers through one row of the database.

Credentials refused, a request to slow down, a provider that can't be reached: each stops sending
for a while; then a single text is tried, and its success releases the brake. A request to slow down
holds for whatever is asked of the provider. Nothing is lost meanwhile: what is due stays due. The
words are for the banner that staff see.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Q, Value, When

from reminders.domain.sending.after_restore.hold import is_held
from reminders.models import Message, ProviderState
from reminders.models.in_sql.claims import is_any_due
from reminders.provider import CredentialsRefused, MessagesApiError, SlowDown

Brake = ProviderState.Brake
UNLIMITED = 1_000_000
# One call without an answer is the net's weather; three in a row are the provider.
FAILURES_ALLOWED = 3
# While the probe is out, the brake holds for the others. A worker that dies with it delays the next
# one by this much.
PROBE_TAKES = timedelta(seconds=30)
ASK_CREDENTIALS_AGAIN = timedelta(seconds=60)
SLOW_DOWN = timedelta(seconds=30)
SLOW_DOWN_MOST = timedelta(hours=1)
DOWN_FIRST = 15.0
# Seconds: a provider that is back must not stand unused for longer than a desk would notice.
DOWN_MOST = 120.0
NEWS_EVERY = timedelta(seconds=5)

RELEASED: dict[str, Any] = {
    "brake": Brake.NONE,
    "failures": 0,
    "since": None,
    "until": None,
    "words": "",
}
WORDS = {
    Brake.CREDENTIALS: (
        "The provider refuses the credentials: nothing is sent until they are put right."
    ),
    Brake.RATE: "The provider asked to slow down: sending goes on shortly.",
    Brake.DOWN: "The provider can't be reached: sending goes on by itself as soon as it answers.",
    Brake.CAP: "The limit of texts per hour is reached: the others wait.",
}


def send_quota(*, now: datetime) -> int:
    """How many texts may be handed over now: no limit, none, or a single one as a probe.

    After a brake's time is up one worker gets the probe; the others wait for what comes of it.
    """
    # A restored backup does not know what went out since it was made: no probe either.
    if is_held():
        return 0
    state = ProviderState.objects.filter(pk=1).first()
    if state is None or not state.brake:
        # After a failure that did not brake yet, one at a time: a whole chunk without an answer
        # would be a whole chunk unknown.
        return UNLIMITED if state is None or not state.failures else 1
    if state.until and state.until > now:
        return 0
    taken = ProviderState.objects.filter(Q(until=None) | Q(until__lte=now), pk=1, brake=state.brake)
    # The conditional update is the claim: of all workers exactly one changes the row, and so gets
    # 1.
    return taken.update(until=now + PROBE_TAKES)


def probe_not_needed(*, now: datetime) -> None:
    """Nothing was due for the probe that `send_quota` gave at `now`: the next text may be it at
    once.
    """
    ProviderState.objects.filter(pk=1, until=now + PROBE_TAKES).exclude(brake=Brake.NONE).update(
        until=now
    )


def is_told_to_wait(*, now: datetime) -> bool:
    """Whether the provider asked to be left alone until later: nothing at all is asked of it
    then.
    """
    return ProviderState.objects.filter(pk=1, brake=Brake.RATE, until__gt=now).exists()


def provider_answered(
    *, now: datetime, accepted: bool = False, asked_at: datetime | None = None
) -> None:
    """The provider took a call that began at `asked_at` (default: now): release the brake.

    A call that was under way when the brake was put on says nothing about it. Polling (not
    `accepted`) vouches for credentials only. Where nothing waits that could be the probe, it
    vouches for all of it: a brake must not outlive its cause through a quiet night.
    """
    # A slow answer to a call from before the failure would else release the brake that the failure
    # put on.
    older = ProviderState.objects.filter(Q(since=None) | Q(since__lte=asked_at or now), pk=1)
    if not accepted:
        # Polling is taken with the same credentials; whether sending works, the probe finds out.
        older.filter(brake=Brake.CREDENTIALS).update(until=now)
        over = older.exclude(brake=Brake.NONE).filter(until__lte=now)
        if over.exists() and not _anything_waits(now=now):
            over.update(**RELEASED)
        _note("answered_at", now=now)
        return
    older.filter(~Q(brake="") | Q(failures__gt=0)).update(**RELEASED)
    _note("accepted_at", now=now)


def _anything_waits(*, now: datetime) -> bool:
    # Also what is queued for later: it was handed over once already, and may be the probe then.
    queued = Message.objects.filter(state=Message.State.QUEUED, road=Message.Road.SMS).exists()
    return queued or is_any_due(until=now + settings.HAND_OVER_AHEAD)


def _note(column: str, *, now: datetime) -> None:
    """Remember good news, but write the row at most every few seconds: all workers share it."""
    if ProviderState.objects.filter(pk=1, **{f"{column}__gte": now - NEWS_EVERY}).exists():
        return
    _make_row()
    stale = Q(**{column: None}) | Q(**{f"{column}__lt": now - NEWS_EVERY})
    ProviderState.objects.filter(stale, pk=1).update(**{column: now, "answered_at": now})


def provider_failed(error: MessagesApiError, *, now: datetime) -> None:
    """A call to send failed as a whole: brake for all workers, as long as the kind of failure asks
    for.
    """
    _make_row()
    if isinstance(error, CredentialsRefused):
        _brake(Brake.CREDENTIALS, until=now + ASK_CREDENTIALS_AGAIN, now=now)
    elif isinstance(error, SlowDown):
        wait = timedelta(seconds=error.retry_after) if error.retry_after is not None else SLOW_DOWN
        # The provider's own figure, but an hour at most: a slip of theirs must not silence us for a
        # day.
        _brake(Brake.RATE, until=now + min(wait, SLOW_DOWN_MOST), now=now)
    else:
        _count_failure(now=now)


def slow_down_if_asked(errors: Iterable[MessagesApiError | None], *, now: datetime) -> None:
    """Brake for everybody if one of these, of calls other than sending, asks for fewer calls."""
    for error in errors:
        if isinstance(error, SlowDown):
            provider_failed(error, now=now)
            return


def left_this_hour(*, now: datetime) -> int:
    """How many more texts the hourly limit allows, with those under way; brakes when it is
    used up.
    """
    most = settings.MESSAGES_PER_HOUR
    if not most:
        return UNLIMITED
    lately = Message.objects.filter(accepted_at__gt=now - timedelta(hours=1))
    # What is being handed over counts, too: it will be accepted in this hour.
    under_way = Message.objects.filter(state=Message.State.SUBMITTING)
    used = lately.order_by()[:most].count() + under_way.count()
    # Five minutes, not the hour: the oldest texts of the hour leave it one by one.
    if used >= most:
        cap_reached(until=now + timedelta(minutes=5), now=now)
    return most - used


def cap_reached(*, until: datetime, now: datetime) -> None:
    """The limit of texts per hour is used up until then."""
    _make_row()
    _brake(Brake.CAP, until=until, now=now)


def _count_failure(*, now: datetime) -> None:
    # Counted in the database: several workers fail at the same moment.
    ProviderState.objects.filter(pk=1).update(failures=F("failures") + 1)
    failures = ProviderState.objects.values_list("failures", flat=True).get(pk=1)
    if failures >= FAILURES_ALLOWED:
        seconds = min(DOWN_FIRST * 2 ** min(failures - FAILURES_ALLOWED, 10), DOWN_MOST)
        jitter = random.uniform(0.8, 1.2)  # noqa: S311  # spreads workers, guards nothing
        _brake(Brake.DOWN, until=now + timedelta(seconds=seconds * jitter), now=now)


def _brake(kind: ProviderState.Brake, *, until: datetime, now: datetime) -> None:
    # Since when it holds stays as it is while the same failure goes on.
    since = Case(When(brake=kind, then=F("since")), default=Value(now))
    ProviderState.objects.filter(pk=1).update(
        since=since, brake=kind, until=until, words=WORDS[kind]
    )


def _make_row() -> None:
    ProviderState.objects.bulk_create([ProviderState(pk=1)], ignore_conflicts=True)
