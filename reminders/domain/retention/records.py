"""Forget what only machines and files left: raw payloads, imported rows, history, the trail,
figures, sessions.

Uploaded files that nobody goes on with are let go sooner, by `diary_import.uploads`.
"""

from __future__ import annotations

from datetime import datetime

from reminders.domain.retention.holds import Held
from reminders.domain.retention.periods import today
from reminders.domain.retention.portions import Forgotten, Portion, Rows, claim, drop
from reminders.domain.trail import forget as trail
from reminders.models import (
    Appointment,
    AuditEntry,
    BulkChange,
    DailyStatistics,
    DailyTexts,
    DeliveryReport,
    Import,
    ImportPart,
    ImportRow,
    Reply,
    SignInCount,
    StaffSession,
)


def due_raw_replies(cutoff: datetime, held: Held) -> Rows:
    """Replies that are still kept in the provider's form."""
    rows = Reply.objects.filter(raw__isnull=False, stored_at__lt=cutoff).order_by("stored_at")
    return rows.exclude(contact__in=held.ids) if held.ids else rows


def forget_raw_replies(portion: Portion) -> Forgotten:
    """One portion of `due_raw_replies`."""
    ids = claim(due_raw_replies(portion.cutoff, portion.held), limit=portion.limit)
    Reply.objects.filter(pk__in=ids).update(raw=None)
    return Forgotten(len(ids), over=len(ids) < portion.limit)


def due_raw_reports(cutoff: datetime, held: Held) -> Rows:
    """Reports of delivery that are still kept in the provider's form."""
    rows = DeliveryReport.objects.filter(raw__isnull=False, stored_at__lt=cutoff)
    rows = rows.order_by("stored_at")
    return rows.exclude(message__contact__in=held.ids) if held.ids else rows


def forget_raw_reports(portion: Portion) -> Forgotten:
    """One portion of `due_raw_reports`."""
    ids = claim(due_raw_reports(portion.cutoff, portion.held), limit=portion.limit)
    DeliveryReport.objects.filter(pk__in=ids).update(raw=None, problem="")
    return Forgotten(len(ids), over=len(ids) < portion.limit)


def due_strange_reports(cutoff: datetime, _held: Held) -> Rows:
    """Reports that fit no text of ours: of other programs on the same account."""
    return DeliveryReport.objects.filter(message=None, stored_at__lt=cutoff).order_by("stored_at")


def forget_strange_reports(portion: Portion) -> Forgotten:
    """One portion of `due_strange_reports`."""
    return drop(due_strange_reports(portion.cutoff, portion.held), limit=portion.limit)


def due_imports(cutoff: datetime, _held: Held) -> Rows:
    """Imports whose rows are still kept; what is being worked on is left alone."""
    at_work = (Import.State.CHECKING, Import.State.QUEUED, Import.State.APPLYING)
    return (
        Import.objects.filter(created_at__lt=cutoff, forgotten_at=None)
        .exclude(state__in=(*at_work, Import.State.UNDOING))
        .order_by("pk")
    )


def forget_import_rows(portion: Portion) -> Forgotten:
    """Some rows of the next import; once none is left, what its problems quote."""
    due = due_imports(portion.cutoff, portion.held).filter(pk__gt=portion.cursor)
    # Its row stays locked: whoever would take the import back waits until this portion is over.
    found = claim(due, limit=1)
    if not found:
        return Forgotten(0, over=True, cursor=portion.cursor)
    [pk] = found
    rows = ImportRow.objects.filter(of_id=pk)
    going = rows
    if portion.held.ids:
        theirs = Appointment.objects.filter(contact__in=portion.held.ids)
        going = rows.exclude(appointment_id__in=list(theirs.values_list("pk", flat=True)))
    ids = list(going.order_by("number").values_list("pk", flat=True)[: portion.limit])
    ImportRow.objects.filter(pk__in=ids).delete()
    if len(ids) == portion.limit:
        return Forgotten(len(ids), over=False, cursor=portion.cursor)
    ImportPart.objects.filter(of_id=pk).delete()
    left = rows.exists()
    Import.objects.filter(pk=pk).update(problems=[], forgotten_at=None if left else portion.now)
    # One that keeps rows of people on hold is passed over, and looked at again the next night.
    return Forgotten(len(ids), over=False, cursor=pk)


def due_history(cutoff: datetime, held: Held) -> Rows:
    """Lines of history older than the cutoff."""
    rows = AuditEntry.objects.filter(at__lt=cutoff).order_by("at")
    if held.ids:
        rows = rows.exclude(contact__in=held.ids).exclude(appointment__contact__in=held.ids)
    return rows


def forget_history(portion: Portion) -> Forgotten:
    """One portion of `due_history`."""
    return drop(due_history(portion.cutoff, portion.held), limit=portion.limit)


def due_bulk_changes(cutoff: datetime, _held: Held) -> Rows:
    """What was done with many visits at once; what became of each stands with the visit."""
    at_work = (BulkChange.State.RUNNING, BulkChange.State.UNDOING)
    rows = BulkChange.objects.filter(created_at__lt=cutoff).exclude(state__in=at_work)
    return rows.order_by("created_at")


def forget_bulk_changes(portion: Portion) -> Forgotten:
    """One portion of `due_bulk_changes`."""
    return drop(due_bulk_changes(portion.cutoff, portion.held), limit=portion.limit)


def due_trail(cutoff: datetime, held: Held) -> Rows:
    """The oldest end of the trail, as far as it may go."""
    return trail.oldest(cutoff, spared=held.ids)


def forget_trail(portion: Portion) -> Forgotten:
    """One portion of `due_trail`."""
    count = trail.forget_oldest(portion.cutoff, spared=portion.held.ids, limit=portion.limit)
    return Forgotten(count, over=count < portion.limit)


def due_figures(cutoff: datetime, _held: Held) -> Rows:
    """Figures of days before the cutoff."""
    return DailyStatistics.objects.filter(day__lt=today(cutoff)).order_by("day", "pk")


def forget_figures(portion: Portion) -> Forgotten:
    """One portion of `due_figures`."""
    return drop(due_figures(portion.cutoff, portion.held), limit=portion.limit)


def due_figures_of_texts(cutoff: datetime, _held: Held) -> Rows:
    """Figures of texts of days before the cutoff."""
    return DailyTexts.objects.filter(day__lt=today(cutoff)).order_by("day", "pk")


def forget_figures_of_texts(portion: Portion) -> Forgotten:
    """One portion of `due_figures_of_texts`."""
    return drop(due_figures_of_texts(portion.cutoff, portion.held), limit=portion.limit)


def due_sessions(cutoff: datetime, _held: Held) -> Rows:
    """Sessions that ran out before the cutoff."""
    return StaffSession.objects.filter(expire_date__lt=cutoff).order_by("expire_date")


def forget_sessions(portion: Portion) -> Forgotten:
    """One portion of `due_sessions`."""
    return drop(due_sessions(portion.cutoff, portion.held), limit=portion.limit)


def due_sign_ins(cutoff: datetime, _held: Held) -> Rows:
    """Counts of failed sign-ins that hold nobody back any more."""
    return SignInCount.objects.filter(until__lt=cutoff).order_by("until")


def forget_sign_ins(portion: Portion) -> Forgotten:
    """One portion of `due_sign_ins`."""
    return drop(due_sign_ins(portion.cutoff, portion.held), limit=portion.limit)
