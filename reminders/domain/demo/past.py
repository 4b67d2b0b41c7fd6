"""What went on before the demo begins: confirmations that were sent, and what patients answered.

Texts of the past are written down as delivered; answers about visits to come go through the same
door as a real patient's, so that appointments, cards and automatic answers are those of the
product. Answers about visits that are over are written down with their line of history.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat

from reminders.domain.common.asking import asked_by_purpose
from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.replies.auto_reply import AnswerContext
from reminders.domain.replies.handle import act_on_waiting
from reminders.domain.wording import Values
from reminders.models import Appointment, AuditEntry, Message, Reminder, ReminderRule, Reply

ANSWERS = (
    *("Y",) * 8, "Yes", "Yes please, see you then", "ok thank you", "N", "No", "",  "", "", "",
    "Yes but I might be 10 min late, is that ok?",
    "Could we make it Thursday instead?",
    "Is there parking nearby?",
)  # fmt: skip
"""What one patient after the other may answer; nothing for those who don't."""
ANSWERED_THEN: dict[str, tuple[str, ...]] = {
    "arrived": (*("Y",) * 17, "", "", ""),
    "no_show": ("Y", "", "", "", ""),
    "declined": ("N",),
}
"""What patients had answered about a visit that is over, by what became of it."""
ACTED = {"Y": ("yes", "confirmed"), "N": ("no", "declined")}
"""The intent of such an answer, and what it did."""
TOO_LATE = 1 / 6
"""How many of those who declined did so only in the last hours."""
FAILS = 1 / 30
ANSWERED_AGO = timedelta(minutes=30)
UNREACHABLE = 414
DEMO_IDS = "demo-"
"""How the ids of texts begin that were written down and never handed to anybody."""


def write_past(appointments: Sequence[Appointment], *, now: datetime, chance: random.Random) -> int:
    """Write down the confirmations that these appointments got before `now`; return how many.

    Without a rule that asks for confirmation nothing is written.
    """
    rule = ReminderRule.objects.filter(kind=ReminderRule.Kind.CONFIRMATION, active=True).first()
    words = WordingCatalogue.load().words(rule.pk, "confirmation", ["en"]) if rule else None
    if not rule or not words:
        return 0
    # Room for an answer: replies are dated so that they lie after the text and before now.
    asked_before = now - 2 * ANSWERED_AGO
    asked = [
        row
        for row in appointments
        if row.contact.phone
        and row.starts_at - timedelta(days=1) < asked_before
        # Who booked only now is asked by the application itself, while one looks on.
        and row.changed_at < asked_before
    ]
    messages = [
        _confirmation(row, words.template.render(_values(row)), chance=chance) for row in asked
    ]
    Message.objects.bulk_create(messages)
    Reminder.objects.bulk_create(
        _reminder(row, rule, message) for row, message in zip(asked, messages, strict=True)
    )
    _answer([m for m in messages if m.state == Message.State.DELIVERED], now=now, chance=chance)
    return len(asked)


def _values(row: Appointment) -> Values:
    return values_for(
        first_name=row.contact.greeting,
        name=row.contact.name,
        starts_at=row.starts_at,
        place=row.location,
        language="en",
    )


def _confirmation(row: Appointment, text: str, *, chance: random.Random) -> Message:
    at = row.starts_at - timedelta(days=1)
    failed = row.status != Appointment.Status.DECLINED and chance.random() < FAILS
    return Message(
        kind=Message.Kind.REMINDER,
        asks=asked_by_purpose("confirmation"),
        appointment=row,
        contact=row.contact,
        location=row.location,
        phone=row.contact.phone,
        text=text,
        state=Message.State.FAILED if failed else Message.State.DELIVERED,
        words="The phone can't be reached" if failed else "Delivered",
        status_code=UNREACHABLE if failed else None,
        # Unique by country, because diary ids begin again at each site.
        provider_id=f"{DEMO_IDS}{row.location.country}-{row.external_id}",
        scheduled_at=at,
        send_after=at,
        created_at=at,
        accepted_at=at,
        final_at=at,
        expires_at=row.starts_at - timedelta(hours=2),
        attempt=1,
    )


def _reminder(row: Appointment, rule: ReminderRule, message: Message) -> Reminder:
    return Reminder(
        appointment=row,
        rule=rule,
        version=row.version,
        state=Reminder.State.SENT,
        due_at=message.scheduled_at,
        cutoff_at=message.expires_at,
        location=row.location,
        starts_at=row.starts_at,
        local_date=row.local_date,
        phone=message.phone,
        message=message,
        updated_at=message.created_at,
    )


def _answer(messages: Sequence[Message], *, now: datetime, chance: random.Random) -> None:
    """Let patients answer, about visits to come and about those that are over."""
    replies, past = [], []
    for message in messages:
        row = message.appointment
        if row is None:
            continue
        booked = row.status == Appointment.Status.BOOKED
        text = chance.choice(ANSWERS if booked else ANSWERED_THEN[row.status])
        if not text:
            continue
        replies.append(_reply(message, text, at=_when(message, text, now, chance), over=not booked))
        if not booked:
            past.append((replies[-1], row))
    Reply.objects.bulk_create(replies)
    _write_history(past)
    # As of half an hour ago: the automatic answers are dated then, too.
    act_on_waiting(AnswerContext.load(), now=now - ANSWERED_AGO)
    # The patients have read these already: they are not to arrive on a phone that shows no
    # question.
    Message.objects.filter(kind=Message.Kind.ANSWER, state=Message.State.QUEUED).update(
        state=Message.State.DELIVERED,
        words="Delivered",
        provider_id=Concat(Value(DEMO_IDS), Cast("id", TextField())),
        accepted_at=F("created_at"),
        final_at=F("created_at"),
    )


def _when(message: Message, text: str, now: datetime, chance: random.Random) -> datetime:
    """Within the hour after the question, before now; some say no only shortly before the visit."""
    if text == "N" and message.expires_at < now and chance.random() < TOO_LATE:
        return message.expires_at + timedelta(minutes=chance.randint(0, 60))
    return min(message.scheduled_at + timedelta(minutes=chance.randint(1, 40)), now - ANSWERED_AGO)


def _reply(message: Message, text: str, *, at: datetime, over: bool) -> Reply:
    intent, outcome = ACTED[text] if over else ("", "")
    return Reply(
        provider_id=f"reply-{message.provider_id}",
        message=message if over else None,
        message_uuid=message.pk,
        contact=message.contact if over else None,
        phone=message.phone,
        text=text,
        received_at=at,
        stored_at=at,
        applied_at=at if over else None,
        intent=intent,
        outcome=outcome,
        matched_by=Reply.MatchedBy.METADATA if over else Reply.MatchedBy.NOTHING,
    )


def _write_history(past: Sequence[tuple[Reply, Appointment]]) -> None:
    """The answers about visits that are over: whose they are, and the line of history of each."""
    Reply.appointments.through.objects.bulk_create(
        Reply.appointments.through(reply_id=reply.pk, appointment_id=row.pk) for reply, row in past
    )
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=reply.received_at,
            source=AuditEntry.Source.PATIENT,
            kind=reply.outcome,
            appointment_id=row.pk,
            contact_id=row.contact_id,
            details={"from": "booked", "to": reply.outcome},
        )
        for reply, row in past
    )
