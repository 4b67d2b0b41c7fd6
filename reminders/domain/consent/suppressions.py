"""Who must not be texted: opting numbers out and in again.

Consent belongs to the number: everyone who shares it shares the opt-out. Reading a patient's words
is the replies' business; sending asks once more; the provider's own list is `blocklist_sync`'s.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from reminders.domain.common.access import Scope
from reminders.domain.common.audit import Actor, record_contacts
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import lock_coming_on, retry_on_conflict
from reminders.domain.diary.contacts import plan_numbers
from reminders.domain.planning.kept_opt_outs import recall
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.models import Contact, Message, Suppression
from reminders.models.fields import E164

logger = logging.getLogger(__name__)

Reason = Suppression.Reason
WORDS_KEPT = 300
NUMBER = re.compile(E164)
NOT_YOURS = (
    "A patient of another location opted this number out. "
    "Only that patient can lift it, by texting START."
)
SAY_WORDS = (
    "The patient opted out. Write down how they asked for texts again, or have them text START."
)


class ConsentError(Exception):
    """An opt-out that this user can't lift so; the text says what to do."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """One number to opt out: why, in which words, and by which reply if one said so."""

    phone: str
    reason: Suppression.Reason
    words: str = ""
    reply_id: int | None = None


def is_textable(phone: str) -> bool:
    """Whether this is a full telephone number; replies also come from short codes and names."""
    return NUMBER.fullmatch(phone) is not None


def is_opted_out(phone: str) -> bool:
    """Whether this number must not be texted."""
    return opt_outs_in_force(phone).exists()


def opt_outs_in_force(phone: str) -> QuerySet[Suppression]:
    """What keeps texts from this number: one row, or none."""
    return Suppression.objects.filter(phone=phone, lifted_at=None)


def is_paused(phone: str) -> bool:
    """Whether texts to this number wait for staff to decide whether the patient wants any."""
    return opt_outs_in_force(phone).filter(reason=Reason.PAUSED).exists()


@retry_on_conflict
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
        # Before the opt-out is written: planning holds appointments and then reads opt-outs.
        lock_coming_on([phone], now=now)
        fresh = opt_out_all([OptOut(phone, reason, words, reply_id)], by=by, now=now)
        plan_numbers(fresh, now=now)
        withdraw_waiting(fresh, now=now)
    return bool(fresh)


def withdraw_waiting(phones: Collection[str], *, now: datetime) -> None:
    """Take back what was handed over for these numbers for later, whoever wrote it.

    Reminders are taken back by planning; this is for the others, such as a text that staff wrote at
    night.
    """
    # What waits in the outbox stays there: sending asks for the opt-out itself, and says so.
    waiting = (
        Message.objects.withdrawable(now=now)
        .filter(phone__in=list(phones), scheduled_at__gt=now)
        .exclude(state=Message.State.QUEUED)
    )
    ids = list(waiting.values_list("pk", flat=True))
    if ids:
        withdraw_messages(ids, now=now)
        enqueue_after_commit("withdraw")


@retry_on_conflict
def opt_in(phone: str, *, words: str, by: Actor, now: datetime) -> bool:
    """Let a number be texted again and plan its coming texts; False if it was not opted out."""
    with transaction.atomic():
        lock_coming_on([phone], now=now)
        lifted = opt_in_all([(phone, words)], by=by, now=now)
        plan_numbers(lifted, now=now)
    return bool(lifted)


@retry_on_conflict
def lift(phone: str, *, words: str, scope: Scope, now: datetime) -> bool:
    """Lift an opt-out as staff may; False if there is none by now.

    Only for those who see the patient; where the patient began it, only with the patient's own
    words, which the history keeps. Raises ConsentError otherwise: the patient can always text
    START.
    """
    with transaction.atomic():
        lock_coming_on([phone], now=now)
        row = Suppression.objects.select_for_update().filter(phone=phone, lifted_at=None).first()
        if row is None:
            return False
        if not may_lift(row, scope=scope):
            raise ConsentError(NOT_YOURS)
        # The patient's STOP may only be lifted by the patient: these words are the proof of it.
        if takes_words(row) and not words:
            raise ConsentError(SAY_WORDS)
        lifted = opt_in_all([(phone, words)], by=scope.actor, now=now)
        plan_numbers(lifted, now=now)
    return bool(lifted)


