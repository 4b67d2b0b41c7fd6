"""What every road does to hand over: rounds, the marks of a claim, and what is written down after.

How a road speaks to its provider, whom it leaves out and what it calls things is its own.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import F

from reminders.domain.common.turns import GoOn
from reminders.domain.planning.plan import release_reminders
from reminders.domain.planning.withdrawal import cancel_queued
from reminders.domain.roads.waiting import waiting_for
from reminders.domain.sending.after_restore.hold import is_held
from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.models import Message, Road

CHUNK = 40
State = Message.State
Texts = Any  # one of the tables of what texts have besides


class HandedOver(Protocol):
    """What became of one text."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def words(self) -> str: ...
    @property
    def provider_id(self) -> str: ...


def in_rounds(
    road: Road,
    some: Callable[[datetime], int],
    *,
    holds: Callable[[datetime], bool],
    clock: Callable[[], datetime],
    go_on: GoOn,
) -> int:
    """Call `some` with the time, until nothing waits or the road is held; return how many texts it
    dealt with.
    """
    done = 0
    while go_on():
        now = clock()
        if is_held() or holds(now) or not waiting_for(road, now=now).exists():
            return done
        dealt_with = some(now)
        done += dealt_with
        if dealt_with < CHUNK:
            return done
    return done


def lock_waiting(road: Road, *, now: datetime, all: bool = False) -> list[uuid.UUID]:
    """Lock the first texts that wait for a road, or all of them; those of others are left out."""
    locked = waiting_for(road, now=now).order_by("send_after").select_for_update(skip_locked=True)
    ids = locked.values_list("pk", flat=True)
    return list(ids if all else ids[:CHUNK])


def mark_submitting(ids: Collection[uuid.UUID], *, until: datetime) -> None:
    """From the commit on nobody else may take these up, whatever becomes of this worker."""
    Message.objects.filter(pk__in=ids).update(
        state=State.SUBMITTING, claimed_until=until, attempt=F("attempt") + 1
    )


def leave(texts: Texts, ids: Collection[uuid.UUID], *, now: datetime) -> None:
    """The next road takes these over in this very round. They have not failed: never tried."""
    texts.objects.filter(pk__in=ids).update(next_road_at=now)
    Message.objects.filter(pk__in=ids).update(send_after=now + timedelta(days=1))


def record_accepted(
    texts: Texts,
    outcomes: Sequence[HandedOver],
    *,
    words: str,
    emptied: Mapping[str, Any],  # Any: values of columns
    now: datetime,
) -> None:
    """On their way at once, and not “with the provider”: nothing calls them back from here on."""
    apply_status_updates(
        [StatusUpdate(one.id, State.ENROUTE, words, None, one.provider_id) for one in outcomes],
        now=now,
    )
    theirs = texts.objects.filter(pk__in=[one.id for one in outcomes])
    # They are never written again.
    theirs.update(**emptied)
    waiting = theirs.filter(settled_at=None)
    waiting.filter(message__kind=Message.Kind.COPY).update(settled_at=now)
    firsts = waiting.exclude(message__kind=Message.Kind.COPY)
    # Counted from now: a provider's own time for them begins here, too.
    for minutes in set(firsts.values_list("wait_minutes", flat=True)):
        until = now + timedelta(minutes=minutes)
        firsts.filter(wait_minutes=minutes).update(next_road_at=until)


def record_failed(
    texts: Texts,
    outcome: HandedOver,
    *,
    emptied: Mapping[str, Any],  # Any: as above
    now: datetime,
) -> None:
    """It surely won't be brought: the next road takes over at once."""
    Message.objects.filter(pk=outcome.id, state=State.SUBMITTING).update(
        state=State.FAILED, words=outcome.words[:300], final_at=now, claimed_until=None
    )
    texts.objects.filter(pk=outcome.id).update(next_road_at=now, **emptied)


def put_back(ids: Sequence[uuid.UUID], *, pause: float, now: datetime) -> None:
    """Queue these again, which surely were not taken, after about `pause` seconds, unless they were
    called off meanwhile. Their appointments and they are locked.
    """
    if not ids:
        return
    wait = timedelta(seconds=pause * random.uniform(0.5, 1.0))  # noqa: S311  # spreads the load
    Message.objects.filter(pk__in=ids, state=State.SUBMITTING).update(
        state=State.QUEUED, send_after=now + wait, claimed_until=None
    )
    # Called off while it was being handed over: it must not wait here for another try.
    cancel_queued(ids, now=now)
    stale = Message.objects.filter(pk__in=ids, state=State.CANCELLED)
    release_reminders(list(stale.values_list("pk", flat=True)), now=now)
