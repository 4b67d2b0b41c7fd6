"""Take a change of many visits back as long as none of its texts has left."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from reminders.domain.common.audit import Actor
from reminders.domain.common.locks import lock_appointments, lock_messages, retry_on_conflict
from reminders.domain.diary import undoing
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.whole_day.wish import Kind
from reminders.models import BulkChange, BulkChangeRow, Message

State = BulkChange.State
RowState = BulkChangeRow.State
A_WHILE = timedelta(hours=1)


class TooLateError(ValueError):
    """Its texts have left, or it was taken back already; the words are for staff."""


@retry_on_conflict
def begin_undo(change: BulkChange, *, by: Actor, now: datetime) -> None:
    """Stop a change and have it taken back in steps. Raises TooLateError once a text has left."""
    with transaction.atomic():
        # First, so that no step writes further texts meanwhile.
        found = BulkChange.objects.select_for_update().get(pk=change.pk)
        if found.state not in (State.RUNNING, State.DONE):
            raise TooLateError("This was taken back already.")
        ids = list(
            found.rows.filter(message__isnull=False).values_list("message", flat=True).distinct()
        )
        # Waits for a claim that is under way: then the text counts as gone.
        lock_messages(ids)
        texts = Message.objects.filter(pk__in=ids)
        still = (Message.State.QUEUED, Message.State.CANCELLED)
        if texts.exclude(state__in=still).exists() or not _may_be_undone(found, now=now):
            raise TooLateError(
                "The first texts have left, so nothing was taken back. "
                "Change the visits by hand, or tell the patients of another change."
            )
        # The rest is done step by step, and a text must not leave between two of them.
        texts.filter(state=Message.State.QUEUED).update(send_after=now + A_WHILE)
        found.rows.filter(state=RowState.WAITING).update(state=RowState.UNDONE)
        BulkChange.objects.filter(pk=found.pk).update(
            state=State.UNDOING, undone_by=by.user_id, finished_at=None
        )


def can_undo(change: BulkChange, *, now: datetime) -> bool:
    """Whether the page offers it; whether it still works is decided when it is tried."""
    if change.state not in (State.RUNNING, State.DONE) or not _may_be_undone(change, now=now):
        return False
    left = change.rows.filter(message__isnull=False).exclude(
        message__state__in=(Message.State.QUEUED, Message.State.CANCELLED)
    )
    return not left.exists()


def _may_be_undone(change: BulkChange, *, now: datetime) -> bool:
    """A change that texts nobody is not undone for ever: visits live on."""
    return change.send_at is not None and now < change.send_at + A_WHILE * 24


def undo_step(change: BulkChange, *, now: datetime, limit: int) -> bool:
    """Take the next visits back, in the caller's transaction; False when all are."""
    by = Actor.staff(change.undone_by_id)
    done = change.rows.filter(state=RowState.DONE).order_by("appointment_id")
    rows = list(done.select_related("of")[:limit])
    for row in rows:
        row.state = _undone(row, by=by, now=now)
    BulkChangeRow.objects.bulk_update(rows, ["state"])
    if len(rows) < limit:
        BulkChange.objects.filter(pk=change.pk).update(state=State.UNDONE, finished_at=now)
        return False
    return True


def _undone(row: BulkChangeRow, *, by: Actor, now: datetime) -> BulkChangeRow.State:
    changed_back = True
    if row.of.kind in (Kind.MOVE, Kind.CANCEL):
        # A visit that somebody changed since stays as they left it.
        changed_back = row.event_id is not None and undoing.undo(row.event_id, by=by, now=now)
    else:
        lock_appointments([row.appointment_id])
    if row.message_id:
        waits = Message.objects.filter(pk=row.message_id, state=Message.State.QUEUED)
        withdraw_messages(list(waits.values_list("pk", flat=True)), now=now)
    return RowState.UNDONE if changed_back else RowState.KEPT
