"""Carry a change of many visits out, or take it back, in steps that each commit as a whole.

A step locks the change's row for as long as its transaction lasts, so two workers never do the same
visit, and one that dies leaves the next step to whoever comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction

from reminders.domain.common.audit import Actor
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import lock_appointments, retry_on_conflict
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.diary.appointments import set_status
from reminders.domain.links.keep import keep_links
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.sending.outbox import new_text
from reminders.domain.whole_day.left_out import SAID_LATELY, sort_out
from reminders.domain.whole_day.letters import Desk, Letter, write_letters
from reminders.domain.whole_day.moving import move_all
from reminders.domain.whole_day.stand_in import Planned, planned_soon, stand_in
from reminders.domain.whole_day.take_back import undo_step
from reminders.domain.whole_day.wish import Kind, Wish, wish_of
from reminders.models import Appointment, BulkChange, BulkChangeRow, Message, VisitChange

STEP = 200
"""Visits of one transaction: more would hold them for too long against a click."""
State = BulkChange.State
RowState = BulkChangeRow.State
KINDS = {Kind.TEXT: Message.Kind.STAFF}
_TOLD_OF = (
    "appointment__contact__responsible",
    "appointment__location",
    "appointment__practitioner",
)


def work_off(*, clock: Callable[[], datetime], until: datetime, go_on: GoOn = for_ever) -> int:
    """Go on with changes that are under way, the oldest first; return how many steps were made."""
    open_ones = BulkChange.objects.filter(state__in=(State.RUNNING, State.UNDOING))
    steps = 0
    for pk in open_ones.order_by("begun_at").values_list("pk", flat=True):
        while clock() < until and go_on() and step(pk, now=clock()):
            steps += 1
    return steps


def work_now(change_id: int, *, now: datetime) -> None:
    """Make the first step here and now, so that a usual day is done when the page answers."""
    try:
        while_small = step(change_id, now=now)
    # What is wanted is saved; a worker takes it up.
    except OperationalError:
        while_small = True
    if while_small and is_open(change_id):
        enqueue_after_commit("jobs")


def is_open(change_id: int) -> bool:
    """Whether something is left to do."""
    return BulkChange.objects.filter(
        pk=change_id, state__in=(State.RUNNING, State.UNDOING)
    ).exists()


@retry_on_conflict
def step(change_id: int, *, now: datetime) -> bool:
    """Do the next visits of a change; False where none is left, or somebody else is at it."""
    with transaction.atomic():
        # Skipped where another worker is at it: it goes on by itself.
        found = BulkChange.objects.select_for_update(skip_locked=True).filter(pk=change_id).first()
        if found is None or found.state not in (State.RUNNING, State.UNDOING):
            return False
        if found.state == State.UNDOING:
            return undo_step(found, now=now, limit=STEP)
        rows = _next(found)
        if rows:
            _do(found, rows, now=now)
        if len(rows) < STEP:
            BulkChange.objects.filter(pk=found.pk).update(state=State.DONE, finished_at=now)
            return False
    return True


def _next(change: BulkChange) -> list[BulkChangeRow]:
    """The next visits, with all others of their numbers: a family's text is of one step."""
    waiting = change.rows.filter(state=RowState.WAITING).order_by(
        "appointment__contact__phone", "pk"
    )
    first = list(waiting.values_list("pk", "appointment__contact__phone")[:STEP])
    phones = {phone for _, phone in first if phone}
    ids = {pk for pk, _ in first}
    ids |= set(waiting.filter(appointment__contact__phone__in=phones).values_list("pk", flat=True))
    lock_appointments(waiting.filter(pk__in=ids).values_list("appointment_id", flat=True))
    # Read under the lock: what somebody changed a moment ago is seen, and left alone.
    return list(change.rows.filter(pk__in=ids).select_related(*_TOLD_OF, "appointment__service"))


