"""How far a change of many visits has come, and whom to call by phone after it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from reminders.domain.whole_day.take_back import can_undo
from reminders.models import Appointment, BulkChange, BulkChangeRow, Message

RowState = BulkChangeRow.State
NOT_ARRIVED = frozenset(
    str(state) for state in (*Message.UNDELIVERED, Message.State.CANCELLED, Message.State.EXPIRED)
)


@dataclass(frozen=True)
class ToCall:
    """A visit whose patient got no text, and why."""

    visit: Appointment
    why: str


@dataclass(frozen=True)
class Outcome:
    """What became of a change so far."""

    change: BulkChange
    counts: Counter[str]
    texts: int
    parts: int
    gone: int
    to_call: list[ToCall]
    left_out: list[ToCall]
    kept: list[ToCall]
    undoable: bool

    @property
    def total(self) -> int:
        """All visits that were chosen."""
        return self.counts.total()

    @property
    def worked_off(self) -> int:
        """Visits that are finished, one way or the other."""
        open_state = RowState.DONE if self.undoing else RowState.WAITING
        return self.total - self.counts[open_state]

    @property
    def done(self) -> int:
        return self.counts[RowState.DONE]

    @property
    def undoing(self) -> bool:
        return self.change.state == BulkChange.State.UNDOING

    @property
    def under_way(self) -> bool:
        return self.change.state in (BulkChange.State.RUNNING, BulkChange.State.UNDOING)


def outcome_of(change: BulkChange, *, now: datetime) -> Outcome:
    """Read how it stands: a handful of statements, however many visits."""
    rows = change.rows.select_related("appointment__contact", "appointment__location", "message")
    counts: Counter[str] = Counter()
    texts: dict[object, Message] = {}
    lists: dict[str, list[ToCall]] = {"call": [], "left": [], "kept": []}
    for row in rows.order_by("appointment__starts_at", "pk"):
        counts[row.state] += 1
        if row.message:
            texts[row.message_id] = row.message
        if found := _list_of(row):
            lists[found[0]].append(ToCall(row.appointment, found[1]))
    sent = [one for one in texts.values() if one.state != Message.State.CANCELLED]
    return Outcome(
        change=change,
        counts=counts,
        texts=len(sent),
        parts=sum(one.segments for one in sent),
        gone=sum(one.state != Message.State.QUEUED for one in sent),
        to_call=lists["call"],
        left_out=lists["left"],
        kept=lists["kept"],
        undoable=can_undo(change, now=now),
    )


def _list_of(row: BulkChangeRow) -> tuple[str, str] | None:
    if row.state == RowState.LEFT_OUT:
        return "left", row.why
    if row.state == RowState.KEPT:
        return "kept", row.get_state_display()
    if row.state != RowState.DONE:
        return None
    if row.why:
        return "call", row.why
    # A text that did not arrive leaves the patient to be called as well.
    if row.message and row.message.state in NOT_ARRIVED:
        return "call", row.message.words or row.message.get_state_display()
    return None
