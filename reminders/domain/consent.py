"""Who must not be texted: opting numbers out and in again, in step with the provider's blocked numbers.

Consent belongs to the number: everyone who shares it shares the opt-out. Reading a patient's words is
`answers`' business; the send ring asks once more right before a text leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from reminders.domain.appointments import plan_number
from reminders.domain.history import Actor
from reminders.models import Contact, Event, Suppression

Reason = Suppression.Reason
WORDS_KEPT = 300


@dataclass(frozen=True, slots=True)
class OptOut:
    """One number to opt out: why, in which words, and by which reply if one said so."""

    phone: str
    reason: Suppression.Reason
    words: str = ""
    reply_id: int | None = None


def is_opted_out(phone: str) -> bool:
    """Whether this number must not be texted."""
    return Suppression.objects.filter(phone=phone, lifted_at=None).exists()


def people_on(phone: str) -> QuerySet[Contact]:
    """Everyone whom an opt-out of this number concerns."""
    return Contact.objects.filter(phone=phone).exclude(phone="")


def opt_out(
    phone: str,
    *,
    reason: Suppression.Reason,
    words: str,
    by: Actor,
    now: datetime,
    reply_id: int | None = None,
) -> bool:
    """Opt a number out and take back its coming texts; False if it was opted out already."""
    with transaction.atomic():
        fresh = opt_out_all([OptOut(phone, reason, words, reply_id)], by=by, now=now)
        for number in fresh:
            plan_number(number, now=now)
    return bool(fresh)


def opt_in(phone: str, *, words: str, by: Actor, now: datetime) -> bool:
    """Let a number be texted again and plan its coming texts; False if it was not opted out."""
    with transaction.atomic():
        lifted = opt_in_all([(phone, words)], by=by, now=now)
        for number in lifted:
            plan_number(number, now=now)
    return bool(lifted)


def opt_out_all(
    wanted: Sequence[OptOut], *, by: Actor, now: datetime, synced_at: datetime | None = None
) -> list[str]:
    """Opt many numbers out; return those that were not before. The caller plans them, in its transaction."""
    if not wanted:
        return []
    by_phone = {item.phone: item for item in sorted(wanted, key=lambda item: item.phone)}
    with connection.cursor() as cursor:
        cursor.execute(
            _OPT_OUT,
            {
                "phones": list(by_phone),
                "reasons": [str(item.reason) for item in by_phone.values()],
                "words": [item.words[:WORDS_KEPT] for item in by_phone.values()],
                "replies": [item.reply_id for item in by_phone.values()],
                "now": now,
                "by": by.user_id,
                "synced_at": synced_at,
            },
        )
        fresh = [row[0] for row in cursor.fetchall()]
    _remember("opted_out", {phone: by_phone[phone].words for phone in fresh}, by=by, now=now)
    return fresh


def opt_in_all(
    wanted: Sequence[tuple[str, str]], *, by: Actor, now: datetime, synced_at: datetime | None = None
) -> list[str]:
    """Lift opt-outs, given as pairs of number and words; return those that were. The caller plans them."""
    words = {phone: said[:WORDS_KEPT] for phone, said in sorted(wanted)}
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _OPT_IN,
            {
                "phones": list(words),
                "words": list(words.values()),
                "now": now,
                "by": by.user_id,
                "synced_at": synced_at,
            },
        )
        lifted = [row[0] for row in cursor.fetchall()]
    _remember("opted_in", {phone: words[phone] for phone in lifted}, by=by, now=now)
    return lifted


def _remember(kind: str, words: dict[str, str], *, by: Actor, now: datetime) -> None:
    """A line of history for everyone on these numbers."""
    people: Iterable[tuple[int, str]] = Contact.objects.filter(phone__in=words).values_list("pk", "phone")
    Event.objects.bulk_create(
        Event(
            contact_id=contact_id,
            at=now,
            source=by.source,
            user_id=by.user_id,
            kind=kind,
            details={"words": words[phone]},
        )
        for contact_id, phone in people
    )


_OPT_OUT = """
INSERT INTO reminders_suppression (phone, reason, words, reply_id, since, by_id, lifted_words, synced_at)
SELECT v.phone, v.reason, v.words, v.reply_id, %(now)s, %(by)s, '', %(synced_at)s
FROM unnest(%(phones)s::text[], %(reasons)s::text[], %(words)s::text[], %(replies)s::bigint[])
     AS v (phone, reason, words, reply_id)
ON CONFLICT (phone) WHERE lifted_at IS NULL DO NOTHING
RETURNING phone
"""

_OPT_IN = """
UPDATE reminders_suppression s
SET lifted_at = %(now)s, lifted_by_id = %(by)s, lifted_words = v.words, synced_at = %(synced_at)s
FROM unnest(%(phones)s::text[], %(words)s::text[]) AS v (phone, words)
WHERE s.phone = v.phone AND s.lifted_at IS NULL
RETURNING s.phone
"""