def _do(change: BulkChange, rows: Sequence[BulkChangeRow], *, now: datetime) -> None:
    wish, by = wish_of(change), Actor.staff(change.created_by_id)
    going, left_out = sort_out(rows, wish, now=now)
    visits = [row.appointment for row in going]
    was_at = {visit.pk: visit.starts_at for visit in visits}
    events = _change(visits, wish, by=by, now=now)
    send_at = max(change.send_at or now, now)
    planned: Planned = {}
    if wish.kind in (Kind.MOVE, Kind.CANCEL):
        planned = planned_soon([visit.pk for visit in visits], wish, send_at=send_at)
    desk = Desk.for_visits(visits, wish, send_at=send_at, was_at=was_at)
    # A family's question lists what its answer is about: only what the text carries can be found.
    joint = set(planned) if wish.kind == Kind.MOVE else {visit.pk for visit in visits}
    found = write_letters(visits, desk, joint=joint)
    _call_off_earlier(visits, wish, now=now)
    messages = _write(found.letters, planned, wish, by=by, now=now)
    stand_in(planned, messages, now=now)
    for row in rows:
        visit = row.appointment_id
        row.state = RowState.LEFT_OUT if row.pk in left_out else RowState.DONE
        row.why = left_out.get(row.pk) or found.to_call.get(visit, "")
        row.message_id, row.event_id = messages.get(visit), events.get(visit)
    BulkChangeRow.objects.bulk_update(rows, ["state", "why", "message", "event"])


def _change(
    visits: Sequence[Appointment], wish: Wish, *, by: Actor, now: datetime
) -> dict[int, int]:
    """Change the diary, if that is wanted; the lines of history by visit."""
    if wish.kind == Kind.MOVE:
        return {pk: event.pk for pk, event in move_all(visits, wish, by=by, now=now).items()}
    if wish.kind == Kind.CANCEL:
        ids = [visit.pk for visit in visits]
        events = set_status(
            ids, Appointment.Status.CANCELLED, by=by, now=now, telling=VisitChange.Telling.HAND
        )
        return {event.appointment_id: event.pk for event in events if event.appointment_id}
    return {}


def _write(
    letters: Sequence[Letter], planned: Planned, wish: Wish, *, by: Actor, now: datetime
) -> dict[int, UUID]:
    """Put the texts in the outbox, where they wait; by visit, its message."""
    written = [(letter, _message(letter, planned, wish, by=by, now=now)) for letter in letters]
    Message.objects.bulk_create(message for _, message in written)
    keep_links(((message.pk, letter.link) for letter, message in written), now=now)
    return {visit.pk: message.pk for letter, message in written for visit in letter.visits}


def _message(letter: Letter, planned: Planned, wish: Wish, *, by: Actor, now: datetime) -> Message:
    visit = letter.visits[0]
    carries = any(one.pk in planned for one in letter.visits)
    message = new_text(
        kind=Message.Kind.REMINDER if carries else KINDS.get(wish.kind, Message.Kind.NOTICE),
        phone=letter.phone,
        text=letter.text,
        now=now,
        expires_at=letter.expires_at,
        asks=letter.asks,
    )
    message.send_after = message.scheduled_at = letter.leaves_at
    message.location, message.source_number = visit.location, visit.location.source_number
    message.contact, message.appointment = letter.contact, visit
    message.created_by_id = by.user_id
    return message


def _call_off_earlier(visits: Sequence[Appointment], wish: Wish, *, now: datetime) -> None:
    """Of two delays the later one counts: word of the first that waits still is not sent."""
    if wish.kind == Kind.LATE:
        waiting = Message.objects.filter(
            state=Message.State.QUEUED,
            bulk_rows__appointment__in=[visit.pk for visit in visits],
            bulk_rows__of__kind=Kind.LATE,
            created_at__gt=now - SAID_LATELY[Kind.LATE],
        )
        withdraw_messages(list(waiting.values_list("pk", flat=True).distinct()), now=now)
