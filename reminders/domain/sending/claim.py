"""Claim what is due: check again, render the texts, and write the messages before anybody is
called.

One transaction a claim. A reminder that may not be sent after all gets its reason here; the others
come back as `OutgoingMessage`s, frozen and marked as being handed over. Calling the provider is
`sending`'s.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from reminders.domain.clock import rule_schedule
from reminders.domain.common.asking import asked_by_purpose
from reminders.domain.common.wording_catalogue import (
    SMS,
    VOICE,
    WordingCatalogue,
    lock_wordings,
    values_for,
)
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.sending.family_grouping import (
    FAMILY_MOST,
    families,
    is_spoken,
    others_of_families,
)
from reminders.domain.wording import Values, WordingError, render_family
from reminders.domain.wording.questions import Asks
from reminders.domain.wording.segments import measure
from reminders.models import Location, Message, Reminder
from reminders.models.claims import (
    DueReminder,
    QueuedMessage,
    is_any_due,
    lock_due_reminders,
    lock_queued_messages,
)

Reason = Reminder.Reason
State = Reminder.State
AT_ONCE = timedelta(seconds=5)
LATE_AFTER = timedelta(minutes=10)
DAY = timedelta(days=1)
CHECK_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message as it is to be handed over. `scheduled` is UTC, None for at once."""

    id: uuid.UUID
    appointment_uuid: uuid.UUID | None
    phone: str
    source_number: str
    text: str
    format: str
    scheduled: datetime | None
    expires_at: datetime
    attempt: int


@dataclass
class Claim:
    """What one claim came to: messages to hand over, rows looked at, rows set aside with a reason."""

    wires: list[OutgoingMessage] = field(default_factory=list)
    looked_at: int = 0
    set_aside: int = 0


