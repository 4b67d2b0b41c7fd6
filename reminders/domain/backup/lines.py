"""What the provider's report says of the lost hours, sorted by our own ids. Writes nothing."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reminders.domain.common.connections import release_connection
from reminders.domain.sending.after_restore.told_before import CLOCKS
from reminders.domain.sending.reconcile import furthest_first
from reminders.domain.sending.submit import APPOINTMENT_KEY, METADATA_KEY, RULE_KEY
from reminders.models import Appointment, Message, RestoreHold
from reminders.provider import MessagesApi, NotFound, ReportedMessage, never_came

CALLS = 8
MARGIN = timedelta(days=1)
"""Asked for beyond both ends: the provider may go by another clock, or by when a text is to go."""
Copies = dict[uuid.UUID, list[ReportedMessage]]


@dataclass(frozen=True, slots=True)
class Line:
    """One text of ours that the restored database does not know. Times are UTC.

    `at`: when it was handed over; `scheduled`: when it is, or was, to reach the phone, asked for
    only where no rule is told.
    """

    id: uuid.UUID
    kept: ReportedMessage
    at: datetime
    appointment: uuid.UUID | None
    rule_id: int | None
    scheduled: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether it went out, or still may."""
        return not never_came(self.kept.status)


def copies_since(api: MessagesApi, *, backup_at: datetime, now: datetime) -> Copies:
    """All texts that carry an id of ours, since the oldest one that was open in the backup; of each
    the copy to keep first. Raises MessagesApiError.
    """
    open_texts = Message.objects.exclude(state__in=Message.FINAL).order_by("created_at")
    oldest = open_texts.values_list("created_at", flat=True).first()
    release_connection()
    found: Copies = defaultdict(list)
    since = min(filter(None, (oldest, backup_at)))
    for item in api.sent_between(since - MARGIN, now + MARGIN, metadata_key=METADATA_KEY):
        # Other programs of the same account may use the key for something else.
        if ours := as_uuid(item.metadata.get(METADATA_KEY)):
            found[ours].append(item)
    known = dict(Message.objects.filter(pk__in=found).values_list("pk", "provider_id"))
    return {pk: furthest_first(copies, ours=known.get(pk)) for pk, copies in found.items()}


def lines_of(api: MessagesApi, copies: Copies, hold: RestoreHold) -> list[Line]:
    """The texts that are not here, in the order in which they were handed over.

    Raises MessagesApiError.
    """
    here = set(Message.objects.filter(pk__in=copies).values_list("pk", flat=True))
    lines = [_line(pk, items[0], hold) for pk, items in copies.items() if pk not in here]
    # What is older and not here was not lost by the restore: it was forgotten, or is another's.
    lost = [line for line in lines if line.at >= hold.backup_at - CLOCKS]
    return sorted(_with_times(api, lost), key=lambda line: line.at)


def _line(pk: uuid.UUID, kept: ReportedMessage, hold: RestoreHold) -> Line:
    rule = kept.metadata.get(RULE_KEY, "")
    return Line(
        pk,
        kept,
        # Not documented which time it is: were it when the text is to go, it would lie ahead.
        min(kept.submitted_at or hold.backup_at, hold.restored_at),
        as_uuid(kept.metadata.get(APPOINTMENT_KEY)),
        int(rule) if rule.isascii() and rule.isdigit() and len(rule) < 10 else None,
    )


def _with_times(api: MessagesApi, lines: Sequence[Line]) -> list[Line]:
    """With when they are to go, where only that tells of which reminder they are."""
    wanted = {line.appointment for line in lines if line.rule_id is None and line.appointment}
    ours = set(Appointment.objects.filter(uuid__in=wanted).values_list("uuid", flat=True))
    release_connection()

    def ask(line: Line) -> Line:
        if line.rule_id is not None or line.appointment not in ours:
            return line
        try:
            return replace(line, scheduled=api.status(line.kept.message_id).scheduled)
        except NotFound:
            return line

    return _in_threads(ask, lines)


def _in_threads(ask: Callable[[Line], Line], lines: Sequence[Line]) -> list[Line]:
    with ThreadPoolExecutor(CALLS, thread_name_prefix="messages-api") as pool:
        return list(pool.map(ask, lines))


def as_uuid(value: str | None) -> uuid.UUID | None:
    """The id that a text of metadata is, if it is one."""
    try:
        return uuid.UUID(value or "")
    except ValueError:
        return None
