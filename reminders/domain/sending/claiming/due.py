"""Claim what is due: check again, render the texts, and write the messages before anybody is
called.

One transaction a claim. A reminder that may not be sent after all gets its reason here; the others
come back as `OutgoingMessage`s, frozen and marked as being handed over. What they say is `drafts`';
calling the provider is `send`'s; what waits in the outbox is `queued`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from reminders.domain.common.wording_catalogue import lock_wordings
from reminders.domain.links.keep import keep_links
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.trials import note_tried
from reminders.domain.sending import statements
from reminders.domain.sending.after_restore.told_before import without_those_told
from reminders.domain.sending.claiming import portions
from reminders.domain.sending.claiming.drafts import (
    CHECK_AFTER,
    ClaimContext,
    Draft,
    OutgoingMessage,
    draft_of,
    moment_of,
)
from reminders.domain.sending.claiming.families import (
    UnsendableError,
    check_number,
    families,
    others_of_families,
)
from reminders.domain.sending.claiming.first_road import write_first_roads
from reminders.domain.sending.claiming.portions import Held
from reminders.domain.wording import WordingError
from reminders.models import Contact, Message, Reminder
from reminders.models.in_sql.claims import DueReminder, is_any_due, lock_due_reminders
from reminders.models.in_sql.states import STATES, Given

Reason = Reminder.Reason
State = Reminder.State
# A queue that is ten minutes behind is busy, not broken: only what is later is asked whether it is
# still of use.
LATE_AFTER = timedelta(minutes=10)
DAY = timedelta(days=1)


@dataclass
class Claim:
    """What one claim came to: messages to hand over, the same in portions of a request, rows
    looked at, rows set aside with a reason.
    """

    wires: list[OutgoingMessage] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    looked_at: int = 0
    set_aside: int = 0


Refused = dict[tuple[str, str], list[int]]


def claim_due(*, now: datetime, ahead: timedelta, limit: int, hold: timedelta) -> Claim:
    """Claim up to `limit` reminders due within `ahead`; their messages are marked as being handed
    over.

    The claim is this worker's until `now + hold`; after that anybody may find out what became of
    it.
    """
    claim = Claim()
    # Without a lock: most runs find nothing, and must not wait for whoever saves a wording.
    if not is_any_due(until=now + ahead):
        return claim
    with transaction.atomic():
        # Before the reminders are locked: whoever changes a wording waits for us, and must not
        # hold what we want meanwhile.
        lock_wordings()
        rows = lock_due_reminders(now=now, until=now + ahead, limit=limit)
        if not rows:
            return claim
        books = ClaimContext.load()
        # A brother's reminder may be due later than the limit reaches. Left behind, he would get a
        # text of his own a moment after.
        rows += others_of_families(rows, locations=books.locations, now=now)
        sendable, refused = _sort_out(rows, now=now, books=books)
        # After the check of each: a family's text must not speak of a visit that was cancelled.
        drafts = _draft_all(sendable, refused, now=now, books=books)
        _set_aside(refused, now=now)
        drafts = without_those_told(drafts, now=now)
        at_once = [draft for draft in drafts if draft.first is None]
        _write(at_once, now=now, until=now + hold)
        write_first_roads(drafts, now=now)
        claim.wires = [draft.wire for draft in at_once]
        claim.held = portions.hold(claim.wires, now=now, until=now + hold)
    # Counted with those set aside: a run that finds only such rows has to ask again, not end.
    claim.looked_at = len(rows)
    # What goes another way is dealt with here: its own ring hands it over.
    claim.set_aside = sum(len(ids) for ids in refused.values())
    _plan_again([row.appointment_id for row in rows if not row.current], now=now)
    return claim


def _sort_out(
    rows: Sequence[DueReminder], *, now: datetime, books: ClaimContext
) -> tuple[list[DueReminder], Refused]:
    """Those that may be sent, and the others by the state and reason with which they are set
    aside.
    """
    sendable: list[DueReminder] = []
    refused: Refused = defaultdict(list)
    for row in rows:
        outcome = _check(row, now=now, books=books)
        if outcome:
            refused[outcome].append(row.id)
        else:
            sendable.append(row)
    return sendable, refused


def _draft_all(
    rows: Sequence[DueReminder], refused: Refused, *, now: datetime, books: ClaimContext
) -> list[Draft]:
    """A draft for each family; those that can't have one are added to `refused`."""
    drafts: list[Draft] = []
    # Counted with what this very claim writes: two families of a number may be in it.
    to_number = {row.phone: row.texts_lately for row in rows}
    for group in families(rows, locations=books.locations):
        phone = group[0].phone
        try:
            check_number(group, texts_lately=to_number[phone])
            drafts.append(draft_of(group, now=now, books=books))
        except UnsendableError as error:
            refused[(State.SKIPPED, error.reason)].extend(row.id for row in group)
        except WordingError:
            refused[(State.SKIPPED, Reason.WORDING)].extend(row.id for row in group)
        else:
            to_number[phone] += 1
    return drafts