@dataclass
class ClaimContext:
    """What a claim needs of the set-up. Each reads its own: a run may last, and the set-up changes."""

    rules: RuleSet
    texts: WordingCatalogue
    locations: dict[int, Location]

    @classmethod
    def load(cls) -> ClaimContext:
        """Read rules, wordings and locations."""
        return cls(
            RuleSet.load(),
            WordingCatalogue.load(),
            {place.pk: place for place in Location.objects.all()},
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A message about to be written, with the reminders that it carries."""

    rows: tuple[DueReminder, ...]
    wire: OutgoingMessage
    segments: int
    asks: Asks


def claim_due(*, now: datetime, ahead: timedelta, limit: int, hold: timedelta) -> Claim:
    """Claim up to `limit` reminders due within `ahead`; their messages are marked as being handed
    over.

    The claim is this worker's until `now + hold`; after that anybody may find out what became of
    it.
    """
    claim = Claim()
    if not is_any_due(until=now + ahead):
        return claim
    with transaction.atomic():
        lock_wordings()
        rows = lock_due_reminders(until=now + ahead, day_ago=now - DAY, limit=limit)
        if not rows:
            return claim
        books = ClaimContext.load()
        rows += others_of_families(rows, locations=books.locations, day_ago=now - DAY)
        claim.looked_at = len(rows)
        sendable: list[DueReminder] = []
        refused: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row in rows:
            outcome = _check(row, now=now, books=books)
            if outcome:
                refused[outcome].append(row.id)
            else:
                sendable.append(row)
        drafts = []
        to_number = {row.phone: row.texts_lately for row in sendable}
        for group in families(sendable, locations=books.locations):
            phone = group[0].phone
            if len(group) > FAMILY_MOST:
                refused[(State.SKIPPED, Reason.SHARED)].extend(row.id for row in group)
                continue
            if 0 < settings.MESSAGES_PER_NUMBER_PER_DAY <= to_number[phone]:
                refused[(State.SKIPPED, Reason.CAPPED)].extend(row.id for row in group)
                continue
            try:
                drafts.append(_draft(group, now=now, books=books))
                to_number[phone] += 1
            except WordingError:
                refused[(State.SKIPPED, Reason.WORDING)].extend(row.id for row in group)
        _set_aside(refused, now=now)
        _write(drafts, now=now, until=now + hold)
    claim.wires = [draft.wire for draft in drafts]
    claim.set_aside = sum(len(ids) for ids in refused.values())
    _plan_anew([row.appointment_id for row in rows if not row.current], now=now)
    return claim


def _plan_anew(appointment_ids: Sequence[int], *, now: datetime) -> None:
    """Plan what was planned for something else than holds now.

    An appointment booked while its patient's number changed was planned for the old one: neither
    saw the other. After the claim, because planning locks appointments before reminders.
    """
    if appointment_ids:
        with transaction.atomic():
            plan_appointments(appointment_ids, now=now)


def claim_queued(*, now: datetime, limit: int, hold: timedelta) -> Claim:
    """Claim messages of the outbox: staff's texts, automatic answers, and what is to be tried
    again.

    A reminder that had to be put back keeps to the rules of a late one: within texting hours, while
    of use.
    """
    claim = Claim()
    going: list[tuple[QueuedMessage, datetime]] = []
    refused: dict[Reminder.Reason, list[uuid.UUID]] = defaultdict(list)
    with transaction.atomic():
        rows = lock_queued_messages(now=now, limit=limit)
        if not rows:
            return claim
        claim.looked_at = len(rows)
        books = ClaimContext.load()
        for row in rows:
            moment = _moment_of_queued(row, now=now, books=books)
            reason = _why_not_queued(row, moment, now=now, books=books)
            if reason:
                refused[reason].append(row.id)
            else:
                going.append((row, moment))
        for reason, ids in refused.items():
            blocked = reason in (Reason.OPTED_OUT, Reason.WRONG_NUMBER, Reason.SUPERSEDED)
            give_up(
                ids, Message.State.CANCELLED if blocked else Message.State.EXPIRED, reason, now=now
            )
        _take(going, now=now, until=now + hold)
    claim.wires = [_wire_of(row, moment, now=now) for row, moment in going]
    claim.set_aside = len(rows) - len(going)
    return claim


def _moment_of_queued(row: QueuedMessage, *, now: datetime, books: ClaimContext) -> datetime:
    moment = max(row.scheduled_at, now)
    if row.location_id is None or row.forced:
        return moment
    return rule_schedule.next_open(moment, books.rules.hours[row.location_id])


def _why_not_queued(
    row: QueuedMessage, moment: datetime, *, now: datetime, books: ClaimContext
) -> Reminder.Reason | None:
    if row.opted_out:
        return Reason.OPTED_OUT
    if row.wrong_number:
        return Reason.WRONG_NUMBER
    if row.outdated:
        return Reason.SUPERSEDED
    if row.expires_at <= now:
        return Reason.CUTOFF
    if row.starts_at is None or row.forced:
        return None
    rule = next((rule for rule in books.rules.rules if rule.id == row.rule_id), None)
    if (
        rule
        and now > row.scheduled_at + LATE_AFTER
        and now > row.starts_at - rule.schedule.min_notice
    ):
        return Reason.CUTOFF
    return Reason.CLOSED_TOO_LONG if moment >= row.expires_at else None


def _take(
    going: Sequence[tuple[QueuedMessage, datetime]], *, now: datetime, until: datetime
) -> None:
    """Mark messages as being handed over; those that have to wait for texting hours get their new
    time.
    """
    Message.objects.filter(pk__in=[row.id for row, _ in going]).update(
        state=Message.State.SUBMITTING, claimed_until=until, attempt=F("attempt") + 1
    )
    later: dict[datetime, list[uuid.UUID]] = defaultdict(list)
    for row, moment in going:
        if moment > max(row.scheduled_at, now):
            later[moment].append(row.id)
    for moment, ids in later.items():
        check_after = moment + CHECK_AFTER
        Message.objects.filter(pk__in=ids).update(scheduled_at=moment, check_after=check_after)


def give_up(
    ids: Sequence[uuid.UUID], state: Message.State, reason: Reminder.Reason, *, now: datetime
) -> None:
    """End messages that were never handed over, and tell their reminders why. In the caller's
    transaction.
    """
    if not ids:
        return
    expired = state == Message.State.EXPIRED
    Message.objects.filter(pk__in=ids).update(
        state=state, words=Reason(reason).label, final_at=now, claimed_until=None
    )
    Reminder.objects.filter(message_id__in=ids, state=State.SENDING).update(
        state=State.EXPIRED if expired else State.SKIPPED, reason=reason, updated_at=now
    )


def _wire_of(row: QueuedMessage, moment: datetime, *, now: datetime) -> OutgoingMessage:
    scheduled = moment if moment > now + AT_ONCE else None
    return OutgoingMessage(
        row.id,
        row.appointment_uuid,
        row.phone,
        row.source_number or settings.MESSAGES_SOURCE_NUMBER,
        row.text,
        row.format,
        scheduled,
        row.expires_at,
        row.attempt + 1,
    )


def _check(row: DueReminder, *, now: datetime, books: ClaimContext) -> tuple[str, str] | None:
    """The state and reason with which a reminder is set aside; None if it may go."""
    if not row.current:
        return State.WITHDRAWN, Reason.SUPERSEDED
    if row.opted_out:
        return State.SKIPPED, Reason.OPTED_OUT
    if row.wrong_number:
        return State.SKIPPED, Reason.WRONG_NUMBER
    if row.channel == "none":
        return State.SKIPPED, Reason.NO_CHANNEL
    if not row.phone:
        return State.SKIPPED, Reason.NO_PHONE
    if now >= row.cutoff_at:
        return State.EXPIRED, Reason.CUTOFF
    return _check_time(row, now=now, books=books)


def _check_time(row: DueReminder, *, now: datetime, books: ClaimContext) -> tuple[str, str] | None:
    """After an outage: late while it is of use and within texting hours, else not at all."""
    if row.forced:
        return None
    rule = next((rule for rule in books.rules.rules if rule.id == row.rule_id), None)
    if rule is None:
        return State.WITHDRAWN, Reason.RULE_OFF
    if now > row.due_at + LATE_AFTER and now > row.starts_at - rule.schedule.min_notice:
        return State.EXPIRED, Reason.CUTOFF
    if _moment(row, now=now, books=books) >= row.cutoff_at:
        return State.EXPIRED, Reason.CLOSED_TOO_LONG
    return None


def _moment(row: DueReminder, *, now: datetime, books: ClaimContext) -> datetime:
    """When the text should reach the phone: as planned, or from now on as soon as texts may go."""
    if row.forced:
        return max(row.due_at, now)
    return rule_schedule.next_open(max(row.due_at, now), books.rules.hours[row.location_id])


def _draft(rows: Sequence[DueReminder], *, now: datetime, books: ClaimContext) -> Draft:
    first = rows[0]
    place = books.locations[first.location_id]
    voice = is_spoken(first)
    purpose = first.kind if len(rows) == 1 else f"family_{first.kind}"
    words = books.texts.words(
        first.rule_id, purpose, (first.language, place.language), VOICE if voice else SMS
    )
    if words is None:
        raise WordingError("This text is switched off.")
    people = [_values(row, place=place, language=words.language, spoken=voice) for row in rows]
    text = (
        words.template.render(people[0])
        if len(rows) == 1
        else render_family(words.template, people)
    )
    moment = min(_moment(row, now=now, books=books) for row in rows)
    wire = OutgoingMessage(
        uuid.uuid4(),
        first.appointment_uuid,
        first.phone,
        place.source_number or settings.MESSAGES_SOURCE_NUMBER,
        text,
        "TTS" if voice else "SMS",
        moment if moment > now + AT_ONCE else None,
        min(row.cutoff_at for row in rows),
        1,
    )
    return Draft(tuple(rows), wire, measure(text).segments, asked_by_purpose(purpose, spoken=voice))


def _values(row: DueReminder, *, place: Location, language: str, spoken: bool) -> Values:
    return values_for(
        first_name=row.first_name,
        name=row.name,
        starts_at=row.starts_at,
        zone=place.zone,
        language=language,
        country=place.country,
        location=place.name,
        phone=place.phone,
        practitioner=row.practitioner,
        service=row.service,
        instructions=row.instructions,
        spoken=spoken,
    )


def _set_aside(refused: dict[tuple[str, str], list[int]], *, now: datetime) -> None:
    for (state, reason), ids in refused.items():
        Reminder.objects.filter(pk__in=ids).update(state=state, reason=reason, updated_at=now)


def _write(drafts: Sequence[Draft], *, now: datetime, until: datetime) -> None:
    """Write the messages and point their reminders at them: two statements for any number."""
    if not drafts:
        return
    with connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for draft in drafts:
                copy.write_row(_message_row(draft, now=now, until=until))
        pairs = [(row.id, draft.wire.id) for draft in drafts for row in draft.rows]
        cursor.execute(
            _POINT,
            {
                "reminders": [pair[0] for pair in pairs],
                "messages": [pair[1] for pair in pairs],
                "now": now,
            },
        )


def _message_row(draft: Draft, *, now: datetime, until: datetime) -> tuple[object, ...]:
    wire, first = draft.wire, draft.rows[0]
    scheduled = wire.scheduled or now
    return (
        wire.id,
        "reminder",
        first.appointment_id,
        first.contact_id,
        first.location_id,
        wire.phone,
        wire.source_number,
        wire.text,
        draft.asks,
        wire.format,
        draft.segments,
        "submitting",
        "",
        scheduled,
        wire.expires_at,
        1,
        False,
        now,
        until,
        scheduled + CHECK_AFTER,
        now,
    )


_COPY = """
COPY reminders_message (id, kind, appointment_id, contact_id, location_id, phone, source_number, text, asks,
    format, segments, state, words, scheduled_at, expires_at, attempt, resent, send_after, claimed_until,
    check_after, created_at) FROM STDIN (FORMAT BINARY)
"""
_TYPES = [
    *(
        "uuid",
        "varchar",
        "int8",
        "int8",
        "int8",
        "varchar",
        "varchar",
        "text",
        "varchar",
        "varchar",
        "int2",
    ),
    *("varchar", "varchar", "timestamptz", "timestamptz", "int2", "bool"),
    *("timestamptz", "timestamptz", "timestamptz", "timestamptz"),
]

_POINT = """
UPDATE reminders_reminder r SET state = 'sending', message_id = v.message_id, updated_at = %(now)s
FROM unnest(%(reminders)s::bigint[], %(messages)s::uuid[]) AS v (id, message_id) WHERE r.id = v.id
"""
