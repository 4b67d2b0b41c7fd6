"""The portions of a claim: which run holds which texts, and whether the provider was asked.

What a dead run leaves may go at once if nobody was asked about it; else it is unknown. To tell them
apart, that a call begins is written and committed before it, and only while the portion is there:
whoever takes it over removes it, so that a run that was cut off and comes back calls nobody.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import Error, connection, transaction

from reminders.domain.common.connections import release_connection
from reminders.domain.sending.claiming.drafts import OutgoingMessage
from reminders.models import Portion
from reminders.models.in_sql.states import Given

logger = logging.getLogger(__name__)

# The provider's limit, see `provider.client.SEND_LIMIT`.
A_REQUEST = 100
LIFE = timedelta(seconds=30)
RENEW_EVERY = 10.0
"""Seconds. A third of a life: a database that is away for a moment takes nobody's texts."""
BEGIN_WITHIN = timedelta(seconds=30)
"""A request that the provider refuses is made again in parts, each of which begins in this time."""


@dataclass(frozen=True, slots=True)
class Held:
    """Texts of one request. No call about them may last longer than `until` (UTC)."""

    id: int
    wires: Sequence[OutgoingMessage]
    until: datetime


def hold(wires: Sequence[OutgoingMessage], *, now: datetime, until: datetime) -> list[Held]:
    """Note, in the transaction of their claim, that this run has these texts."""
    cut = [wires[at : at + A_REQUEST] for at in range(0, len(wires), A_REQUEST)]
    rows = Portion.objects.bulk_create(
        Portion(messages=[wire.id for wire in each], claimed_until=until, held_until=now + LIFE)
        for each in cut
    )
    return [Held(row.pk, each, until) for row, each in zip(rows, cut, strict=True)]


def begin(held: Sequence[Held], *, now: datetime, a_call: timedelta) -> list[Held]:
    """Note that the provider is asked from now on; those that are still ours, until when they are.

    The others were taken over: their texts may be with somebody else by now.
    """
    if not held:
        return []
    end = now + BEGIN_WITHIN + a_call
    given: Given = {"ids": [one.id for one in held], "end": end, "held_until": now + LIFE}
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, given)
        ours = {pk for (pk,) in cursor.fetchall()}
    return [replace(one, until=min(one.until, end)) for one in held if one.id in ours]


# Its claim has an end as well: from there on anybody may look its texts up.
_BEGIN = """
UPDATE reminders_portion
SET calls_end = least(claimed_until, %(end)s), held_until = %(held_until)s
WHERE id = ANY(%(ids)s)
RETURNING id
"""


def let_go(ids: Collection[int]) -> None:
    """Their texts are recorded, in the caller's transaction, and before it locks any message."""
    if ids:
        Portion.objects.filter(pk__in=ids).delete()


class Keeper:
    """Renews what one run holds for as long as it lives."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock, self._over = threading.Lock(), threading.Event()
        self._ids: set[int] = set()
        self._thread: threading.Thread | None = None

    def keep(self, held: Sequence[Held]) -> None:
        """Renew these from now on."""
        with self._lock:
            self._ids |= {one.id for one in held}
        # Most runs find nothing and hold nothing: they want no thread.
        if held and self._thread is None:
            self._thread = threading.Thread(target=self._renew, name="portions", daemon=True)
            self._thread.start()

    def drop(self, ids: Collection[int]) -> None:
        """Renew these no longer."""
        with self._lock:
            self._ids -= set(ids)

    def stop(self) -> None:
        """The run is over."""
        self._over.set()

    def _renew(self) -> None:
        while not self._over.wait(RENEW_EVERY):
            with self._lock:
                ids = sorted(self._ids)
            try:
                renew(ids, now=self._clock())
            except Error as error:
                logger.warning("Portions could not be renewed: %s", type(error).__name__)
            finally:
                release_connection()


def renew(ids: Collection[int], *, now: datetime) -> None:
    """Say that the run which holds these lives."""
    with transaction.atomic():
        # Skipped where they are being recorded or taken over: it must wait for nobody, as nobody
        # should wait for it in another order.
        rows = Portion.objects.select_for_update(skip_locked=True).filter(pk__in=ids)
        Portion.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
            held_until=now + LIFE
        )