def opt_out_again(phone: str, *, by: Actor, now: datetime) -> bool:
    """Take the last lifting back: the opt-out is what it was, the patient's if it was; False
    without one.
    """
    last = Suppression.objects.filter(phone=phone).order_by("-since", "-pk").first()
    if last is None:
        return False
    reason = Reason(last.reason)
    return opt_out(phone, reason=reason, words=last.words, by=by, now=now, reply_id=last.reply_id)


def may_lift(row: Suppression, *, scope: Scope) -> bool:
    """Whether this user sees the patient whose opt-out it is, and so may read its words and lift
    it.
    """
    return Suppression.objects.filter(scope.seen_opt_outs(), pk=row.pk).exists()


def takes_words(row: Suppression) -> bool:
    """Whether the patient's own words are needed to lift it; the provider blocks on a STOP, too."""
    return row.reason != Reason.STAFF


def opt_out_all(
    wanted: Sequence[OptOut], *, by: Actor, now: datetime, synced_at: datetime | None = None
) -> list[str]:
    """Opt many numbers out; return those that were not before, or only paused.

    The caller, in its transaction, locks their coming appointments before, and plans them after.
    """
    if not wanted:
        return []
    # In the order of the numbers, so that two batches with the same ones take turns. Of several for
    # a number the last one given counts: the sorting keeps their order.
    by_phone = {item.phone: item for item in sorted(wanted, key=lambda item: item.phone)}
    recall(by_phone)
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
                "paused": str(Reason.PAUSED),
            },
        )
        fresh = [row[0] for row in cursor.fetchall()]
    # Only of those that were new: a second STOP is no second event.
    _remember("opted_out", {phone: by_phone[phone].words for phone in fresh}, by=by, now=now)
    return fresh


def opt_in_all(
    wanted: Sequence[tuple[str, str]],
    *,
    by: Actor,
    now: datetime,
    synced_at: datetime | None = None,
) -> list[str]:
    """Lift opt-outs, given as pairs of number and words; return those that were. The caller: as
    above.
    """
    words = {phone: said[:WORDS_KEPT] for phone, said in sorted(wanted)}
    if not words:
        return []
    with transaction.atomic():
        recall(words)
        # Locked before they are read: of two who lift the same one, the second finds nothing.
        in_force = Suppression.objects.filter(phone__in=words, lifted_at=None).order_by("phone")
        locked = in_force.select_for_update(no_key=True)
        found = dict(locked.values_list("pk", "phone"))
        # By what was said: a comparison with the provider's list lifts many with the same words.
        for said in set(words.values()):
            theirs = [pk for pk, phone in found.items() if words[phone] == said]
            Suppression.objects.filter(pk__in=theirs).update(
                lifted_at=now, lifted_by_id=by.user_id, lifted_words=said, synced_at=synced_at
            )
    lifted = list(found.values())
    _remember("opted_in", {phone: words[phone] for phone in lifted}, by=by, now=now)
    return lifted


def _remember(kind: str, words: dict[str, str], *, by: Actor, now: datetime) -> None:
    """A line of history for everyone on these numbers."""
    people = Contact.objects.filter(phone__in=words).exclude(phone="").values_list("pk", "phone")
    lines = [(contact_id, {"words": words[phone]}) for contact_id, phone in people]
    record_contacts(kind, lines, by=by, now=now)


_OPT_OUT = """
INSERT INTO reminders_suppression (
    phone, reason, words, reply_id, since, by_id, lifted_words, synced_at
)
SELECT given.phone, given.reason, given.words, given.reply_id, %(now)s, %(by)s, '', %(synced_at)s
FROM unnest(
    %(phones)s::text[], %(reasons)s::text[], %(words)s::text[], %(replies)s::bigint[]
) AS given (phone, reason, words, reply_id)
ON CONFLICT (phone) WHERE lifted_at IS NULL DO UPDATE
SET reason = excluded.reason,
    words = excluded.words,
    reply_id = excluded.reply_id,
    since = excluded.since,
    by_id = excluded.by_id,
    synced_at = excluded.synced_at
WHERE reminders_suppression.reason = %(paused)s AND excluded.reason <> %(paused)s
RETURNING phone
"""