def _plan_again(appointment_ids: Sequence[int], *, now: datetime) -> None:
    """Plan what was planned for something else than holds now.

    An appointment booked while its patient's number changed was planned for the old one: neither
    saw the other. After the claim, because planning locks appointments before reminders.
    """
    if appointment_ids:
        with transaction.atomic():
            plan_appointments(appointment_ids, now=now)


def _check(row: DueReminder, *, now: datetime, books: ClaimContext) -> tuple[str, str] | None:
    """The state and reason with which a reminder is set aside; None if it may go."""
    if not row.current:
        return State.WITHDRAWN, Reason.SUPERSEDED
    # Asked here once more, though planning did: the STOP may have come since, and this is the last
    # look before the text leaves us.
    if row.opted_out:
        return State.SKIPPED, Reason.OPTED_OUT
    if row.wrong_number:
        return State.SKIPPED, Reason.WRONG_NUMBER
    if row.channel == Contact.Channel.NONE:
        return State.SKIPPED, Reason.NO_CHANNEL
    if not row.phone:
        return State.SKIPPED, Reason.NO_PHONE
    # Not `>`: at the cut-off itself nothing goes any more, as `expire` has it.
    if now >= row.cutoff_at:
        return State.EXPIRED, Reason.CUTOFF
    return _check_time(row, now=now, books=books)


def _check_time(row: DueReminder, *, now: datetime, books: ClaimContext) -> tuple[str, str] | None:
    """After an outage: late while it is of use and within texting hours, else not at all."""
    if row.forced:
        return None
    # Only active rules are read: one that is missing was switched off since this was planned.
    rule = next((rule for rule in books.rules.rules if rule.id == row.rule_id), None)
    if rule is None:
        return State.WITHDRAWN, Reason.RULE_OFF
    late = now > row.due_at + LATE_AFTER and not rule.is_event
    if late and now > row.starts_at - rule.schedule.min_notice:
        return State.EXPIRED, Reason.CUTOFF
    if moment_of(row, now=now, books=books) >= row.cutoff_at:
        return State.EXPIRED, Reason.CLOSED_TOO_LONG
    return None


def _set_aside(refused: dict[tuple[str, str], list[int]], *, now: datetime) -> None:
    for (state, reason), ids in refused.items():
        Reminder.objects.filter(pk__in=ids).update(state=state, reason=reason, updated_at=now)


def _write(drafts: Sequence[Draft], *, now: datetime, until: datetime) -> None:
    """Write the messages and point their reminders at them: two statements for any number."""
    if not drafts:
        return
    with connection.cursor() as cursor:
        with cursor.copy(statements.COPY_MESSAGES) as copy:
            copy.set_types(statements.MESSAGE_TYPES)
            for draft in drafts:
                copy.write_row(_message_row(draft, now=now, until=until))
        pairs = [(row.id, draft.wire.id) for draft in drafts for row in draft.rows]
        reminders, messages = map(list, zip(*pairs, strict=True))
        given: Given = {"reminders": reminders, "messages": messages, "now": now}
        cursor.execute(statements.POINT_REMINDERS, STATES | given)
    note_tried((draft.wire.id, draft.tried) for draft in drafts)
    keep_links(((draft.wire.id, draft.link) for draft in drafts), now=now)


def _message_row(draft: Draft, *, now: datetime, until: datetime) -> tuple[object, ...]:
    wire, first = draft.wire, draft.rows[0]
    scheduled = wire.scheduled or now
    return (
        wire.id,
        str(Message.Kind.REMINDER),
        first.appointment_id,
        first.contact_id,
        first.location_id,
        wire.phone,
        wire.source_number,
        wire.text,
        draft.asks,
        wire.format,
        draft.segments,
        # Not queued: from the commit on nobody else may take it up, whatever becomes of this
        # worker.
        str(Message.State.SUBMITTING),
        "",
        scheduled,
        wire.expires_at,
        1,
        False,
        now,
        until,
        # Counted from when it should reach the phone: a text for tomorrow has no report today.
        scheduled + CHECK_AFTER,
        now,
    )
