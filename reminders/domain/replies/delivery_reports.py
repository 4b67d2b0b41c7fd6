"""Apply delivery reports to the messages they are about, and say what a refusal means for its
number.

A report that fits no message waits: it may have come before our own commit. How far a message moves
is `news`' to decide; this finds the message and draws the consequences.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.cards import NewCard, open_once
from reminders.domain.common.locks import lock_coming_on
from reminders.domain.common.rows import fetch
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.consent.suppressions import OptOut, opt_out_all
from reminders.domain.diary.contacts import plan_numbers
from reminders.domain.replies.statements import CLAIM_REPORTS, MARK_REPORTS
from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.models import InboxItem, Message, Suppression
from reminders.provider import State, Verdict, read_status
from reminders.provider.reading import read_code as read_units
from reminders.provider.statuses import NUMBER_BLOCKED

BATCH = 500
CANCELLED = str(Message.State.CANCELLED)
TRIED_FOR = timedelta(hours=1)
"""How long every ring tries a report that fits no message; afterwards only the thorough one does.
"""
TRIED_AT_ALL = timedelta(days=45)
OTHER_COPY = "Is about another copy of this text"


class Waiting(NamedTuple):
    """A stored report and the message that it is about, both locked."""

    id: int
    status: str
    code: int | None
    message_provider_id: str
    message_id: uuid.UUID
    known_as: str | None
    kind: str
    phone: str
    appointment_id: int | None
    contact_id: int | None
    location_id: int | None
    state: str
    accepted_at: datetime | None
    units: str | None


def apply_waiting(*, now: datetime, go_on: GoOn = for_ever) -> int:
    """Apply the reports of the last hour that waited for their message; return how many."""
    return apply_waiting_reports(now=now, go_on=go_on)


def tidy_reports(*, now: datetime, go_on: GoOn = for_ever) -> int:
    """Try every report of the last 45 days that still waits; return how many were applied.

    Meant for once a day: an account shared with other programs brings many reports that are never
    ours. `retention` forgets them.
    """
    return apply_waiting_reports(now=now, since=now - TRIED_AT_ALL, go_on=go_on)


def apply_waiting_reports(
    *, now: datetime, since: datetime | None = None, go_on: GoOn = for_ever
) -> int:
    """Apply stored reports whose message is known, from `since` (default: the last hour); return
    how many.
    """
    count = 0
    since = since or now - TRIED_FOR
    while True:
        with transaction.atomic():
            rows = _claim(since=since)
            _apply(rows, now=now)
        count += len(rows)
        if not rows or not go_on():
            return count


def _claim(*, since: datetime) -> list[Waiting]:
    return fetch(Waiting, CLAIM_REPORTS, {"since": since, "limit": BATCH})


def _apply(rows: Sequence[Waiting], *, now: datetime) -> None:
    verdicts = {row.id: read_status(row.status, row.code) for row in rows}
    foreign = {row.id for row in rows if _is_other_copy(row, verdicts[row.id])}
    own = [row for row in rows if row.id not in foreign]
    lock_coming_on({row.phone for row in own if _blocks(row, verdicts)}, now=now)
    moved = set(
        apply_status_updates(
            [
                StatusUpdate(
                    row.message_id,
                    verdicts[row.id].state,
                    verdicts[row.id].words,
                    row.code,
                    row.message_provider_id or None,
                    _units(row),
                )
                for row in own
            ],
            now=now,
        )
    )
    _draw_consequences([row for row in own if row.message_id in moved], verdicts, now=now)
    _keep_units(own)
    came = [
        row for row in rows if row.state == CANCELLED and verdicts[row.id].state is State.DELIVERED
    ]
    open_once([_card(row, InboxItem.Kind.STALE) for row in came], now=now)
    _mark(rows, foreign, now=now)


def _units(row: Waiting) -> int | None:
    return read_units(row.units) or None if row.units else None


def _keep_units(rows: Sequence[Waiting]) -> None:
    """What the provider charged for each text, for the figures; of several reports the most.

    Most of it was written when the text moved: only what is more changes a row once again.
    """
    charged: dict[int, set[uuid.UUID]] = defaultdict(set)
    for row in rows:
        if units := _units(row):
            charged[units].add(row.message_id)
    for units, ids in charged.items():
        less = Q(billed=None) | Q(billed__lt=units)
        Message.objects.filter(less, pk__in=ids).update(billed=units)


def _is_other_copy(row: Waiting, verdict: Verdict) -> bool:
    """A text sent once more after a lost answer may exist twice: what the other copy fails at is no
    news.
    """
    other = row.known_as is not None and row.message_provider_id not in ("", row.known_as)
    return other and verdict.state is not State.DELIVERED


def _blocks(row: Waiting, verdicts: dict[int, Verdict]) -> bool:
    return row.code == NUMBER_BLOCKED and verdicts[row.id].final


def _draw_consequences(
    rows: Sequence[Waiting], verdicts: dict[int, Verdict], *, now: datetime
) -> None:
    blocked = [row for row in rows if _blocks(row, verdicts)]
    bad = [row for row in rows if verdicts[row.id].number_is_bad]
    # The second number is being tried: whether anybody has to call is known after that.
    tried = Message.objects.filter(instead_of__in=[row.message_id for row in bad])
    again = set(tried.values_list("instead_of_id", flat=True)) if bad else set()
    unreachable = [row for row in bad if row.message_id not in again]
    by_staff = (Message.Kind.STAFF, Message.Kind.NOTICE, Message.Kind.CORRECTION)
    lost = [
        row
        for row in rows
        if row.kind in by_staff
        and verdicts[row.id].final
        and verdicts[row.id].state is not State.DELIVERED
    ]
    if blocked:
        _suppress(blocked, now=now)
    cards = [_card(row, InboxItem.Kind.UNREACHABLE) for row in (*lost, *blocked, *unreachable)]
    open_once(cards, now=now)


def _suppress(rows: Sequence[Waiting], *, now: datetime) -> None:
    """The provider refuses these numbers: so do we, unless somebody opted in after the text had
    left.
    """
    lifted = Suppression.objects.filter(
        phone__in={row.phone for row in rows}, lifted_at__isnull=False
    )
    freed: dict[str, datetime] = {}
    for phone, at in lifted.order_by("lifted_at").values_list("phone", "lifted_at"):
        freed[phone] = at or now
    wanted = [
        OptOut(row.phone, Suppression.Reason.PROVIDER, "The provider blocks this number")
        for row in rows
        if row.phone not in freed
        or (row.accepted_at is not None and freed[row.phone] < row.accepted_at)
    ]
    plan_numbers(opt_out_all(wanted, by=SYSTEM, now=now, synced_at=now), now=now)


def _card(row: Waiting, kind: InboxItem.Kind) -> NewCard:
    return NewCard(
        kind,
        phone=row.phone,
        message_id=row.message_id,
        appointment_id=row.appointment_id,
        contact_id=row.contact_id,
        location_id=row.location_id,
    )


def _mark(rows: Sequence[Waiting], foreign: set[int], *, now: datetime) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            MARK_REPORTS,
            {
                "ids": [row.id for row in rows],
                "messages": [row.message_id for row in rows],
                "problems": [OTHER_COPY if row.id in foreign else "" for row in rows],
                "now": now,
            },
        )
