"""Drop what is left of texts, replies, cards and files once nothing is counted from them any more.

They lost words and numbers long ago (`texts`, `records`); the rows stayed for the figures, and go
when those do. Without this step the largest tables would grow for ever.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from reminders.domain.retention.holds import Held
from reminders.domain.retention.periods import today
from reminders.domain.retention.portions import Forgotten, Portion, Rows, claim, drop
from reminders.models import ForgettingRun, Import, ImportRow, InboxItem, Message, Reminder, Reply


def due_bare_texts(cutoff: datetime, _held: Held) -> Rows:
    """Texts without words, number and visit. Those of a visit go after it, in a later night."""
    carried = Reminder.objects.filter(message=OuterRef("pk"))
    rows = Message.objects.filter(
        ~Exists(carried), phone="", appointment=None, created_at__lt=cutoff
    )
    return rows.order_by("created_at")


def forget_bare_texts(portion: Portion) -> Forgotten:
    """One portion of `due_bare_texts`."""
    return drop(due_bare_texts(portion.cutoff, portion.held), limit=portion.limit)


def due_bare_replies(cutoff: datetime, held: Held) -> Rows:
    """Replies without words and number, with the cards about them."""
    rows = Reply.objects.filter(
        phone="", text="", received_at__lt=cutoff, applied_at__isnull=False
    ).order_by("received_at")
    return rows.exclude(contact__in=held.ids) if held.ids else rows


def forget_bare_replies(portion: Portion) -> Forgotten:
    """One portion of `due_bare_replies`."""
    return drop(due_bare_replies(portion.cutoff, portion.held), limit=portion.limit)


def due_bare_cards(cutoff: datetime, held: Held) -> Rows:
    """Settled cards that are about neither a reply nor a visit."""
    rows = InboxItem.objects.filter(
        phone="", reply=None, appointment=None, slot=None, done_at__lt=cutoff
    ).order_by("done_at")
    return rows.exclude(contact__in=held.ids) if held.ids else rows


def forget_bare_cards(portion: Portion) -> Forgotten:
    """One portion of `due_bare_cards`."""
    return drop(due_bare_cards(portion.cutoff, portion.held), limit=portion.limit)


def due_bare_imports(cutoff: datetime, _held: Held) -> Rows:
    """Files whose rows are gone and that brought no visit: those of visits tell where they are
    from.
    """
    brought = Q(counts__new__gt=0) & Q(applied_at__isnull=False)
    rows = Import.objects.filter(
        ~Exists(ImportRow.objects.filter(of=OuterRef("pk"))),
        created_at__lt=cutoff,
        forgotten_at__isnull=False,
    )
    return rows.exclude(brought).order_by("pk")


def forget_bare_imports(portion: Portion) -> Forgotten:
    """One portion of `due_bare_imports`."""
    ids = claim(due_bare_imports(portion.cutoff, portion.held), limit=portion.limit, no_key=False)
    InboxItem.objects.filter(upload__in=ids).update(upload=None)
    rows = Import.objects.filter(pk__in=ids)
    # By itself: the collector would read every visit for one that such a file has brought.
    rows._raw_delete(rows.db)
    return Forgotten(len(ids), over=len(ids) < portion.limit)


def due_old_runs(cutoff: datetime, _held: Held) -> Rows:
    """What was forgotten on a day before the cutoff."""
    return ForgettingRun.objects.filter(day__lt=today(cutoff)).order_by("day")


def forget_old_runs(portion: Portion) -> Forgotten:
    """One portion of `due_old_runs`."""
    return drop(due_old_runs(portion.cutoff, portion.held), limit=portion.limit)
